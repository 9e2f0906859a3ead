"""Several connections change lists and the tasks in them at once."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date

import pytest
from django.db import transaction

from accounts.models import User
from tests.factories import TaskFactory, UserFactory
from tests.todos.at_once import at_once
from tests.todos.placing import a_list, with_steps
from todos.models import ChangedSince, NameTaken, Origin, Task, TaskChange, TaskList
from todos.repeating import Repeat
from todos.rules import RuleBroken

pytestmark = pytest.mark.django_db(transaction=True)

ORIGIN = Origin("api")
ROUNDS = 4
REFUSED = (Task.DoesNotExist, TaskList.DoesNotExist, RuleBroken, NameTaken, ChangedSince)


@pytest.fixture
def user() -> User:
    return UserFactory()


def race(*acts: Callable[[], object]) -> None:
    """All at once; each is done or refused, and none fails otherwise."""

    def act(number: int) -> None:
        with suppress(*REFUSED):
            acts[number]()

    at_once(act, len(acts))


def misplaced(user: User) -> dict[object, str]:
    rows = Task.objects.for_user(user)
    return rows.misplaced([*rows.values_list("pk", flat=True)])


def test_of_many_who_make_a_list_of_one_name_one_does(user: User) -> None:
    def make_home(number: int) -> bool:
        try:
            TaskList.add(user, Origin("api"), name=("Home", "HOME", "home", " Home")[number])
        except NameTaken:
            return False
        return True

    assert sorted(at_once(make_home)) == [False, False, False, True]
    assert TaskList.objects.count() == TaskChange.objects.count() == 1


def test_lists_renamed_to_one_name_at_once_are_not_two_of_it(user: User) -> None:
    lists = [a_list(user, name) for name in ("A", "B", "C", "D")]

    race(*[lambda each=each: each.rename(Origin("api"), "Home") for each in lists])

    assert TaskList.objects.named("home").count() == 1


@pytest.mark.parametrize("tasks", ["keep", "delete"])
def test_a_task_moved_into_a_list_that_is_deleted_is_never_lost(user: User, tasks: str) -> None:
    for number in range(ROUNDS):
        home = a_list(user, f"List {number}")
        task = TaskFactory(user=user)
        race(
            lambda task=task, home=home: task.edit(ORIGIN, list=home.pk),
            lambda home=home: TaskList.objects.get(pk=home.pk).remove(Origin("api"), tasks),
            lambda home=home: Task.add(user, Origin("api"), title="New", list=home.pk),
        )

    assert misplaced(user) == {}


def test_a_step_that_is_added_while_its_task_is_done_or_deleted(user: User) -> None:
    for act in (Task.complete, Task.remove, Task.complete, Task.remove):
        task, _ = with_steps(user, "Pack")
        race(
            lambda task=task: Task.add(user, Origin("api"), title="Rent", parent=task.pk),
            lambda task=task, act=act: act(Task.objects.get(pk=task.pk), Origin("api")),
            lambda task=task: Task.add(user, Origin("api"), title="Boxes", parent=task.pk),
        )

    assert misplaced(user) == {}


def test_steps_of_each_other_at_once_are_of_one_level(user: User) -> None:
    for _ in range(ROUNDS):
        one, two = TaskFactory.create_batch(2, user=user)
        race(
            lambda one=one, two=two: one.edit(Origin("api"), parent=two.pk),
            lambda one=one, two=two: two.edit(Origin("api"), parent=one.pk),
        )
        assert Task.objects.filter(pk__in=(one.pk, two.pk)).exclude(parent=None).count() == 1

    assert misplaced(user) == {}


def test_tasks_of_a_series_are_reopened_from_two_devices_in_any_order(user: User) -> None:
    daily = Repeat.read({"every": "day"})
    task = TaskFactory(user=user, due_date=date(2026, 11, 23), repeats=daily)
    made = [task]
    for _ in range(4):
        made[-1].complete(Origin("api"))
        made.append(made[-1].successor)
    keys = [each.pk for each in made]

    def both_ways(order: int) -> None:
        for key in keys[::order]:
            for act in (Task.reopen, Task.complete):
                with suppress(Task.DoesNotExist):
                    act(Task.objects.get(pk=key), Origin("api"))

    race(*[lambda order=order: both_ways(order) for order in (1, -1, 1, -1)])

    kept = Task.objects.for_user(user).values_list("place", flat=True)
    assert len(set(kept)) == len(kept)


def test_an_act_that_two_undo_at_once_is_undone_once(user: User) -> None:
    home, origin = a_list(user), Origin("api")
    with_steps(user, "Pack", "Rent", list=home)
    home.remove(origin, "delete")

    def undo() -> list[TaskChange]:
        return TaskChange.objects.of_acts([origin.act]).undo(Origin("api"))

    undone = at_once(lambda _: len(undo()), 3)

    assert sorted(undone) == [0, 0, 4]
    assert Task.objects.for_user(user).count() == 3


def test_several_acts_in_one_transaction_meet_no_other_halfway(user: User) -> None:
    """In which order the rows come makes no deadlock: all who write wait in line."""
    tasks = TaskFactory.create_batch(6, user=user)

    def edit_all(order: int) -> None:
        with transaction.atomic():
            for task in [Task.objects.get(pk=each.pk) for each in tasks[::order]]:
                task.edit(Origin("api"), notes=f"{order}")

    race(*[lambda order=order: edit_all(order) for order in (1, -1, 1, -1)])

    assert {task.notes for task in Task.objects.for_user(user)} in ({"1"}, {"-1"})
