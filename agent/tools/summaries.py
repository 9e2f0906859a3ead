"""A task as the model sees it."""

from datetime import datetime
from typing import Any

from accounts.models import User
from agent.tools import reminding
from agent.tools.tool import Result
from todos.models import Task

TOLD_NOTES = 200


def summary(task: Task, user: User, *, whole: bool = False, made: bool = False) -> Result:
    """Short, and without what is not set; times are the user's local ones.

    Of long notes it has the beginning, and says so, unless ``whole``. When the task was made is
    told where somebody may ask for it: with ``whole`` or ``made``.
    """
    cut = 0 if whole else max(0, len(task.notes) - TOLD_NOTES)
    fields = {
        "id": str(task.pk),
        "title": task.title,
        "notes": task.notes[: len(task.notes) - cut],
        "notes_cut": f"{cut} more characters; read_task tells them" if cut else None,
        "due_date": task.due_date and task.due_date.isoformat(),
        "due_time": task.due_time and task.due_time.isoformat("minutes"),
        "priority": task.priority if task.priority != "none" else None,
        "repeats": task.repeat and task.repeat.words,
        "duration_minutes": task.duration_minutes,
        "list": task.list.name if task.list and not task.parent else None,
        "tags": [*task.tags],
        "parent": _named(task.parent),
        "reminders": reminding.told(task, user.zone),
        "completed": task.completed,
        "completed_at": task.completed_at and _local(task.completed_at, user),
        "created_at": _local(task.created_at, user) if whole or made else None,
        "deleted": task.deleted_at is not None,
        "foreign": any(row.foreign for row in (task, task.list, task.parent) if row),
    }
    return {name: value for name, value in fields.items() if value}


def _named(task: Any) -> Result | None:
    return {"id": str(task.pk), "title": task.title} if task else None


def told(task: Task, user: User, note: str) -> Result:
    return {"task": summary(task, user)} | ({"note": note} if note else {})


def _local(moment: datetime, user: User) -> str:
    local = moment.astimezone(user.zone)
    return local.replace(tzinfo=None).isoformat(timespec="minutes")
