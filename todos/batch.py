"""Many tasks changed at once, in one transaction and as one act.

An operation is JSON, so that it can be kept and shown before it is done: ``{"do", "tasks"}``, where
``do`` is ``create`` or one of ACTS, and ``tasks`` has an id for each task or, where fields are set,
an object with them and the ``id``; one to be made has an id only where another one is to be its
step. Fields are spelled as the journal has them. ``lists`` has the names, by ids that tasks tell,
of lists that are made where there is none of that name. Of a whole list it is ``{"do":
"delete_list", "list", "tasks": "keep"|"delete"}`` or ``{"do": "merge_list", "list", "into"}``, with
ids.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.line import in_line
from accounts.models import User
from todos.models.change import JournalEncoder, Origin
from todos.models.task import Task
from todos.models.task_list import TaskList
from todos.repeating import Repeat
from todos.rules import RuleBroken

MOST_AT_ONCE = 100
NO_SUCH_TASK = "There is no such task."
NO_SUCH_LIST = "There is no such list."
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
    is_of_list = operation["do"] in ("delete_list", "merge_list")
    with in_line(user.pk):
        outcome = (_run_on_list if is_of_list else _run_on_tasks)(user, operation, origin)
        outcome.done = _as_they_are(outcome.done)
    outcome.act = origin.act if origin.touched else None
    return outcome


def rehearse(user: User, operation: Operation, origin: Origin) -> Outcome:
    """What would come of it now; nothing is done."""
    with transaction.atomic():
        outcome = run(user, operation, replace(origin, asks=False))
        transaction.set_rollback(True)
    return outcome


def _run_on_tasks(user: User, operation: Operation, origin: Origin) -> Outcome:
    """Steps come after the tasks whose steps they are, and may have gone along with them."""
    outcome = Outcome(total=len(operation["tasks"]))
    rows = Task.objects.with_deleted_for_user(user).held(named(operation))
    done: dict[int, Task] = {}
    do, items = operation["do"], _with_lists(user, operation, origin)
    for place, key, item in _tasks_before_steps(items, rows):
        try:
            task = rows.get(key) if key else None
            if do == "create":
                task = Task(user=user, **({"id": key} if key else {}))
            done[place] = _one(do, task, fields_of(item), origin)
        except RuleBroken as broken:
            why = broken.code, broken.sentence, broken.field
            outcome.failures.append(Failure(place, key, *why))
        except Task.DoesNotExist:
            outcome.failures.append(Failure(place, key, "not_found", NO_SUCH_TASK))
    outcome.done = [done[place] for place in sorted(done)]
    outcome.failures.sort(key=lambda failure: failure.item)
    return outcome


def _with_lists(user: User, operation: Operation, origin: Origin) -> list[Any]:
    """Its items, in lists that are there."""
    there = {}
    for key, name in operation.get("lists", {}).items():
        named = TaskList.objects.for_user(user).named(name).first()
        there[key] = str((named or TaskList.add(user, origin, name=name)).pk)
    if not there:
        return list(operation["tasks"])
    return [
        item | {"list": there.get(item["list"], item["list"])} if "list" in item else item
        for item in operation["tasks"]
    ]


def _tasks_before_steps(
    items: list[Any], rows: dict[UUID, Task]
) -> list[tuple[int, UUID | None, Any]]:
    """The items with their places and keys."""
    placed = [(place, key_of(item), item) for place, item in enumerate(items, 1)]
    return sorted(placed, key=lambda each: each[1] in rows and rows[each[1]].parent_id is not None)


def _one(do: str, task: Task | None, fields: Fields, origin: Origin) -> Task:
    """Raises RuleBroken, and Task.DoesNotExist."""
    if task is None or (task.deleted_at and do != "restore"):
        raise Task.DoesNotExist
    if do == "create":
        return Task.add(task.user, origin, id=task.pk, **fields)
    ACTS[do](task, origin, fields)
    return task


def _remove(task: Task, origin: Origin) -> None:
    with suppress(Task.DoesNotExist):  # in this act, with the task whose step it is
        task.remove(origin)


ACTS: dict[str, Callable[[Task, Origin, Fields], object]] = {
    "update": lambda task, origin, fields: task.edit(origin, **fields),
    "complete": lambda task, origin, _: task.complete(origin),
    "reopen": lambda task, origin, _: task.reopen(origin),
    "delete": lambda task, origin, _: _remove(task, origin),
    "restore": lambda task, origin, _: task.restore(origin),
}


def _run_on_list(user: User, operation: Operation, origin: Origin) -> Outcome:
    lists = TaskList.objects.for_user(user).held(lists_of(operation))
    task_list, into = (lists.get(key) for key in lists_of(operation))
    if task_list is None or into is None:
        return Outcome(total=1, failures=[Failure(1, None, "not_found", NO_SUCH_LIST)])
    tasks = list(Task.objects.for_user(user).in_list(task_list.pk))
    if operation["do"] == "merge_list":
        task_list.merge(into, origin)
    else:
        task_list.remove(origin, operation["tasks"])
    return Outcome(total=len(tasks), done=tasks)


def lists_of(operation: Operation) -> tuple[UUID, UUID]:
    """The list it is of, and the one its tasks go into (itself, where they go into none)."""
    return UUID(operation["list"]), UUID(operation.get("into", operation["list"]))


def named(operation: Operation) -> set[UUID]:
    """The tasks that it names."""
    return {key for item in operation["tasks"] if (key := key_of(item))}


def key_of(item: Any) -> UUID | None:
    """The task that an item is for; None: one to be made."""
    text = item.get("id") if isinstance(item, dict) else item
    return UUID(text) if text else None


def fields_of(item: Any) -> Fields:
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
    """The other way round, as an operation has them; another row is told by its id."""
    return dict(json.loads(json.dumps(fields, cls=OperationEncoder)))


class OperationEncoder(JournalEncoder):
    def default(self, o: Any) -> Any:
        if isinstance(o, Repeat):
            return o.as_json()
        return o.pk if isinstance(o, (Task, TaskList)) else super().default(o)


def _as_they_are(tasks: Iterable[Task]) -> list[Task]:
    """Read anew: a later one may have changed an earlier one, as a task does its steps."""
    tasks = list(tasks)
    of_user = Task.objects.filter(user__in={task.user_id for task in tasks})
    rows = of_user.with_steps().in_bulk([task.pk for task in tasks])
    return [rows[task.pk] for task in tasks]
