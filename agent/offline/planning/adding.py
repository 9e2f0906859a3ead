"""The plan that adds tasks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from agent.offline.intents import Add, Change, Draft, Edit, Question
from agent.offline.known import Known, KnownTask, Reply, Tasks, tasks_of
from agent.offline.lexicon import AT_TIME
from agent.offline.planning import reminding, wording
from agent.offline.planning.places import filed_by_title
from agent.offline.steps import Plan, Request
from agent.offline.talk import Call
from agent.offline.target import Chosen
from agent.tools import MOST_AT_ONCE


def add(intent: Add, known: Known, now: datetime) -> Plan[Reply]:
    if not any(draft.title for draft in intent.drafts):
        words = "Of what shall I remind you?" if intent.drafts else "What shall I add?"
        return Reply(words, asks=Question("missing", intent), keeps_focus=True)
    wanted = tuple(dict.fromkeys(intent.drafts))  # what is said twice is wanted once
    drafts, left = wanted[:MOST_AT_ONCE], wanted[MOST_AT_ONCE:]
    drafts = yield from filed_by_title(drafts)
    calls = yield [Request("create_task", _fields(draft)) for draft in drafts]
    added = tuple(task for call in calls if not call.error for task in tasks_of(call))
    if steps := tuple(_steps_of(drafts, calls)):
        made = yield from add(Add(steps), known, now)
        return replace(made, words=wording.paragraphs(_added(added, now), made.words), focus=added)
    words = _added(added, now)
    faults = [f"I could not add {wording.quoted(draft.title)}: {call.error}"
              for draft, call in zip(drafts, calls, strict=True) if call.error]  # fmt: skip
    if left:
        more = f"I add at most {MOST_AT_ONCE} tasks for one message; {len(left)} are left, from"
        faults.append(f"{more} {wording.quoted(left[0].title)} on. Please send those again.")
    remarks = intent.remarks if added else ()
    passed = [PAST for task in added if _has_passed(task, now)][:1]
    rings = reminding.will_ring(added, calls, known, now)
    words = wording.paragraphs(words, wording.sentences(*faults, *remarks, *passed, rings))
    reply = Reply(words, focus=added, shown=added if len(added) > 1 else None)
    return _with_question(reply, drafts, calls, now)


def _with_question(
    reply: Reply, drafts: tuple[Draft, ...], calls: Sequence[Call], now: datetime
) -> Reply:
    """When to remind of those that shall ring and do not."""
    wanted = [draft.reminders for draft in drafts]
    silent = tuple(
        task
        for said, call in zip(wanted, calls, strict=True)
        if said and not call.error
        for task in tasks_of(call)
        if not reminding.coming(task, now) and not task.repeats
    )
    if not silent:
        return reply
    question = f"When shall I remind you of {wording.titles(silent)}?"
    edit = Edit(missing="ring", reminders=AT_TIME if AT_TIME in wanted else ())
    asks = Question(
        "missing", Change("update_task", Chosen(tuple(each.id for each in silent)), edit)
    )
    return replace(reply, words=wording.sentences(reply.words, question), asks=asks)


def _steps_of(drafts: tuple[Draft, ...], calls: Sequence[Call]) -> Iterator[Draft]:
    """The steps of those that were added, each for its task."""
    for draft, call in zip(drafts, calls, strict=True):
        for task in () if call.error else tasks_of(call):
            yield from (replace(step, parent=task.id) for step in draft.steps)


PAST = "That time has passed already."


def _has_passed(task: KnownTask, now: datetime) -> bool:
    return task.due_date == now.date() and bool(task.due_time and task.due_time < now.time())


def _fields(draft: Draft) -> dict[str, Any]:
    """The arguments of create_task, without what is not said."""
    fields = {
        "title": draft.title,
        "notes": draft.notes,
        "due_date": draft.when.day and draft.when.day.isoformat(),
        "due_time": draft.when.at and draft.when.at.isoformat("minutes"),
        "priority": draft.priority if draft.priority != "none" else None,
        "repeats": draft.repeats and draft.repeats.words,
        "completed": draft.completed,
        "duration_minutes": draft.minutes,
        "tags": [*draft.tags],
        "list": draft.in_list,
        "parent": draft.parent,
        "reminders": _reminders(draft),
    }
    return {name: value for name, value in fields.items() if value}


def _reminders(draft: Draft) -> list[str]:
    """Those by its own time only where it has one."""
    return [*draft.reminders] if draft.is_dated or draft.reminders != AT_TIME else []


def _added(tasks: Tasks, now: datetime) -> str:
    if not tasks:
        return ""
    if len(tasks) == 1:
        return f"Added {wording.with_facts(tasks[0], now)}."
    return f"Added {wording.count(len(tasks))}:\n{wording.numbered(tasks, now)}"
