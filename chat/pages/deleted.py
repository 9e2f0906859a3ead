"""What was deleted lately, and can be brought back for as long as it is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from conversations.models import Conversation
from todos.models import Task, TaskChange, TaskList
from web.pagination import Keyset

PER_PAGE = 30
KINDS = {
    Conversation: ("restore", gettext_lazy("Conversation")),
    Task: ("restore-task", gettext_lazy("Task")),
    TaskList: ("restore-list", gettext_lazy("List")),
}
DOORS = {
    "api": gettext_lazy("over the API"),
    "chat": gettext_lazy("by the assistant"),
    "mcp": gettext_lazy("by another assistant"),
    "page": gettext_lazy("on this page"),
    "admin": gettext_lazy("by an operator"),
    "import": gettext_lazy("with a file"),
}


@dataclass(frozen=True, slots=True)
class Deleted:
    """``action`` is the address that brings the row back; ``until``: when it is purged, if ever."""

    row: Any
    action: str
    kind: str
    name: str
    door: str
    until: datetime | None


def deleted(user: User, cursor: str) -> tuple[list[Deleted], str | None]:
    """The newest first, and the cursor of what lies behind them; 4 queries.

    What went with its list, or as a step with its task, comes back with that. Raises
    ValidationError for a cursor that is none.
    """
    order = Keyset(Conversation.objects.latest_deleted())
    place = order.read(cursor)[1] if cursor else None
    rows: list[Any] = []
    for found in (
        Conversation.objects.deleted_for_user(user),
        Task.objects.deleted_for_user(user).deleted_alone(),
        TaskList.objects.deleted_for_user(user),
    ):
        behind = found.filter(order.beyond(place, "next")) if place else found
        rows += behind.latest_deleted()[: PER_PAGE + 1]
    rows.sort(key=lambda row: (row.deleted_at, row.pk), reverse=True)
    shown = rows[:PER_PAGE]
    return _told(user, shown), order.cursor("next", shown[-1]) if rows[PER_PAGE:] else None


def _told(user: User, rows: Iterable[Any]) -> list[Deleted]:
    rows = list(rows)
    doors = TaskChange.objects.for_user(user).doors_of_deletion(row.pk for row in rows)
    return [
        Deleted(
            row,
            action=KINDS[type(row)][0],
            kind=str(KINDS[type(row)][1]),
            name=row.shown_title if isinstance(row, Conversation) else str(row),
            door=str(DOORS.get(doors.get(row.pk, ""), "")),
            until=_until(row),
        )
        for row in rows
    ]


def _until(row: Any) -> datetime | None:
    is_said = isinstance(row, Conversation)
    days = settings.CLEANUP_PURGE_DELETED_DAYS if is_said else settings.CLEANUP_TASKS_DAYS
    purged: datetime = row.deleted_at + timedelta(days=days)
    return purged if days else None


def said(name: str) -> str:
    return _("Restored: %(name)s") % {"name": name}
