"""Many tasks changed at once, in one transaction and as one act.

An operation is JSON, so that it can be kept and shown before it is done: ``{"do", "tasks"}``, where
``do`` is one of ACTS and ``tasks`` has an id for each task or, where fields are set, an object with
them (and with the ``id``, but for ``create``). Fields are spelled as the journal has them.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from todos.models.change import JournalEncoder, Origin
from todos.models.task import Task
from todos.repeating import Repeat
from todos.rules import RuleBroken

MOST_AT_ONCE = 100
Operation = dict[str, Any]
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """Why one of the tasks stays as it is; ``item`` is its place, from 1."""

    item: int
    task_id: UUID | None
    code: str
    detail: str
    field: str = ""


@dataclass(slots=True)
class Outcome:
    """``act`` is None when nothing was changed."""

    total: int
    done: list[Task] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    act: UUID | None = None


def run(user: User, operation: Operation, origin: Origin) -> Outcome:
    """Do what can be done; what cannot is named, and spoils nothing else."""
    do, items = operation["do"], operation["tasks"]
    outcome = Outcome(total=len(items))
    with transaction.atomic():
        tasks = Task.objects.with_deleted_for_user(user).held(_named(operation))
        for place, item in enumerate(items, 1):
            key = _key_of(item)
            try:
                outcome.done.append(
                    _one(user, do, tasks.get(key) if key else None, _fields_of(item), origin)
                )
            except RuleBroken as broken:
                why = broken.code, broken.sentence, broken.field
                outcome.failures.append(Failure(place, key, *why))
            except Task.DoesNotExist:
                outcome.failures.append(Failure(place, key, "not_found", NO_SUCH_TASK))
        outcome.done = _as_they_are(outcome.done)
    outcome.act = origin.act if origin.touched else None
    return outcome


NO_SUCH_TASK = "There is no such task."


def _one(user: User, do: str, task: Task | None, fields: Fields, origin: Origin) -> Task:
    """Raises RuleBroken, and Task.DoesNotExist."""
    if do == "create":
        return Task.add(user, origin, **fields)
    if task is None or (task.deleted_at and do != "restore"):
        raise Task.DoesNotExist
    ACTS[do](task, origin, fields)
    return task


def _remove(task: Task, origin: Origin) -> None:
    with suppress(Task.DoesNotExist):  # in this act, with the task that it is a step of
        task.remove(origin)


ACTS: dict[str, Callable[[Task, Origin, Fields], object]] = {
    "update": lambda task, origin, fields: task.edit(origin, **fields),
    "complete": lambda task, origin, _: task.complete(origin),
    "reopen": lambda task, origin, _: task.reopen(origin),
    "delete": lambda task, origin, _: _remove(task, origin),
    "restore": lambda task, origin, _: task.restore(origin),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """What an operation would change: without what is already so, or is not there."""

    operation: Operation
    tasks: list[Task]


def reach(user: User, operation: Operation) -> Reach:
    """Its tasks are kept from others until the transaction ends."""
    if operation["do"] == "create":
        made = [Task(user=user, title=item["title"]) for item in operation["tasks"]]
        return Reach(operation, made)
    rows = Task.objects.with_deleted_for_user(user).held(_named(operation))
    found = [(item, rows[key]) for item in operation["tasks"] if (key := _key_of(item)) in rows]
    kept = [(item, row) for item, row in found if IS_TO_DO[operation["do"]](row)]
    return Reach(operation | {"tasks": [item for item, _ in kept]}, [row for _, row in kept])


IS_TO_DO: dict[str, Callable[[Task], bool]] = {
    "update": lambda task: not task.deleted_at,
    "complete": lambda task: not task.deleted_at and not task.completed,
    "reopen": lambda task: not task.deleted_at and task.completed,
    "delete": lambda task: not task.deleted_at,
    "restore": lambda task: bool(task.deleted_at),
}


def _named(operation: Operation) -> set[UUID]:
    return {key for item in operation["tasks"] if (key := _key_of(item))}


def _key_of(item: Any) -> UUID | None:
    """The task that an item is for; None: one to be made."""
    text = item.get("id") if isinstance(item, dict) else item
    return UUID(text) if text else None


def _fields_of(item: Any) -> Fields:
    """As Task.add and Task.edit take them, read back from JSON."""
    spelled = item if isinstance(item, dict) else {}
    return {name: _read(name, value) for name, value in spelled.items() if name != "id"}


def _read(name: str, value: Any) -> Any:
    if name == "repeats":
        return None if value is None else Repeat.read(value)
    if name in NO_COLUMNS:
        return value
    return COLUMNS[name].to_python(value)


NO_COLUMNS = ("completed", "append_notes")
COLUMNS = {column.name: column for column in Task._meta.fields}


def spelled(fields: Fields) -> Fields:
    """The other way round, as an operation has them."""
    plain = {
        name: value.as_json() if isinstance(value, Repeat) else value
        for name, value in fields.items()
    }
    return dict(json.loads(json.dumps(plain, cls=JournalEncoder)))


def _as_they_are(tasks: Iterable[Task]) -> list[Task]:
    """Read anew: a later one may have changed an earlier one, as a task does its steps."""
    keys = [task.pk for task in tasks]
    rows = Task.objects.in_bulk(keys)
    return [rows[key] for key in keys]
