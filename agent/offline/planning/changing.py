"""The plan that changes tasks: complete, reopen, edit, delete."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from agent.offline.dates import When, read_hour
from agent.offline.intents import Change, Edit, Question
from agent.offline.known import Known, KnownTask, Reply, Tasks
from agent.offline.matching import stems, words_of
from agent.offline.planning import reminding, wording
from agent.offline.planning.adding import add
from agent.offline.planning.consent import is_asked_elsewhere, is_confirmed_elsewhere
from agent.offline.planning.doubting import confirm
from agent.offline.planning.filing import add_steps
from agent.offline.planning.finding import find, following, list_tasks, or_add
from agent.offline.planning.series import (
    CanNot,
    any_repeats,
    check_series,
    in_series,
    of_series,
)
from agent.offline.planning.telling import told
from agent.offline.steps import Plan, Request
from agent.offline.target import Named, Target
from agent.tools import MOST_AT_ONCE

DELETING = frozenset({"bin", "cancel", "clear", "delete", "discard", "drop", "remove", "scrap"})


def change(intent: Change, known: Known, now: datetime) -> Plan[Reply]:
    """Find the tasks, ask for what is missing, change them, tell what has come of it."""
    found = yield from find(intent, known, now)
    if intent.otherwise and not any_repeats(found):
        return (yield from change(intent.otherwise, known, now))
    if isinstance(found, Reply) and is_confirmed_elsewhere(found, intent.tool, known):
        found = found.shown or found.focus
    if isinstance(found, Reply):
        return (yield from _not_found(intent, found, known, now))
    if intent.unrung and not any(task.has_rung(now) for task in found):
        seen = replace(known, tasks=known.tasks | {task.id: task for task in found})
        return (yield from change(intent.unrung.on(*(task.id for task in found)), seen, now))
    return (yield from _change(intent, found, known, now))


def _change(intent: Change, found: Tasks, known: Known, now: datetime) -> Plan[Reply]:
    if len(found) > MOST_AT_ONCE:
        return Reply(
            f"I change at most {MOST_AT_ONCE} tasks for one message, so nothing has changed."
        )
    sure = intent.sure or (intent.by_title and _is_titled(intent.target, found))
    doubtful = not sure or any(_is_own_words(intent, task) for task in found)
    if doubtful and not is_asked_elsewhere(intent.tool, found, known):
        return confirm(intent, found)
    intent = _with_gap(intent, found)
    if intent.edit.missing:
        return _ask_missing(intent, found, known, now)
    if intent.steps:
        return (yield from add_steps(intent.steps, found, known, now))
    if _builds_on_task(intent.edit) and not isinstance(intent.target, Named):
        found = yield from _fresh(following(found) if in_series(intent.edit) else found)
    try:
        requests = [Request(intent.tool, _arguments(intent, task, now)) for task in found]
    except (CanNot, reminding.NoMoment) as error:
        return Reply(f"{error} I left {wording.titles(found)} as it was.", focus=found)
    return told(intent, found, (yield requests), known, now)


def _not_found(intent: Change, reply: Reply, known: Known, now: datetime) -> Plan[Reply]:
    """What may be added in its place is offered or, where there is no doubt, added."""
    if reply.asks or reply.focus:
        return reply
    if intent.else_add:
        return (yield from add(intent.else_add, known, now))
    return or_add(intent.instead, reply)


def _with_gap(intent: Change, found: Tasks) -> Change:
    """Where an hour shall be corrected that there is none of, it has to be asked for."""
    if intent.edit.hour and not all(task.due_time for task in found):
        return replace(intent, edit=Edit(missing="when"))
    return intent


def _is_titled(target: Target, found: Tasks) -> bool:
    """Whether the words are the whole title of the only task that was found."""
    titles = [stems(task.title) for task in found]
    return isinstance(target, Named) and titles == [stems(target.words)]


def _is_own_words(intent: Change, task: KnownTask) -> bool:
    """Cancel gym: whether "Cancel gym" itself shall go, or is only said once more."""
    verb, *_ = words_of(task.title) or [""]
    if intent.tool != "delete_task" or verb not in DELETING:
        return False
    return isinstance(intent.target, Named) and verb not in words_of(intent.target.words)


MISSING = {
    "title": "What shall {} be called?",
    "when": "When shall {} be due?",
    "note": "What shall I note for {}?",
    "tags": "Which tag shall {} have?",
    "steps": "Which steps does {} have?",
    "rule": "How often shall {} repeat? Say “every week”, for example.",
    "until": "Until when shall {} pause? Or say “stop repeating it”.",
    "ring": "When shall I remind you of {}?",
}


def _ask_missing(intent: Change, found: Tasks, known: Known, now: datetime) -> Reply:
    words = MISSING[intent.edit.missing or "when"].format(wording.titles(found))
    if intent.edit.missing == "ring" and any(reminding.coming(task, now) for task in found):
        rings = "; ".join(reminding.line(task, now) for task in found)
        words = f"There is a reminder already: {rings}. When else? Or say “no”."
    settled = intent.on(*(task.id for task in found))
    return Reply(words, focus=found, asks=Question("missing", settled))


def _builds_on_task(edit: Edit) -> bool:
    """Whether the new values follow from the old ones, which may have changed elsewhere."""
    by_time = edit.shift or edit.hour or (edit.when.at and not edit.when.day)
    return in_series(edit) or bool(by_time)


def _fresh(tasks: Tasks) -> Plan[Tasks]:
    """The tasks as they are now."""
    search = {"search": tasks[0].title} if len(tasks) == 1 else {}
    [listed] = yield from list_tasks({"status": "all"} | search)
    now_known = {task.id: task for task in listed}
    return tuple(now_known.get(task.id, task) for task in tasks)


def _arguments(intent: Change, task: KnownTask, now: datetime) -> dict[str, Any]:
    return {"task_id": task.id} | _edited(intent.edit, task, now)


def _edited(edit: Edit, task: KnownTask, now: datetime) -> dict[str, Any]:
    """The fields of update_task. Raises CanNot."""
    check_series(edit, task, now)
    fields: dict[str, Any] = _due(edit, task, now)
    fields |= of_series(edit, task, fields.get("due_date"), now)
    if edit.clear:
        fields[edit.clear] = "" if edit.clear == "notes" else None
    if edit.tags or edit.untags:
        fields["tags"] = [*edit.tags, *(f"-{tag}" for tag in edit.untags)]
    if edit.in_list is not None:
        fields["list"] = edit.in_list or None
    if edit.parent:
        fields["parent"] = edit.parent
    if edit.minutes:
        fields["duration_minutes"] = edit.minutes
    if edit.title:
        fields["title"] = edit.title
    if edit.priority:
        fields["priority"] = edit.priority
    if edit.note:
        fields["append_notes"] = edit.note
    if edit.reminders or edit.ring:
        fields["reminders"] = reminding.asked_of_tool(edit.reminders, edit.ring, task, now)
    return fields


def _due(edit: Edit, task: KnownTask, now: datetime) -> dict[str, str]:
    when = edit.when
    if edit.shift and (edit.shift.by.hours or edit.shift.by.minutes) and not task.due_date:
        raise CanNot(f"{wording.quoted(task.title)} has no time that could be moved.")
    if edit.shift:
        try:
            when = edit.shift(task.due_date or now.date(), task.due_time)
        except (OverflowError, ValueError):
            raise CanNot("That is further away than my calendar goes.") from None
    elif edit.hour and task.due_time:
        at = read_hour(edit.hour, task.due_time)
        if at is None:
            raise CanNot(f"There is no such time as {edit.hour}.")
        when = When(at=at)
    elif when.at and not when.day and not task.due_date and not edit.repeats:
        when = when.with_day(now)
    fields = {"due_date": when.day.isoformat()} if when.day else {}
    return fields | ({"due_time": when.at.isoformat("minutes")} if when.at else {})
