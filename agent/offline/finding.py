"""Which tasks are meant: by what was shown and said, or else by looking them up."""

from dataclasses import replace
from datetime import datetime

from agent.offline import wording
from agent.offline.intents import (
    Add,
    All,
    Change,
    Chosen,
    Draft,
    It,
    Named,
    Numbers,
    Query,
    Question,
)
from agent.offline.known import Known, Reply, Tasks, tasks_of
from agent.offline.matching import best_matches, search_words
from agent.offline.steps import Plan, Request

ANSWER = "Tell me its number, or “never mind”."
MOST_AT_ONCE = 15
"""More changes than this are not made for one message."""


def find(change: Change, known: Known, now: datetime) -> Plan[Tasks | Reply]:
    """The tasks that a change is meant for, or the reply that asks or tells why there are none."""
    match change.target:
        case Chosen(ids):
            return known.of(ids)
        case It(many):
            return (yield from _just_mentioned(change, known, now, many=many))
        case Numbers(places):
            return (yield from _by_place(change, known, now, places))
        case Named() as named:
            return (yield from _by_name(change, named, now))
        case All(query):
            return (yield from _all(change, query, now))
    return (yield from _ask_open(change, now, "Which task do you mean?"))


def _just_mentioned(
    change: Change, known: Known, now: datetime, *, many: bool
) -> Plan[Tasks | Reply]:
    focus, shown = known.of(known.focus), known.of(known.shown)
    if len(focus) == 1 or (many and focus):
        return focus
    if many and (len(shown) == 2 or (shown and change.tool != "delete_task")):
        return shown
    if focus or shown:
        return which(change, focus or shown, "I am not sure which one you mean.", now)
    return (yield from _ask_open(change, now, "I am not sure which task you mean."))


def _by_place(
    change: Change, known: Known, now: datetime, places: tuple[int, ...]
) -> Plan[Tasks | Reply]:
    shown, focus = known.shown, known.focus
    if places == (-1,) and focus and not set(focus) & set(shown):
        return known.of(focus[-1:])  # the last one added, not the last one of an older list
    if not shown:
        return (yield from _ask_open(change, now, "I have not numbered your tasks for you yet."))
    wrong = [place for place in places if not 1 <= abs(place) <= len(shown)]
    if wrong:
        size = wording.count(len(shown))
        words = f"The last list I showed has {size}, so there is no number {wrong[0]}."
        return Reply(f"{words} I changed nothing.", keeps_focus=True)
    ids = [shown[place - 1 if place > 0 else place] for place in places]
    return known.of(tuple(dict.fromkeys(ids)))


def _by_name(change: Change, named: Named, now: datetime) -> Plan[Tasks | Reply]:
    found = yield from look_up(named, done_first=change.tool == "reopen_task")
    if len(found) > 1:
        return which(change, found, f"{len(found)} tasks fit {name(named)}.", now)
    return found or Reply(f"I found no task about {name(named)}, so I changed nothing.")


def name(named: Named) -> str:
    return wording.quoted(named.words) if named.words else "that day"


def look_up(named: Named, *, done_first: bool = False) -> Plan[Tasks]:
    """The tasks that fit a name equally well; open ones unless only done ones fit, or reverse."""
    arguments = {"status": "all"} | ({"search": search_words(named)} if named.words else {})
    [listed] = yield [Request("list_tasks", arguments)]
    found = best_matches(tasks_of(listed), named, done_first=done_first)
    if found or not named.words:
        return found
    # The search takes words literally; "bought the apple" should find "Buy apples" as well.
    [listed] = yield [Request("list_tasks", {"status": "done" if done_first else "open"})]
    return best_matches(tasks_of(listed), named, done_first=done_first)


def _all(change: Change, query: Query, now: datetime) -> Plan[Tasks | Reply]:
    """Never all at once: what is not taken back easily is named first, the rest confirmed."""
    status = {"reopen_task": {"status": "done"}}.get(change.tool, {})
    [listed] = yield [Request("list_tasks", status | query.arguments)]
    tasks = tasks_of(listed)
    if not tasks:
        return Reply("There is no such task, so I changed nothing.")
    if change.tool == "delete_task":
        words = "I do not delete tasks all at once. Name the ones to delete, by number:"
        return _asked(change, tasks, f"{words}\n{wording.numbered(tasks, now)}")
    if len(tasks) > MOST_AT_ONCE:
        words = f"That would be {len(tasks)} tasks, more than I change at once. Which ones first?"
        return _asked(change, tasks, f"{words}\n{wording.numbered(tasks, now)}")
    words = f"That would change {wording.count(len(tasks))}:\n{wording.numbered(tasks, now)}"
    change = change.on(*(task.id for task in tasks))
    asks = Question("confirm", change, tuple(task.id for task in tasks))
    return Reply(wording.paragraphs(words, "Shall I go ahead? (yes or no)"), shown=tasks, asks=asks)


def _ask_open(change: Change, now: datetime, words: str) -> Plan[Tasks | Reply]:
    status = {"reopen_task": {"status": "done"}}.get(change.tool, {})
    [listed] = yield [Request("list_tasks", status)]
    tasks = tasks_of(listed)
    if not tasks:
        kind = "finished" if status else "open"
        return Reply(f"You have no {kind} tasks, so there is nothing to change.")
    return which(change, tasks, words, now)


def which(change: Change, tasks: Tasks, words: str, now: datetime) -> Reply:
    """Ask; nothing is changed."""
    if len(tasks) == 1:
        words = f"{words} Do you mean {wording.quoted(tasks[0].title)}? (yes or no)"
        return Reply(words, shown=tasks, asks=Question("confirm", change.on(tasks[0].id)))
    words = f"{words} Which one?\n{wording.numbered(tasks, now)}"
    return _asked(change, tasks, wording.paragraphs(words, ANSWER))


def _asked(change: Change, tasks: Tasks, words: str) -> Reply:
    asks = Question("which", change, tuple(task.id for task in tasks))
    return Reply(words, shown=tasks, asks=asks)


def or_add(draft: Draft | None, reply: Reply) -> Reply:
    """Nothing was found: "cancel the dentist" may have been meant as a thing to do."""
    if not draft:
        return reply
    offer = f"Shall I add {wording.quoted(draft.title)} as a task? (yes or no)"
    return Reply(wording.sentences(reply.words, offer), asks=Question("confirm", Add((draft,))))
