"""What to do about each intent."""

from datetime import datetime

from agent.offline.dates import habits_of
from agent.offline.intents import (
    Add,
    Ahead,
    Ask,
    AskRule,
    Change,
    Draft,
    Edit,
    EditNames,
    FirstNamed,
    Forget,
    Guess,
    Intent,
    Keep,
    More,
    Pick,
    Put,
    Question,
    Recall,
    Refuse,
    Restore,
    Say,
    Several,
    Show,
    ShowNames,
    Tool,
    Unclear,
    Undo,
    Within,
)
from agent.offline.known import Known, Reply, Tasks
from agent.offline.matching import stems, words_of
from agent.offline.planning import wording
from agent.offline.planning.adding import add
from agent.offline.planning.ahead import look_ahead
from agent.offline.planning.changing import change
from agent.offline.planning.doubting import absent_in, which
from agent.offline.planning.filing import first_named, put, within
from agent.offline.planning.finding import ListFailed, find, own_titles_in
from agent.offline.planning.keeping import forget, keep, recall
from agent.offline.planning.naming import edit_names, show_names
from agent.offline.planning.restoring import restore
from agent.offline.planning.series import tell_rule
from agent.offline.planning.showing import show, show_more
from agent.offline.planning.undoing import undo
from agent.offline.sayings import LIST_HINT, SAYINGS, TASK_HINT, hint
from agent.offline.steps import Plan
from agent.offline.target import Named


def plan(intent: Intent, known: Known, now: datetime) -> Plan[Reply]:
    """What an intent takes, and the reply that it comes to."""
    try:
        return (yield from _plan(intent, known, now))
    except ListFailed as error:
        return Reply(f"I could not look up your tasks: {error}", keeps_focus=True)


def _plan(intent: Intent, known: Known, now: datetime) -> Plan[Reply]:
    match intent:
        case Add():
            return (yield from add(intent, known, now))
        case Show() | AskRule() | More():
            return (yield from _shown(intent, known, now))
        case Change():
            return (yield from change(intent, known, now))
        case Several(intents):
            return (yield from _several(intents, known, now))
        case Guess():
            return (yield from _guess(intent, known, now))
        case Undo(count):
            return (yield from undo(count, now))
        case Restore():
            restored = yield from restore(intent, known, now)
            return restored or (yield from _plan(intent.otherwise or Unclear(), known, now))
        case Pick():
            return (yield from _pick(intent, known, now))
        case ShowNames() | Within() | FirstNamed() | Put() | EditNames():
            return (yield from _of_places(intent, known, now))
    return (yield from _of_days_and_ways(intent, known, now))


def _of_days_and_ways(
    intent: Ahead | Keep | Forget | Recall | Ask | Say | Refuse | Unclear,
    known: Known,
    now: datetime,
) -> Plan[Reply]:
    match intent:
        case Ahead():
            return (yield from look_ahead(intent, now))
        case Keep():
            return (yield from keep(intent))
        case Forget():
            return (yield from forget(intent))
        case Recall():
            return recall(habits_of(now))
    return _words(intent, known, now)


def _shown(intent: Show | AskRule | More, known: Known, now: datetime) -> Plan[Reply]:
    match intent:
        case Show():
            return (yield from show(intent, known, now))
        case AskRule():
            return (yield from tell_rule(intent, known, now))
    return (yield from show_more(known, now))


def _of_places(
    intent: ShowNames | Within | FirstNamed | Put | EditNames, known: Known, now: datetime
) -> Plan[Reply]:
    match intent:
        case ShowNames():
            return (yield from show_names(intent))
        case Within():
            return (yield from within(intent, known, now, plan))
        case FirstNamed():
            return (yield from first_named(intent, known, now, plan))
        case Put():
            return (yield from put(intent, known, now, plan))
    return (yield from edit_names(intent, known, now, plan))


def _words(intent: Ask | Say | Refuse | Unclear, known: Known, now: datetime) -> Reply:
    """What takes no tool."""
    match intent:
        case Ask(asked, candidates):
            return which(asked, known.of(candidates), "That still fits more than one.", now)
        case Say("time"):
            return Reply(
                f"It is {wording.full_day(now.date(), now)}, {now:%H:%M}.", keeps_focus=True
            )
        case Say(topic):
            return Reply(SAYINGS[topic], keeps_focus=True)
        case Refuse(words):
            return Reply(words, keeps_focus=True)
    return _unclear(intent.drafts, known)


def _guess(guess: Guess, known: Known, now: datetime) -> Plan[Reply]:
    """What they have on their list goes before a new task."""
    drafts = guess.intent.drafts if isinstance(guess.intent, Add | Unclear) else ()
    own = yield from own_titles_in(guess.words, drafts)
    if isinstance(guess.intent, Change) and not guess.absent:  # "I meant oat milk" renames "Milk"
        own = tuple(task for task in own if task.id not in known.focus)
    if not own:
        return (yield from _plan(guess.intent, known, now))
    if days := _new_days(drafts, own):
        return (yield from _several(days, known, now))
    titles, be = wording.titles(own), "is" if len(own) == 1 else "are"
    told = set().union(*(words_of(task.title) for task in own))
    absent = absent_in(word for word in words_of(guess.words) if word not in told) or guess.absent
    if absent:
        return Reply(f"{absent} I left {titles} unchanged.", focus=own)
    words = f"{titles} {be} on your list: change that, or add this?"
    asks = Question("add", Add(drafts)) if drafts else None
    more = "Say “add it”, or what to change." if asks else "Say what to change."
    return Reply(f"{words} {more}", focus=own, asks=asks)


def _new_days(drafts: tuple[Draft, ...], own: Tasks) -> tuple[Change, ...]:
    """Swim on tuesday, run on thursday: a new day for each, if all are on the list by name."""
    titles = [stems(task.title) for task in own]
    each = [stems(draft.title) in titles and bool(draft.when) for draft in drafts]
    if len(drafts) < 2 or len(drafts) != len(own) or not all(each):
        return ()
    return tuple(
        Change("update_task", Named(draft.title, exact=True), Edit(when=draft.when))
        for draft in drafts
    )


def _several(intents: tuple[Intent, ...], known: Known, now: datetime) -> Plan[Reply]:
    """One after the other, until one has to ask."""
    words: list[str] = []
    reply = Reply("")
    for place, intent in enumerate(intents, 1):
        reply = yield from plan(intent, known, now)
        words.append(reply.words)
        if reply.asks and place < len(intents):
            words.append("When that is clear, please tell me the rest again.")
        known = known.after(reply)
        if reply.asks:
            break
    focus, shown = known.of(known.focus), known.of(known.shown)
    return Reply("\n\n".join(words), focus, shown, reply.asks)


def _pick(pick: Pick, known: Known, now: datetime) -> Plan[Reply]:
    last = known.done[-1].name if known.done else ""
    if pick.too and last in AGAIN:
        return (yield from change(Change(AGAIN[last], pick.numbers), known, now))
    found = yield from find(Change("update_task", pick.numbers), known, now)
    if isinstance(found, Reply):
        return found
    them = "it" if len(found) == 1 else "them"
    return Reply(f"{wording.titles(found)}: what shall I do with {them}?", focus=found)


AGAIN: dict[str, Tool] = {
    "complete_task": "complete_task",
    "reopen_task": "reopen_task",
    "delete_task": "delete_task",
}


def _unclear(drafts: tuple[Draft, ...], known: Known) -> Reply:
    if drafts:
        titles = wording.joined(wording.quoted(draft.title) for draft in drafts)
        what = "a task" if len(drafts) == 1 else f"{len(drafts)} tasks"
        words = f"I am not sure what to do with that. Shall I add {titles} as {what}? (yes or no)"
        return Reply(words, asks=Question("confirm", Add(drafts)), keeps_focus=True)
    examples = TASK_HINT if known.focus else LIST_HINT if known.shown else hint(len(known.replies))
    return Reply(f"I did not understand that. {examples}", keeps_focus=True)
