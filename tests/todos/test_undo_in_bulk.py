"""Acts on many rows: done and undone with as many statements as on a few."""

from collections.abc import Callable
from datetime import date, time
from time import process_time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.placing import a_list, exact, undo
from todos.models import ChangedSince, Origin, Task, TaskChange, TaskList
from todos.repeating import Repeat

pytestmark = pytest.mark.django_db

MANY = 500
ENOUGH = 2.0
"""Seconds of this process; what the database takes beside it is a part of that."""


def fill(user: User, count: int, name: str = "Home") -> TaskList:
    made, origin = a_list(user, name), Origin("api")
    tasks = Task.objects.bulk_create(
        Task(user=user, title=f"Task {n}", list=made, tags=("work", f"t{n}")) for n in range(count)
    )
    TaskChange.objects.bulk_create(task._creation(origin) for task in tasks)
    return made


def delete(user: User, filled: TaskList, origin: Origin) -> None:
    filled.remove(origin, "delete")


def empty(user: User, filled: TaskList, origin: Origin) -> None:
    filled.remove(origin)


def merge(user: User, filled: TaskList, origin: Origin) -> None:
    filled.merge(a_list(user, f"Not {filled.name}"), origin)


def retag(user: User, filled: TaskList, origin: Origin) -> None:
    assert Task.objects.rename_tag(user, "work", "job", origin)


def statements(do: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as made:
        do()
    return len(made)


@pytest.mark.parametrize("act", [delete, empty, merge, retag])
def test_the_statements_do_not_grow_with_the_tasks(user: User, act: Callable[..., None]) -> None:
    def costs(count: int) -> tuple[int, int]:
        filled, origin = fill(user, count, f"List of {count}"), Origin("api")
        done = statements(lambda: act(user, filled, origin))
        undone = statements(lambda: undo(origin))
        Task.objects.all().delete()
        return done, undone

    assert costs(120) == costs(2)


def test_a_list_of_500_tasks_is_deleted_and_brought_back_at_once(user: User) -> None:
    filled, origin = fill(user, MANY), Origin("api")
    before, began = exact(user), process_time()

    filled.remove(origin, "delete")
    deleted = process_time() - began
    assert not Task.objects.for_user(user).exists()
    undone = undo(origin)

    assert (len(undone), exact(user)) == (MANY + 1, before)
    assert deleted < ENOUGH
    assert process_time() - began - deleted < ENOUGH * 2  # with reading all of it again


def test_500_different_changes_are_undone_at_once(user: User) -> None:
    fill(user, MANY)
    before, origin = exact(user), Origin("api")
    changes = [
        (task, {"title": f"{task.title} again", "notes": task.title, "tags": ("x",)})
        for task in Task.objects.for_user(user)
    ]
    Task._change_each(changes, "updated", origin)
    began = process_time()

    undo(origin)
    took = process_time() - began

    assert exact(user) == before
    assert took < ENOUGH


def test_one_of_500_that_has_moved_on_leaves_all_as_it_is(user: User) -> None:
    filled, origin = fill(user, MANY), Origin("api")
    filled.remove(origin)
    moved = Task.objects.for_user(user).last()
    moved.edit(Origin("api"), list=a_list(user, "Other"))
    before = exact(user)

    with pytest.raises(ChangedSince) as error:
        undo(origin)

    assert error.value.tasks == {moved.pk: moved.title}
    assert exact(user) == before


def test_undoing_an_undo_of_many_does_it_again(user: User) -> None:
    filled, origin, back = fill(user, 20), Origin("api"), Origin("api")
    filled.remove(origin, "delete")
    after = exact(user)
    TaskChange.objects.of_acts([origin.act]).undo(back)

    undo(back)

    assert exact(user) == after


def test_rows_of_one_act_get_back_each_its_own_values_and_nothing_is_null(user: User) -> None:
    rule = Repeat.read({"words": "every day"})
    day, at = date(2026, 11, 23), time(9, 30)
    full = {"due_date": day, "due_time": at, "repeats": rule, "tags": ["a", "b"]}
    bare: dict[str, Any] = {"due_date": None, "due_time": None, "repeats": None, "tags": []}
    one = TaskFactory(user=user, list=a_list(user), duration_minutes=5, priority="high", **full)
    two = TaskFactory(user=user, due_date=day)
    before, origin = exact(user), Origin("api")
    one.edit(origin, list=None, duration_minutes=None, priority="low", completed=True, **bare)
    two.edit(origin, list=TaskList.objects.get(), duration_minutes=7, **full)

    undo(origin)

    assert exact(user) == before
    assert Task.objects.filter(repeats__isnull=True).get() == two
    assert Task.objects.filter(list__isnull=True, completed_at=None, tags=()).get() == two
