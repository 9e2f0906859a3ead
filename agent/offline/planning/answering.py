"""The plans that answer about tasks of a name: is it on the list, is it done, its notes."""

from datetime import datetime

from agent.offline.intents import Show
from agent.offline.known import KnownTask, Reply, Tasks
from agent.offline.matching import search_words
from agent.offline.planning import reminding, wording
from agent.offline.planning.finding import list_all, look_up_closely, or_add
from agent.offline.steps import Plan, Request
from agent.offline.target import Named


def about(intent: Show, named: Named, now: datetime) -> Plan[Reply]:
    """All that has the words in its title or notes; if nothing has, what comes close."""
    tasks = yield from _looked_up(named)
    if not tasks:
        return or_add(intent.instead, Reply(_none(intent, named), keeps_focus=True))
    if len(tasks) == 1 and intent.asks == "notes":
        return (yield from _notes(tasks[0], now))
    if intent.asks == "reminders":
        words = "\n".join(reminding.of_task(task, now) for task in tasks)
        return Reply(words, focus=tasks if len(tasks) == 1 else (), shown=tasks)
    if len(tasks) == 1 and intent.asks == "steps":
        return (yield from _steps(intent, tasks[0], now))
    if len(tasks) == 1:
        return Reply(_one(intent, tasks[0], now), focus=tasks, shown=tasks)
    return Reply(f"{_several(intent, named, tasks)}\n{wording.numbered(tasks, now)}", shown=tasks)


def _looked_up(named: Named) -> Plan[Tasks]:
    tasks = yield from list_all({"status": "all", "search": search_words(named)})
    same = tuple(task for task in tasks if task.title.casefold() == named.words.casefold())
    if same and len(named.words.split()) > 1:
        return same
    if not tasks and named.verb:
        without = Named(named.words.removeprefix(named.verb).strip())
        tasks = yield from list_all({"status": "all", "search": search_words(without)})
    return tasks or (yield from look_up_closely(named)).tasks


def _none(intent: Show, named: Named) -> str:
    words = f"I found no task about {wording.quoted(named.words)}."
    return f"No: {words}" if intent.asks == "listed" else words


def _one(intent: Show, task: KnownTask, now: datetime) -> str:
    title, facts = wording.quoted(task.title), wording.with_facts(task, now)
    if intent.asks == "done":
        return f"Yes, {title} is done." if task.completed else f"Not yet: {facts}, is open."
    if intent.asks == "length":
        long = wording.length(task.minutes)
        return f"{title} takes {long}." if long else f"It is not said how long {title} takes."
    if intent.asks == "listed":
        return f"Yes, but {title} is done." if task.completed else f"Yes, there is {facts}."
    return f"There is {facts}."


def _steps(intent: Show, task: KnownTask, now: datetime) -> Plan[Reply]:
    title = wording.quoted(task.title)
    steps = yield from list_all({"parent": task.id} | intent.query.arguments)
    if not steps:
        left = " left" if intent.query.arguments.get("status") == "open" else ""
        return Reply(f"{title} has no steps{left}.", focus=(task,))
    count = wording.count(len(steps), "step")
    left = " left" if intent.query.arguments.get("status") == "open" else ""
    return Reply(f"{title} has {count}{left}:\n{wording.numbered(steps, now)}", shown=steps)


def _several(intent: Show, named: Named, tasks: Tasks) -> str:
    heading = f"{len(tasks)} tasks are about {wording.quoted(named.words)}:"
    return f"Yes: {heading}" if intent.asks == "listed" else heading


def _notes(task: KnownTask, now: datetime) -> Plan[Reply]:
    """Whole, as only one tool tells them."""
    [call] = yield [Request("read_task", {"task_id": task.id})]
    told = call.result.get("task")
    notes = told.get("notes", "") if isinstance(told, dict) else ""
    if call.error:
        words = f"I could not read {wording.quoted(task.title)}: {call.error}"
    elif notes:
        words = f"The notes of {wording.quoted(task.title)}:\n{notes}"
    else:
        words = f"{wording.quoted(task.title)} has no notes."
    return Reply(words, focus=(task,))
