"""Which tasks are meant: by what was shown and said, or else by looking them up."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from agent.offline.intents import Add, Change, Draft, Question
from agent.offline.known import Known, KnownTask, Reply, Tasks, tasks_of
from agent.offline.lexicon import BETWEEN
from agent.offline.matching import (
    Found,
    best_matches,
    is_hint,
    search_words,
    stem,
    stems,
    without_verb,
    words_of,
)
from agent.offline.past import base_of
from agent.offline.planning import wording
from agent.offline.planning.consent import is_asked_elsewhere
from agent.offline.planning.doubting import DEEDS, asked, doubt, which
from agent.offline.planning.rows import row_of
from agent.offline.steps import Plan, Request
from agent.offline.target import All, Chosen, It, Named, Numbers
from agent.offline.words import starts_with_verb
from agent.tools import LISTED_TASKS, MOST_AT_ONCE

SETTLING = ("complete_task", "reopen_task")
"""With these "it" is what was just done; with all else it is what follows that in its series."""
OR = re.compile(r"\b(?:or|either)\b", re.IGNORECASE)


ONE_RING = timedelta(minutes=1)
"""Reminders ring to the minute."""


class ListFailed(Exception):
    """Why the tasks could not be listed, as the tool says it."""


def list_tasks(*arguments: dict[str, Any]) -> Plan[list[Tasks]]:
    """The tasks for each set of arguments, looked up in one step. Raises ListFailed."""
    calls = yield [Request("list_tasks", each) for each in arguments]
    for call in calls:
        if call.error:
            raise ListFailed(call.error)
    return [tasks_of(call) for call in calls]


def find(change: Change, known: Known, now: datetime) -> Plan[Tasks | Reply]:
    """The tasks that a change is meant for, or the reply that asks or tells why there are none."""
    match change.target:
        case Chosen(ids):
            return known.of(ids)
        case It() as it:
            return (yield from _just_mentioned(change, it, known, now))
        case Numbers(places):
            return (yield from _by_place(change, known, now, places))
        case Named() as named:
            return (yield from _by_name(change, named, now))
        case All() as everything:
            return (yield from _all(change, everything, known, now))
    return (yield from _ask_open(change, now, "Which task do you mean?"))


def _just_mentioned(change: Change, it: It, known: Known, now: datetime) -> Plan[Tasks | Reply]:
    if it.rang and (rang := (yield from _rang_since(known, now))):
        return (
            rang if len(rang) == 1 else which(change, rang, "Of several I have reminded you.", now)
        )
    focus, shown = known.of(known.focus), known.of(known.shown)
    if change.tool not in SETTLING:
        focus = following(focus)
    if len(focus) == 1 and not it.count:
        return focus
    group = _group(it, focus, shown)
    from_list = group is not focus and not it.count
    if len(group) > 2 and (from_list or change.tool == "delete_task"):
        return _confirm(change, group, known, now)
    likely = tuple(task for task in focus or shown if _is_likely(task, change.tool))
    if not group and not likely and change.else_add:
        words = "Of what shall I remind you?"
        return Reply(words, asks=Question("missing", change.else_add), keeps_focus=True)
    if not group and not likely:
        return (yield from _ask_open(change, now, "I am not sure which task you mean."))
    return group or which(change, likely, "I am not sure which one you mean.", now)


def _rang_since(known: Known, now: datetime) -> Plan[Tasks]:
    """Of which tasks a reminder has rung since the user said the last thing, and nobody answered;
    of all, where nothing was talked about."""
    at = known.at.replace(tzinfo=None) if known.at and known.focus else None
    if at and now.replace(tzinfo=None) - at < ONE_RING:
        return ()
    [tasks] = yield from list_tasks({"ringing": "due"})
    rings = ((task, ring.at) for task in tasks for ring in task.reminders)
    since = {task.id: task for task, rang in rings if at is None or (rang and rang > at)}
    return tuple(since.values())


def following(tasks: Tasks) -> Tasks:
    """Of what is done, the tasks that follow it."""
    return tuple(task.next if task.completed and task.next else task for task in tasks)


def _group(it: It, focus: Tasks, shown: Tasks) -> Tasks:
    """What "them" or "both" means: the tasks just talked about, or else those just listed."""
    groups = [group for group in (focus, shown) if len(group) > 1 and it.count in (0, len(group))]
    return groups[0] if it.many and groups else ()


def _is_likely(task: KnownTask, tool: str) -> bool:
    """Whether it makes sense to ask if this task is meant."""
    settled = {"complete_task": True, "reopen_task": False}.get(tool)
    return not task.deleted and task.completed is not settled


def _by_place(
    change: Change, known: Known, now: datetime, places: tuple[int, ...]
) -> Plan[Tasks | Reply]:
    shown, focus = known.shown, known.focus
    if places == (-1,) and focus and not set(focus) & set(shown):
        return known.of(focus[-1:])  # the last one added, not the last one of an older list
    if not shown:
        return (yield from _ask_open(change, now, "I have not numbered your tasks for you yet."))
    ids = _places(known, places)
    return ids if isinstance(ids, Reply) else known.of(ids)


def _places(known: Known, places: tuple[int, ...]) -> tuple[str, ...] | Reply:
    """The tasks at places of the list just shown, or that it has none there."""
    shown = known.shown
    wrong = [place for place in places if not 1 <= abs(place) <= len(shown)]
    if wrong:
        size = wording.count(len(shown))
        words = f"The last list I showed has {size}, so there is no number {wrong[0]}."
        return Reply(f"{words} Nothing has changed.", keeps_focus=True)
    return tuple(dict.fromkeys(shown[place - 1 if place > 0 else place] for place in places))


def _by_name(change: Change, named: Named, now: datetime) -> Plan[Tasks | Reply]:
    [listed] = yield from _look_up(change, named)
    found = _fitting(change, listed, named)
    parts = [Named(part) for part in row_of(named.words) or BETWEEN.split(named.words)]
    if row_of(named.words):
        return (yield from _each(change, parts, now))
    several = len(parts) > 1 and all(starts_with_verb(part.words) for part in parts)
    if several and found.whole and not any(BETWEEN.search(each.title) for each in found.tasks):
        found = Found()  # "buy milk and buy oat milk" are two
    if not found.tasks and len(parts) > 1 and named.day:
        return Reply("I am not sure which day goes with which task. Please say them one by one.")
    if not found.tasks and len(parts) > 1:
        return (yield from _one_of(change, named, parts, now))
    if not found.tasks and named.words:
        found = yield from look_up_closely(named, done_first=change.tool == "reopen_task")
    if not found.tasks:
        words = f"I found no task about {name(named)}, so nothing has changed."
        return Reply(words, keeps_focus=True)
    if 1 < len(found.tasks) == named.count and not found.left:
        return found.tasks
    found = replace(found, tasks=_last_of_series(found.tasks))
    if len(found.tasks) > 1:
        return which(change, found.tasks, f"{len(found.tasks)} tasks fit {name(named)}.", now)
    if found.doubtful or is_hint(found, named):
        return doubt(change, found, named, now)
    return found.tasks


def _last_of_series(tasks: Tasks) -> Tasks:
    """Only the last, where all are done and were one after the other in a series."""
    days = [task.due_date for task in tasks if task.completed and task.repeats and task.due_date]
    titles = {task.title for task in tasks}
    if len(titles) > 1 or len(days) < len(tasks) or len(set(days)) < len(days):
        return tasks
    return tuple(task for task in tasks if task.due_date == max(days))


def _fitting(change: Change, listed: Tasks, named: Named) -> Found:
    """Open tasks go first; but a finished one whose whole title is said may be what shall go."""
    done_first = change.tool == "reopen_task"
    found = best_matches(listed, named, done_first=done_first)
    if change.tool != "delete_task" or found.whole:
        return found
    other = best_matches(listed, named, done_first=True)
    return replace(found, tasks=(*found.tasks, *other.tasks)) if _adds(other, found) else found


def _adds(other: Found, found: Found) -> bool:
    return other.whole and not {*other.tasks} <= {*found.tasks}


def _each(change: Change, parts: list[Named], now: datetime) -> Plan[Tasks | Reply]:
    """Several names: "the report and the milk". One that is unclear holds up all of them."""
    lists = yield from _look_up(change, *parts)
    found: dict[str, KnownTask] = {}
    for part, listed in zip(parts, lists, strict=True):
        fitting = _fitting(change, listed, part)
        if not fitting.tasks:
            words = f"I found no task about {name(part)}, so nothing has changed."
            return Reply(words, keeps_focus=True)
        if len(fitting.tasks) > 1 or fitting.doubtful or is_hint(fitting, part):
            many = len(fitting.tasks) > 1
            fit = f"{len(fitting.tasks)} tasks fit" if many else "No task is called just"
            words = f"{fit} {name(part)}, so nothing has changed yet."
            return which(change, fitting.tasks, words, now)
        found[fitting.tasks[0].id] = fitting.tasks[0]
    return tuple(found.values())


def _one_of(change: Change, named: Named, parts: list[Named], now: datetime) -> Plan[Tasks | Reply]:
    """Delete milk or eggs: one of them, but nobody knows which."""
    found = yield from _each(change, parts, now)
    if isinstance(found, Reply) or len(found) == 1 or not OR.search(named.words):
        return found
    return which(change, found, f"{name(named)} is one or the other.", now)


def _look_up(change: Change, *names: Named) -> Plan[list[Tasks]]:
    """What each name may mean; of more than a list tells, those that the change can be about."""
    lists = yield from list_tasks(*map(_search, names))
    usual = {"status": "done" if change.tool == "reopen_task" else "open"}
    for place, named in enumerate(names):
        if len(lists[place]) == LISTED_TASKS:
            found = yield from list_all(_search(named) | usual)
            lists[place] = found or (yield from list_all(_search(named)))
    return lists


def _search(named: Named) -> dict[str, Any]:
    return {"status": "all"} | ({"search": search_words(named)} if named.words else {})


def name(named: Named) -> str:
    return wording.quoted(named.words) if named.words else "that day"


def look_up_closely(named: Named, *, done_first: bool = False) -> Plan[Found]:
    """Where a search takes words literally: "bought the apple" should find "Buy apples" too."""
    listed = yield from list_all({"status": "done" if done_first else "open"})
    return best_matches(listed, named, done_first=done_first)


def list_all(arguments: dict[str, Any]) -> Plan[Tasks]:
    """All tasks that fit, a page after the other. Raises ListFailed."""
    tasks: Tasks = ()
    page = arguments
    while True:
        [call] = yield [Request("list_tasks", page)]
        if call.error:
            raise ListFailed(call.error)
        tasks += tasks_of(call)
        offset = call.result.get("next_offset")
        if not isinstance(offset, int) or offset <= page.get("offset", 0):
            return tasks
        page = arguments | {"offset": offset}


def own_titles_in(text: str, drafts: Iterable[Draft] = ()) -> Plan[Tasks]:
    """The open tasks whose titles stand in ``text``; verbs may be said in the past.

    And those which one of ``drafts`` names without the verb: "rent tomorrow" may be "Pay rent".
    """
    said = stems(text) | {stem(base_of(word, alone=False)) for word in words_of(text)}
    tasks = yield from list_all({})
    named = {task.id: stems(task.title) for task in tasks}
    things = [stems(draft.title) for draft in drafts]
    return tuple(
        task
        for task in tasks
        if named[task.id] and (named[task.id] <= said or stems(without_verb(task.title)) in things)
    )


def _all(change: Change, everything: All, known: Known, now: datetime) -> Plan[Tasks | Reply]:
    status = {"reopen_task": {"status": "done"}}.get(change.tool, {})
    tasks = yield from list_all(status | everything.query.arguments)
    if everything.but_places:
        spared = _places(known, everything.but_places)
        if isinstance(spared, Reply):
            return spared
        tasks = tuple(task for task in tasks if task.id not in spared)
    for part in filter(None, BETWEEN.split(everything.but)):
        found = best_matches(tasks, Named(part))
        if not found.tasks or found.doubtful:
            words = f"I found no task that is just {wording.quoted(part)}, so nothing has changed."
            return Reply(f"{words} Which one do you mean?", keeps_focus=True)
        tasks = tuple(task for task in tasks if task not in found.tasks)
    if not tasks:
        return Reply("There are no such tasks, so nothing has changed.", keeps_focus=True)
    return _confirm(change, tasks, known, now)


def _confirm(change: Change, tasks: Tasks, known: Known, now: datetime) -> Tasks | Reply:
    """Several that are not named are confirmed, here or, once the tool is called, by the server."""
    if len(tasks) > MOST_AT_ONCE:
        words = f"That would be {len(tasks)} tasks, more than I change at once. Which ones first?"
        return asked(change, tasks, f"{words}\n{wording.numbered(tasks, now)}")
    if is_asked_elsewhere(change.tool, tasks, known):
        return tasks
    deed = DEEDS.get(change.tool, "change {}").format(wording.count(len(tasks)))
    words = f"That would {deed}:\n{wording.numbered(tasks, now)}"
    ids = tuple(task.id for task in tasks)
    asks = Question("confirm", change.on(*ids), ids)
    return Reply(wording.paragraphs(words, "Shall I go ahead? (yes or no)"), shown=tasks, asks=asks)


def _ask_open(change: Change, now: datetime, words: str) -> Plan[Tasks | Reply]:
    status = {"reopen_task": {"status": "done"}}.get(change.tool, {})
    [tasks] = yield from list_tasks(status)
    if not tasks:
        kind = "finished" if status else "open"
        return Reply(f"You have no {kind} tasks, so nothing has changed.", keeps_focus=True)
    return which(change, tasks, words, now)


def or_add(draft: Draft | None, reply: Reply) -> Reply:
    """Nothing was found: "cancel the dentist" may have been meant as a thing to do."""
    if not draft:
        return reply
    offer = f"Shall I add {wording.quoted(draft.title)} as a task? (yes or no)"
    return Reply(
        wording.sentences(reply.words, offer),
        asks=Question("confirm", Add((draft,))),
        keeps_focus=True,
    )
