"""A tool call as a task of a workflow: in words for the person, with an icon."""

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from agent.tools import changed_tasks, has_changed
from chat.pages.cards import card
from conversations.asked import proposal_of
from conversations.models import ToolCall

Task = dict[str, Any]

DOING: dict[str, tuple[Promise | str, str]] = {
    "create_task": (gettext_lazy("Adding a task"), "plus"),
    "list_tasks": (gettext_lazy("Looking at the tasks"), "search"),
    "read_task": (gettext_lazy("Reading a task"), "document"),
    "update_task": (gettext_lazy("Changing a task"), "write"),
    "complete_task": (gettext_lazy("Completing a task"), "check-circle"),
    "reopen_task": (gettext_lazy("Reopening a task"), "empty-circle"),
    "delete_task": (gettext_lazy("Deleting a task"), "batch"),
    "restore_task": (gettext_lazy("Restoring a task"), "reload"),
    "list_lists": (gettext_lazy("Looking at the lists"), "search"),
    "edit_list": (gettext_lazy("Changing a list"), "notebook-pencil"),
    "undo_last": (gettext_lazy("Taking back the last change"), "reload"),
    "plan": (gettext_lazy("Looking for what to do"), "calendar"),
    "remember": (gettext_lazy("Noting that"), "lightbulb"),
}
"""What a tool does while it does it, and one of the icons that ChatKit knows."""


def running(name: str) -> Task:
    words, icon = DOING.get(name, (_("Using %(tool)s") % {"tool": name}, "bolt"))
    return _task(str(words), icon, "loading")


def finished(call: ToolCall, user: User, at: datetime) -> Task:
    """As it was told when it was done; one that failed has no tick, and says why."""
    drawn = card(call, at.astimezone(user.zone).date())
    icon = DOING.get(call.name, ("", "bolt"))[1]
    if call.status == ToolCall.Status.FAILED:
        return _task(drawn.words, icon, "none", drawn.trouble)
    asked = proposal_of(call)
    return _task(drawn.words, icon, "complete", asked["summary"] if asked else "")


def _task(title: str, icon: str, status: str, content: str = "") -> Task:
    told = {"content": content} if content else {}
    return {"type": "custom", "title": title, "icon": icon, "status_indicator": status, **told}


def changed(call: ToolCall) -> dict[str, Any] | None:
    """The effect that a page may hear of: the tool, and the ids of the tasks it has changed."""
    if call.status == ToolCall.Status.FAILED or not has_changed(call.name, call.result):
        return None
    return {"tool": call.name, "tasks": changed_tasks(call.result)}
