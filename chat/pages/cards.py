"""What a tool did, in the words of the person it was done for."""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from django.utils.dateparse import parse_date, parse_time
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from chat.pages.days import due_words, length_words, next_words
from chat.pages.sentences import PLAN, SENTENCES
from conversations.asked import proposal_of
from conversations.models import ToolCall
from conversations.models.shown import AnyCall

Result = dict[str, Any]

MOST_BRACKETS = 200  # a list of tasks has about 50; each level of more would be indented further
NAMED = 5  # of several tasks
SPOILT = KeyError, TypeError, ValueError, AttributeError, OverflowError
"""What comes of a row that was changed by hand."""


@dataclass(frozen=True, slots=True)
class Card:
    """One tool call; ``words`` is a line, ``arguments`` and ``result`` are JSON to look into."""

    call: AnyCall
    words: str
    asks: bool
    trouble: str
    arguments: str
    result: str


def card(call: AnyCall, today: date) -> Card:
    failed = call.status == ToolCall.Status.FAILED
    return Card(
        call,
        words=_tried(call.name) if failed else _done(call, today),
        asks=bool(proposal_of(call)),
        trouble=_error(call) if failed else "",
        arguments=_json(call.arguments),
        result=_json(call.result),
    )


def what_was_done(calls: Sequence[AnyCall], today: date) -> str:
    """The titles of the tasks that they were about, or else what they did."""
    told = [title for call in calls for title in _titles(call, today)]
    return ", ".join(told[:NAMED]) + (", …" if len(told) > NAMED else "")


def _titles(call: AnyCall, today: date) -> list[str]:
    with suppress(*SPOILT):
        if found := [str(task["title"]) for task in _tasks(call.result)]:
            return found
    return [_done(call, today)]


def _done(call: AnyCall, today: date) -> str:
    try:
        if proposal_of(call) and call.name != PLAN:  # which tells more than that
            return _("Asks before it does this")
        if "untouched" in call.result:
            return _("Nothing done: %(what)s") % {"what": call.result["untouched"]}
        if call.name in SENTENCES:
            return SENTENCES[call.name](call, today)
        return _in_words(WORDS[call.name][0], call, today)
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

COULD_NOT = {
    "list_lists": gettext_lazy("Could not look at the lists"),
    "edit_list": gettext_lazy("Could not change the list"),
    "remember": gettext_lazy("Could not note that"),
    "plan": gettext_lazy("Could not make a schedule"),
} | {name: failed for name, (_did, failed) in WORDS.items()}


def _in_words(sentence: Any, call: AnyCall, today: date) -> str:
    result: Result = call.result
    if "tasks" in result and "total" in result:
        return str(sentence % {"n": int(result["total"])})
    tasks = _tasks(result)
    line = f"{sentence % {'n': len(tasks)}}: {', '.join(task['title'] for task in tasks[:NAMED])}"
    if len(tasks) == 1:
        line = " · ".join([line, *_about(tasks[0], call, today)])
    elif len(tasks) > NAMED:
        line += ", …"
    failed = len(result.get("failures", []))
    return f"{line} · {_('%(n)d not done') % {'n': failed}}" if failed else line


def _tasks(result: Result) -> list[Result]:
    """What a result tells of: one task or several, and of an undoing each change."""
    undone = result.get("undone")
    if isinstance(undone, list):
        return [each["task"] if "task" in each else {"title": each["list"]} for each in undone]
    told: Any = result.get("deleted", result.get("task", result.get("tasks")))
    return told if isinstance(told, list) else [told]


def _about(task: Result, call: AnyCall, today: date) -> Iterator[str]:
    """What else is worth a word of one task; of one that is done, when it comes again."""
    if following := task.get("next"):
        day, moment = _due(following)
        if day:
            yield next_words(day, moment, today)
        return
    day, moment = _due(task)
    if day:
        yield _("due %(when)s") % {"when": due_words(day, moment, today)}
    yield from _rings(task, call)
    if task.get("duration_minutes"):
        yield length_words(task["duration_minutes"])
    if task.get("parent"):
        yield _("step of %(title)s") % {"title": task["parent"]["title"]}
    if task.get("list"):
        yield _("in %(list)s") % {"list": task["list"]}
    if task.get("tags"):
        yield " ".join(f"#{tag}" for tag in task["tags"])
    if task.get("repeats"):
        yield str(task["repeats"])
    elif call.arguments.get("repeats", "") is None:
        yield _("repeats no more")


def _rings(task: Result, call: AnyCall) -> Iterator[str]:
    """The reminders that will ring, or that there are none any more."""
    reminders = task.get("reminders") or []
    if words := [each["words"] for each in reminders if "rings" in each]:
        yield _("reminder: %(words)s") % {"words": ", ".join(words)}
    elif call.arguments.get("reminders") and not reminders:
        yield _("no reminder")


def _due(task: Result) -> tuple[date | None, time | None]:
    return parse_date(task.get("due_date", "")), parse_time(task.get("due_time", ""))


def _tried(name: str) -> str:
    could_not = COULD_NOT.get(name)
    return str(could_not) if could_not else _("Could not use %(tool)s") % {"tool": name}


def _used(name: str) -> str:
    return _("Used %(tool)s") % {"tool": name}


def _error(call: AnyCall) -> str:
    return str(call.result.get("error", "")) if isinstance(call.result, dict) else ""


def _json(value: Any) -> str:
    """Indented, unless there is so much of it in each other that this would fill the page."""
    flat = json.dumps(value, ensure_ascii=False)
    if flat.count("[") + flat.count("{") > MOST_BRACKETS:
        return flat
    return json.dumps(value, indent=2, ensure_ascii=False)
