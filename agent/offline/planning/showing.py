"""The plan that lists tasks."""

from datetime import datetime

from agent.offline.intents import Named, Show
from agent.offline.known import Reply, tasks_of
from agent.offline.matching import search_words
from agent.offline.planning import wording
from agent.offline.planning.finding import ListFailed, list_tasks, look_up_closely, or_add
from agent.offline.steps import Plan, Request


def show(intent: Show, now: datetime) -> Plan[Reply]:
    """Raises ListFailed."""
    if intent.named:
        return (yield from _about(intent, intent.named, now))
    query = intent.query
    [call] = yield [Request("list_tasks", query.arguments)]
    if call.error:
        raise ListFailed(call.error)
    tasks = tasks_of(call)
    total = call.result.get("total", len(tasks))
    if not tasks:
        return Reply(_nothing(intent), shown=())
    more = f"That is the beginning; {total - len(tasks)} more fit." if total > len(tasks) else ""
    words = f"{_heading(intent, total)}\n{wording.numbered(tasks, now)}"
    words = wording.paragraphs(words, wording.sentences(more, *intent.remarks))
    return Reply(words, focus=tasks if len(tasks) == 1 else (), shown=tasks)


def _heading(intent: Show, total: int) -> str:
    status, label = intent.query.arguments.get("status", "open"), intent.query.label
    if status == "done":
        return f"You have finished {wording.count(total)}{_spaced(label)}:"
    kind = "task" if status == "all" or label else "open task"
    return f"You have {wording.count(total, kind)}{_spaced(label)}:"


def _spaced(label: str) -> str:
    return f" {label}" if label else ""


def _nothing(intent: Show) -> str:
    status, label = intent.query.arguments.get("status", "open"), intent.query.label
    if status == "done":
        return f"You have not finished any tasks{_spaced(label)} yet."
    if label.startswith(("due", "overdue")):
        return f"Nothing is {label}."
    if label:
        return f"You have no tasks {label}."
    return "You have nothing to do: your list is empty. Say “add buy milk tomorrow” to begin one."


def _about(intent: Show, named: Named, now: datetime) -> Plan[Reply]:
    """All that has the words in its title or notes; if nothing has, what comes close."""
    [tasks] = yield from list_tasks({"status": "all", "search": search_words(named)})
    tasks = tasks or (yield from look_up_closely(named)).tasks
    if not tasks:
        words = f"I found no task about {wording.quoted(named.words)}."
        return or_add(intent.instead, Reply(words, keeps_focus=True))
    if len(tasks) == 1:
        words = wording.with_facts(tasks[0], now) + (", done" if tasks[0].completed else "")
        return Reply(f"There is {words}.", focus=tasks, shown=tasks)
    heading = f"{len(tasks)} tasks are about {wording.quoted(named.words)}:"
    return Reply(f"{heading}\n{wording.numbered(tasks, now)}", shown=tasks)
