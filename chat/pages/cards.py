"""What a tool did, in the words of the person it was done for."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.utils.dateparse import parse_date, parse_time
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from conversations.models import ToolCall

Result = dict[str, Any]

MOST_BRACKETS = 200  # a list of tasks has about 50; each level of more would be indented further
SPOILT = KeyError, TypeError, ValueError, AttributeError, OverflowError
"""What comes of a row that was changed by hand."""


@dataclass(frozen=True, slots=True)
class Card:
    """One tool call; ``words`` is a line, ``arguments`` and ``result`` are JSON to look into."""

    call: ToolCall
    words: str
    trouble: str
    arguments: str
    result: str


def card(call: ToolCall, today: date) -> Card:
    failed = call.status == ToolCall.Status.FAILED
    return Card(
        call,
        words=_tried(call.name) if failed else _done(call, today),
        trouble=_error(call) if failed else "",
        arguments=_json(call.arguments),
        result=_json(call.result),
    )


def due_words(day: date, moment: time | None, today: date) -> str:
    """``due tomorrow 17:00``; ``today`` is the day of the reader."""
    names = {
        today - timedelta(days=1): _("yesterday"),
        today: _("today"),
        today + timedelta(days=1): _("tomorrow"),
    }
    shape = "j M" if day.year == today.year else "j M Y"
    words = names.get(day) or date_format(day, shape)
    return f"{words} {moment:%H:%M}" if moment else words


def _done(call: ToolCall, today: date) -> str:
    say = DONE.get(call.name)
    try:
        return say(call.result, today) if say else _used(call.name)
    except SPOILT:
        return _used(call.name)


def _listed(result: Result, today: date) -> str:
    total = int(result["total"])
    return ngettext(
        "Looked at the tasks: %(n)d found", "Looked at the tasks: %(n)d found", total
    ) % {"n": total}


def _task(sentence: Callable[[], str], key: str = "task") -> Callable[[Result, date], str]:
    def words(result: Result, today: date) -> str:
        task = result[key]
        day, moment = parse_date(task.get("due_date", "")), parse_time(task.get("due_time", ""))
        line = f"{sentence()}: {task['title']}"
        if day:
            due = _("due %(when)s") % {"when": due_words(day, moment, today)}
            line = f"{line} · {due}"
        return line

    return words


def _took_back(result: Result, today: date) -> str:
    say = _task(lambda: _("Took back"), "deleted" if "deleted" in result else "task")
    return say(result, today)


DONE: dict[str, Callable[[Result, date], str]] = {
    "create_task": _task(lambda: _("Created task")),
    "list_tasks": _listed,
    "update_task": _task(lambda: _("Changed task")),
    "complete_task": _task(lambda: _("Completed task")),
    "reopen_task": _task(lambda: _("Reopened task")),
    "delete_task": _task(lambda: _("Deleted task"), "deleted"),
    "undo_last": _took_back,
}


def _tried(name: str) -> str:
    tried = {
        "create_task": _("Could not create the task"),
        "list_tasks": _("Could not look at the tasks"),
        "update_task": _("Could not change the task"),
        "complete_task": _("Could not complete the task"),
        "reopen_task": _("Could not reopen the task"),
        "delete_task": _("Could not delete the task"),
        "undo_last": _("Could not take the last change back"),
    }
    return tried.get(name) or _("Could not use %(tool)s") % {"tool": name}


def _used(name: str) -> str:
    return _("Used %(tool)s") % {"tool": name}


def _error(call: ToolCall) -> str:
    return str(call.result.get("error", "")) if isinstance(call.result, dict) else ""


def _json(value: Any) -> str:
    """Indented, unless there is so much of it in each other that this would fill the page."""
    flat = json.dumps(value, ensure_ascii=False)
    if flat.count("[") + flat.count("{") > MOST_BRACKETS:
        return flat
    return json.dumps(value, indent=2, ensure_ascii=False)
