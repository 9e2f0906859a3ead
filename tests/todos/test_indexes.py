"""What is read often is read along an index, however many rows other users have."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from tests.plans import plans, sorts
from todos.models import ChangeKind, Task, TaskChange, TaskList

# An index has another name in each partition, and a small one other plans.
pytestmark = [pytest.mark.django_db, pytest.mark.not_on("sharded")]

OTHERS, CHANGES = 500, 50
TASK, CHANGE = "todos_task", "todos_taskchange"
TEXT = "word " * 100


@pytest.fixture
def task(user: User) -> Task:
    """With many changes; the user has many more tasks, most of them done, and so have others."""
    users = User.objects.bulk_create(User(username=f"other{each}") for each in range(OTHERS))
    owners = [owner for other in users for owner in (user, other, user)]
    now = timezone.now()
    tasks = Task.objects.bulk_create(
        Task(
            user=owner,
            title="Milk",
            notes=TEXT,
            due_date=now.date() - timedelta(days=number % 7),
            completed_at=None if number % 10 == 0 else now,
        )
        for number, owner in enumerate(owners)
    )
    TaskChange.objects.bulk_create(
        TaskChange(
            user_id=each.user_id,
            task=each,
            kind=ChangeKind.UPDATED,
            before={"notes": ""},
            after={"notes": TEXT},
            source="chat",
            tool_call_id=uuid4(),
            conversation_id=uuid4(),
            act=uuid4(),
        )
        for each in tasks[:1] * CHANGES + tasks[1:]
    )
    return tasks[0]


def test_the_list_of_tasks(client: APIClient, task: Task) -> None:
    for query in ("", "?status=open", "?status=done"):
        (plan,) = plans(lambda query=query: client.get(f"/api/tasks/{query}"), TASK)
        assert "task_newest" in plan
        assert not sorts(plan)


def test_the_list_of_the_assistant(user: User, task: Task) -> None:
    tasks = Task.objects.for_user(user).with_status("open").in_due_order()

    (plan,) = plans(lambda: list(tasks[:20]), TASK)

    assert "task_open_by_due" in plan


def test_the_history_of_a_task(client: APIClient, task: Task) -> None:
    (plan,) = plans(lambda: client.get(f"/api/tasks/{task.pk}/history/"), CHANGE)

    assert "change_of_task" in plan


@pytest.mark.only_on("sqlite")  # which has no numbers of rows, and counts the columns of an index
def test_what_belongs_to_one_row(task: Task) -> None:
    list = TaskList(user_id=task.user_id)

    for rows, index in (
        (task.steps.all(), "task_steps"),
        (list.tasks.all(), "task_of_list"),
        (task.reminder_rows.all(), "reminder_of_task"),
        (list.changes.all(), "change_of_list"),
    ):
        assert index in rows.explain()


def test_what_a_reply_did(task: Task) -> None:
    (plan,) = plans(lambda: list(TaskChange.objects.of_calls([uuid4()]).not_undone()), CHANGE)

    assert "todos_taskchange_tool_call_id" in plan


def test_what_the_assistant_did_last(user: User, task: Task) -> None:
    changes = TaskChange.objects.for_user(user)

    (plan,) = plans(changes.newest_act, CHANGE)

    assert "change_newest" in plan
    assert not sorts(plan)


def test_the_changes_of_an_act(task: Task) -> None:
    (plan,) = plans(lambda: list(TaskChange.objects.of_acts([uuid4()])), CHANGE)

    assert "todos_taskchange_act" in plan
