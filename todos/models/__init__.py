"""Tasks (``task``) in lists (``task_list``), and the journal of all their changes (``change``)."""

from accounts.line import in_line, wait_in_line
from todos.models.change import (
    ChangedSince,
    ChangeKind,
    JournalEncoder,
    Origin,
    TaskChange,
)
from todos.models.proposal import AlreadyDecided, Expired, Outdated, Proposal
from todos.models.queries import ORDERINGS, Priority
from todos.models.reminder import Reminder, ReminderQuerySet
from todos.models.task import Task, TaskQuerySet
from todos.models.task_list import INBOX, NameTaken, TaskList

__all__ = [
    "INBOX",
    "ORDERINGS",
    "AlreadyDecided",
    "ChangeKind",
    "ChangedSince",
    "Expired",
    "JournalEncoder",
    "NameTaken",
    "Origin",
    "Outdated",
    "Priority",
    "Proposal",
    "Reminder",
    "ReminderQuerySet",
    "Task",
    "TaskChange",
    "TaskList",
    "TaskQuerySet",
    "in_line",
    "wait_in_line",
]
