"""The plans that list tasks."""

from datetime import datetime
from typing import Any

from agent.offline.intents import Show
from agent.offline.known import Known, Reply, Tasks, tasks_of
from agent.offline.planning import reminding, wording
from agent.offline.planning.answering import about
from agent.offline.planning.finding import ListFailed
from agent.offline.steps import Plan, Request
from agent.offline.talk import Call
from agent.offline.target import Query


def show(intent: Show, known: Known, now: datetime) -> Plan[Reply]:
    """Raises ListFailed."""
    if intent.named:
        return (yield from about(intent, intent.named, now))
    call = yield from _listed(intent.query.arguments)
    tasks = tasks_of(call)
    if intent.asks == "reminders":
        return reminding.listed(tasks, call, known, now)
    if not tasks:
        return Reply(_nothing(intent.query), shown=())
    if intent.asks == "first":
        words = f"The most important is {wording.with_facts(tasks[0], now)}."
        return Reply(words, focus=tasks[:1], shown=tasks[:1])
    total = _total(call)
    more = f"That is the beginning; {total - len(tasks)} more fit. Say “more” for the next."
    words = f"{_heading(intent.query, total)}\n{wording.numbered(tasks, now)}"
    remarks = wording.sentences(more if total > len(tasks) else "", *intent.remarks)
    return _shown(wording.paragraphs(words, remarks), tasks)


def show_more(known: Known, now: datetime) -> Plan[Reply]:
    """The next part of the list that was looked up last. Raises ListFailed."""
    if known.listed is None:
        return (yield from show(Show(), known, now))
    offset = known.listed.result.get("next_offset")
    if not isinstance(offset, int):
        return Reply("That was all of it; there are no more.", keeps_focus=True)
    call = yield from _listed(known.listed.arguments | {"offset": offset})
    tasks, total = tasks_of(call), _total(call)
    if not tasks:
        return Reply("That was all of it; there are no more.", shown=())
    end = offset + len(tasks)
    more = "Say “more” for the next." if end < total else "That is all of it."
    words = f"{offset + 1} to {end} of {total}:\n{wording.numbered(tasks, now)}"
    return _shown(wording.paragraphs(words, more), tasks)


def _listed(arguments: dict[str, Any]) -> Plan[Call]:
    [call] = yield [Request("list_tasks", arguments)]
    if call.error:
        raise ListFailed(call.error)
    return call


def _total(call: Call) -> int:
    total = call.result.get("total")
    return total if isinstance(total, int) else len(tasks_of(call))


def _shown(words: str, tasks: Tasks) -> Reply:
    return Reply(words, focus=tasks if len(tasks) == 1 else (), shown=tasks)


def _heading(query: Query, total: int) -> str:
    status, label = query.arguments.get("status", "open"), query.label
    if status == "done":
        return f"You have finished {wording.count(total)}{_spaced(label)}:"
    if status == "deleted":
        return f"You have deleted {wording.count(total)}:"
    if "created_from" in query.arguments:
        return f"You have {label.replace('added', f'added {wording.count(total)}')}:"
    kind = "task" if status == "all" or label else "open task"
    return f"You have {wording.count(total, kind)}{_spaced(label)}:"


def _spaced(label: str) -> str:
    return f" {label}" if label else ""


def _nothing(query: Query) -> str:
    status, label = query.arguments.get("status", "open"), query.label
    if status == "done":
        return f"You have not finished any tasks{_spaced(label)}{'' if label else ' yet'}."
    if status == "deleted":
        return "There are no deleted tasks."
    if "created_from" in query.arguments:
        return f"You have not {label.replace('added', 'added any tasks')}."
    if label.startswith(("due", "overdue")):
        return f"Nothing is {label}."
    if label:
        return f"You have no tasks {label}."
    return "You have nothing to do: your list is empty. Say “add buy milk tomorrow” to begin one."
