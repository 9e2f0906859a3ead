"""Many tasks at once, in one transaction and as one act."""

from datetime import date
from uuid import uuid4

import pytest

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.calls import rows
from todos import batch
from todos.models import Origin, Task, TaskChange
from todos.repeating import Repeat

API = Origin("api")


@pytest.fixture
def tasks(user: User) -> list[Task]:
    return [TaskFactory(user=user, title=title) for title in ("Milk", "Bread", "Eggs")]


def ids(tasks: list[Task]) -> list[str]:
    return [str(task.pk) for task in tasks]


def do(user: User, what: str, items: list) -> batch.Outcome:
    return batch.run(user, {"do": what, "tasks": items}, Origin("api"))


def test_what_is_new_is_made_in_one_act(user: User) -> None:
    outcome = do(user, "create", [{"title": "Milk", "due_date": "2026-12-01"}, {"title": "Bread"}])

    assert [task.title for task in outcome.done] == ["Milk", "Bread"]
    assert outcome.done[0].due_date == date(2026, 12, 1)
    assert (outcome.total, outcome.failures) == (2, [])
    assert set(TaskChange.objects.values_list("act", flat=True)) == {outcome.act}


def test_fields_are_spelled_and_read_back(user: User) -> None:
    daily = Repeat.read({"every": "day"})
    fields = {"title": "Bins", "due_date": date(2026, 12, 1), "repeats": daily, "completed": False}
    spelled = batch.spelled(fields)

    task = do(user, "create", [spelled]).done[0]

    assert spelled["due_date"] == "2026-12-01"
    assert (task.due_date, task.repeat) == (date(2026, 12, 1), daily)


def test_each_is_changed_as_it_says(user: User, tasks: list[Task]) -> None:
    milk, bread, _ = ids(tasks)
    items = [{"id": milk, "priority": "high"}, {"id": bread, "title": "Rye", "append_notes": "2"}]

    outcome = do(user, "update", items)

    assert [(task.title, task.priority, task.notes) for task in outcome.done] == [
        ("Milk", "high", ""),
        ("Rye", "none", "2"),
    ]


@pytest.mark.parametrize(
    ("what", "state"),
    [("complete", "completed"), ("delete", "deleted_at")],
)
def test_the_other_acts_are_taken_back_by_one_undo(
    user: User, tasks: list[Task], what: str, state: str
) -> None:
    before = Task.objects.order_by("pk").values("title", "completed_at", "deleted_at")
    then = list(before)

    outcome = do(user, what, ids(tasks))

    assert all(getattr(task, state) for task in outcome.done)
    assert len(TaskChange.objects.for_user(user).of_acts([outcome.act]).undo(API)) == 3
    assert list(before.all()) == then


def test_what_is_done_twice_changes_nothing_and_is_no_act(user: User, tasks: list[Task]) -> None:
    do(user, "complete", ids(tasks))
    kept = rows()

    outcome = do(user, "complete", ids(tasks))

    assert (len(outcome.done), outcome.act) == (3, None)
    assert rows() == kept


def test_the_deleted_come_back(user: User, tasks: list[Task]) -> None:
    do(user, "delete", ids(tasks))
    assert [task.deleted_at for task in do(user, "restore", ids(tasks)).done] == [None] * 3
    assert [task.completed for task in do(user, "complete", ids(tasks)).done] == [True] * 3
    assert [task.completed for task in do(user, "reopen", ids(tasks)).done] == [False] * 3


def test_what_cannot_be_done_is_named_and_spoils_nothing_else(
    user: User, stranger: User, tasks: list[Task]
) -> None:
    theirs, gone = TaskFactory(user=stranger), tasks[2]
    gone.remove(API)
    bad = {"id": str(tasks[1].pk), "due_time": "17:00"}
    items = [
        {"id": str(theirs.pk), "title": "Mine"},
        {"id": str(uuid4()), "title": "x"},
        {"id": str(gone.pk), "title": "x"},
        bad,
        {"id": str(tasks[0].pk), "title": "Oat milk"},
    ]

    outcome = do(user, "update", items)

    assert [task.title for task in outcome.done] == ["Oat milk"]
    assert [(each.item, each.code, each.field) for each in outcome.failures] == [
        (1, "not_found", ""),
        (2, "not_found", ""),
        (3, "not_found", ""),
        (4, "due_date_required", "due_time"),
    ]
    assert outcome.failures[3].task_id == tasks[1].pk
    assert outcome.total == 5
    theirs.refresh_from_db()
    assert theirs.title != "Mine"
