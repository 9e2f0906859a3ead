"""Tasks (``task``), and the journal of every change made to them from every door (``change``)."""

from todos.models.change import (
    ChangedSince,
    ChangeKind,
    JournalEncoder,
    Origin,
    TaskChange,
)
from todos.models.task import ORDERINGS, Priority, Task, TaskQuerySet

__all__ = [
    "ORDERINGS",
    "ChangeKind",
    "ChangedSince",
    "JournalEncoder",
    "Origin",
    "Priority",
    "Task",
    "TaskChange",
    "TaskQuerySet",
]
