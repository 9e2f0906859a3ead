"""What a page shows of a user's tasks whenever it is drawn, and a model is mostly told of them:
queries that are compiled once."""

from datetime import date, datetime, time
from uuid import UUID

from django.db import models

from accounts.compiled import compiled
from accounts.models import User
from todos.models.change import TaskChange
from todos.models.queries import in_numbers
from todos.models.reminder import Reminder
from todos.models.task import Task
from todos.models.task_list import TaskList


@compiled
def lists_of(user: User) -> models.QuerySet[TaskList]:
    return TaskList.objects.for_user(user).in_name_order()


@compiled
def tasks_to_do(user: User, *, limit: int) -> models.QuerySet[Task]:
    tasks = Task.objects.for_user(user).with_steps()
    return tasks.top_level().with_status("open").in_due_order()[:limit]


@compiled
def tasks_by_day(
    user: User, today: date, clock: time, *, status: str, due: str | None, limit: int
) -> models.QuerySet[Task]:
    """With their lists and parents, steps like all others; ``due`` as :meth:`TaskQuerySet.due`."""
    tasks = Task.objects.for_user(user).with_status(status).in_due_order()
    tasks = tasks.due_at(due, today, clock) if due else tasks
    return tasks.select_related("list", "parent")[:limit]


@compiled
def places_to_do(
    user: User,
) -> models.QuerySet[Task, tuple[UUID | None, tuple[str, ...], bool]]:
    """Of each task its list and its tags, and whether others have written it."""
    tasks = Task.objects.for_user(user).with_status("open")
    return tasks.values_list("list_id", "tags", "foreign")


@compiled
def tasks_done(user: User, *, limit: int) -> models.QuerySet[Task]:
    """The latest first."""
    return Task.objects.for_user(user).with_steps().top_level().latest_done()[:limit]


@compiled
def steps_of(user: User, tasks: list[UUID]) -> models.QuerySet[Task]:
    return Task.objects.for_user(user).filter(parent__among=tasks).order_by("pk")


@compiled
def to_do_of_series(user: User, series: list[UUID]) -> models.QuerySet[Task]:
    return Task.objects.for_user(user).with_status("open").filter(series__among=series)


def numbers_of(user: User, now: datetime) -> dict[str, int]:
    """As :meth:`TaskQuerySet.numbers`."""
    return in_numbers(_numbers(user, now.date(), now.time()))


@compiled
def _numbers(user: User, today: date, clock: time) -> models.QuerySet[Task, tuple[int, ...]]:
    return Task.objects.for_user(user).counted(today, clock)


@compiled
def open_by_list(user: User) -> models.QuerySet[Task, tuple[UUID | None, int]]:
    return Task.objects.for_user(user).open_by_list()


@compiled
def reminders_due(user: User, now: datetime, *, limit: int) -> models.QuerySet[Reminder]:
    """With their tasks."""
    return Reminder.objects.for_user(user).due(now).select_related("task")[:limit]


@compiled
def next_ring(user: User, now: datetime) -> models.QuerySet[Reminder, datetime | None]:
    """When the next one rings, if any does."""
    return Reminder.objects.for_user(user).waiting(now).values_list("rings_at", flat=True)[:1]


@compiled
def calls_that_stand(
    user: User, calls: list[UUID]
) -> models.QuerySet[TaskChange, tuple[UUID | None, UUID | None]]:
    """Of these tool calls those of which a change stands; and the call whose change that took
    back or brought back, if it did.
    """
    changes = TaskChange.objects.for_user(user).not_undone().filter(tool_call_id__among=calls)
    return changes.order_by().values_list("tool_call_id", "original__tool_call_id").distinct()
