"""The state that a client shares with us: the user's open tasks, by their ids.

``{"tasks": {id: task}, "more": false}``. A task is as REST tells it, without what changes while the
task itself does not: ``steps`` (which are tasks here, too) and ``reminders``. It has no ``notes``,
since a client sends the state back with each run. Of more than fifty open tasks it has those that
were changed last, and says that there are ``more``.
"""

from functools import cache
from typing import Any
from uuid import UUID

from accounts.models import User
from todos.models import Task
from todos.serializers import TaskSerializer
from web.connections import release_connection

MOST_TASKS = 50

State = dict[str, Any]
Patch = list[dict[str, Any]]


class StateTask(TaskSerializer):
    notes = None  # type: ignore[assignment]
    steps = None  # type: ignore[assignment]
    reminders = None  # type: ignore[assignment]


def snapshot(user: User) -> State:
    """As it is now; one statement."""
    still_open = Task.objects.for_user(user).with_status("open").without_notes()
    tasks = list(still_open.in_order("-updated_at")[: MOST_TASKS + 1])
    release_connection()
    told = {str(task.pk): _told(task) for task in tasks[:MOST_TASKS]}
    return {"tasks": told, "more": len(tasks) > MOST_TASKS}


def patch(user: User, call: UUID) -> Patch:
    """What a tool call has changed, as RFC 6902 has it, with the tasks as they are now; one
    statement. Empty where it has changed no task.

    It does not matter whether the state has these tasks already, nor how often it is applied.
    """
    changed = Task.objects.with_deleted_for_user(user).changed_by([call]).without_notes()
    operations = [each for task in changed.order_by("pk") for each in _operations(task)]
    release_connection()
    return operations


def _operations(task: Task) -> Patch:
    place = f"/tasks/{task.pk}"
    if not task.completed and task.deleted_at is None:
        return [{"op": "add", "path": place, "value": _told(task)}]
    # Only what is there may be removed, so it is put there first.
    return [{"op": "add", "path": place, "value": {}}, {"op": "remove", "path": place}]


def _told(task: Task) -> State:
    return dict(_serializer().to_representation(task))


@cache
def _serializer() -> StateTask:
    """One for all tasks, of which it keeps nothing: to build it takes longer than to use it."""
    return StateTask()
