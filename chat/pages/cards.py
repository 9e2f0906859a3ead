"""What a tool did, in the words of the person it was done for."""

import json
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from django.utils.dateparse import parse_date, parse_time
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from conversations.models import ToolCall

Result = dict[str, Any]

MOST_BRACKETS = 200  # a list of tasks has about 50; each level of more would be indented further
NAMED = 5  # of several tasks
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
    if call.name not in WORDS:
        return _used(call.name)
    try:
        return _in_words(WORDS[call.name][0], call.result, today)
    except SPOILT:
        return _used(call.name)


WORDS: dict[str, tuple[Any, Any]] = {
    "create_task": (
        ngettext_lazy("Created task", "Created %(n)d tasks", "n"),
        gettext_lazy("Could not create the task"),
    ),
    "list_tasks": (
        ngettext_lazy("Looked at the tasks: %(n)d found", "Looked at the tasks: %(n)d found", "n"),
        gettext_lazy("Could not look at the tasks"),
    ),
    "read_task": (
        ngettext_lazy("Read task", "Read %(n)d tasks", "n"),
        gettext_lazy("Could not read the task"),
    ),
    "update_task": (
        ngettext_lazy("Changed task", "Changed %(n)d tasks", "n"),
        gettext_lazy("Could not change the task"),
    ),
    "complete_task": (
        ngettext_lazy("Completed task", "Completed %(n)d tasks", "n"),
        gettext_lazy("Could not complete the task"),
    ),
    "reopen_task": (
        ngettext_lazy("Reopened task", "Reopened %(n)d tasks", "n"),
        gettext_lazy("Could not reopen the task"),
    ),
    "delete_task": (
        ngettext_lazy("Deleted task", "Deleted %(n)d tasks", "n"),
        gettext_lazy("Could not delete the task"),
    ),
    "restore_task": (
        ngettext_lazy("Restored task", "Restored %(n)d tasks", "n"),
        gettext_lazy("Could not restore the task"),
    ),
    "undo_last": (
        ngettext_lazy("Took back", "Took back %(n)d changes", "n"),
        gettext_lazy("Could not take the last change back"),
    ),
}
"""What a tool did, by how many there were, and that it could not."""


def _in_words(sentence: Any, result: Result, today: date) -> str:
    if "tasks" in result and "total" in result:
        return str(sentence % {"n": int(result["total"])})
    tasks = _tasks(result)
    line = f"{sentence % {'n': len(tasks)}}: {', '.join(task['title'] for task in tasks[:NAMED])}"
    line += _due(tasks[0], today) if len(tasks) == 1 else ", …" if len(tasks) > NAMED else ""
    failed = len(result.get("failures", []))
    return f"{line} · {_('%(n)d not done') % {'n': failed}}" if failed else line


def _tasks(result: Result) -> list[Result]:
    """What a result tells of: one task or several, and of an undoing each change."""
    undone = result.get("undone")
    if isinstance(undone, list):
        return [each["task"] for each in undone]
    told: Any = result.get("deleted", result.get("task", result.get("tasks")))
    return told if isinstance(told, list) else [told]


def _due(task: Result, today: date) -> str:
    day, moment = parse_date(task.get("due_date", "")), parse_time(task.get("due_time", ""))
    if not day:
        return ""
    due = _("due %(when)s") % {"when": due_words(day, moment, today)}
    return f" · {due}"


def _tried(name: str) -> str:
    return str(WORDS[name][1]) if name in WORDS else _("Could not use %(tool)s") % {"tool": name}


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
