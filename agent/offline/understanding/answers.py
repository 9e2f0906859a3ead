"""The user's answer to a question of the assistant."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from agent.offline import dates
from agent.offline.intents import Add, Ask, Change, Edit, EditNames, Intent, Refuse, Say
from agent.offline.known import Known, Tasks
from agent.offline.lexicon import EXCEPT
from agent.offline.matching import best_matches
from agent.offline.target import All, It, Named, Numbers
from agent.offline.understanding.choosing import among
from agent.offline.understanding.drafts import NoDraft, read_drafts, read_title
from agent.offline.understanding.hashes import read_tags
from agent.offline.understanding.reminding import answered
from agent.offline.understanding.series import paused_until
from agent.offline.understanding.steps import steps_in
from agent.offline.understanding.targets import read_places, read_target
from agent.offline.words import any_of

YES = any_of(
    r"(?:yes|yeah|yep|yup|y|sure|ok|okay|please|do it|do that|go ahead|go on|go for it|of course"
    r"|right|correct|definitely|absolutely|exactly|fine|sounds good|add (?:it|them)"
    r"|that(?:'s the)? one)"
    r"(?:[\s,]+(?:please|do it|do that|do|go ahead|sure|thanks|thank you|add it|add them|that one"
    r"|it is|i do|all))*"
)
NO = any_of(
    r"(?:no|nope|nah|n|never ?mind|cancel(?: that| it)?|forget (?:it|that|about it)|stop|not now"
    r"|none(?: of (?:them|those|these))?|neither(?: of them)?|leave (?:it|them|that)(?: alone)?"
    r"|don't|do not|skip(?: it)?|nothing|abort|no need|quit|exit)"
    r"(?:[\s,]+(?:thanks|thank you|please|leave it|never ?mind|forget it|don't|sorry|it))*"
)
ADD = any_of(
    r"(?:yes,? |please |just )?(?:add|create|make)(?: (?:it|this|that|them|a|an?other|one))?"
    r"(?: as)?(?: a)?(?: new)?(?: (?:task|one))?(?: (?:too|as well|please|again))?",
    r"(?:as )?(?:a )?new(?: (?:task|one))?",
)
ONLY = any_of(r"^(?:no,? )?(?:(?:i (?:mean|meant|want)|only|just|delete only) )+(?=\S)")
"""No, only the first."""
SPARED = any_of(
    rf"(?:(?:yes|yeah|no|all|both|everything|any|them)[\s,]+){{0,2}}"
    rf"(?:{EXCEPT}|not|keep|leave|don't (?:delete|touch)) (?:the )?(?P<but>.{{1,60}})"
)
"""Not the second one."""
OR = any_of(r"\bor\b")
THEM = r"(?: (?:it|them|all(?: of them)?|everything|the tasks|its tasks|those))?"
KEEP = any_of(
    rf"(?:yes,? )?(?:please )?(?:keep|save|leave|spare){THEM}(?: (?:in|to) the inbox)?",
    r"(?:(?:move|put) (?:them|it|all|everything) )?(?:to|in|into) (?:the |my )?inbox",
    r"(?:the )?inbox",
)
DELETE = any_of(
    rf"(?:yes,? )?(?:please )?(?:delete|remove|drop|erase|trash){THEM}(?: (?:too|as well|also))?"
    r"(?: please)?",
    r"(?:with )?(?:all of them|everything|the tasks) ?(?:too|as well)?",
)
LONGEST_ANSWER = 80
Command = Callable[[], Intent | None]
"""Reads the same text as a new request; that goes before an answer by name."""


def read_answer(text: str, known: Known, now: datetime, command: Command) -> Intent | None:
    """What ``text`` means as an answer to ``known.asked``; None if it is something else."""
    question = known.asked
    if question is None:
        return None
    if NO.fullmatch(text):
        return Say("left")
    if isinstance(question.intent, EditNames) and question.kind == "missing":
        return _with_tasks(text, question.intent)
    if question.kind == "missing":
        return _filled(text, question.intent, now, command)
    if question.kind == "add" and ADD.fullmatch(text):
        return question.intent
    if question.kind == "confirm" and YES.fullmatch(text):
        return question.intent
    if isinstance(question.intent, Change) and question.candidates and len(text) <= LONGEST_ANSWER:
        return _chosen(text, question.intent, known.of(question.candidates), now, command)
    return None


def _chosen(
    text: str, change: Change, candidates: Tasks, now: datetime, command: Command
) -> Intent | None:
    """The candidates that an answer names, by place or by title."""
    text = ONLY.sub("", text)
    ids = tuple(task.id for task in candidates)
    if spared := SPARED.fullmatch(text):
        return _others(change, spared["but"], candidates)
    if (told_apart := among(candidates, text, now)) is not None:
        return change.on(told_apart[0].id) if len(told_apart) == 1 else Ask(change, ids)
    target = read_target(text, now)
    match target:
        case Numbers() if OR.search(text):
            return Ask(change, ids)
        case Numbers(places):
            if any(not 1 <= abs(place) <= len(ids) for place in places):
                return Refuse(f"There are only {len(ids)} to choose from, so nothing has changed.")
            return change.on(*(ids[place - 1 if place > 0 else place] for place in places))
        case All() | It(many=True):
            return change.on(*ids)
        case Named() if not command():
            return _by_name(change, target, candidates)
    return None


def _others(change: Change, but: str, candidates: Tasks) -> Intent | None:
    """Not the intro, all but the second: the others are asked for."""
    places = read_places(but)
    found = best_matches(candidates, Named(but, exact=True))
    spared = {candidates[place - 1].id for place in places if 0 < place <= len(candidates)}
    if not places and not found.left:
        spared = {task.id for task in found.tasks}
    ids = tuple(task.id for task in candidates if task.id not in spared)
    return Ask(change, ids) if ids and spared else None


def _by_name(change: Change, named: Named, candidates: Tasks) -> Intent | None:
    found = best_matches(candidates, replace(named, exact=True))
    if found.left:  # all but the first
        return Ask(change, tuple(task.id for task in candidates))
    ids = tuple(task.id for task in found.tasks)
    if len(ids) > 1:
        return Ask(change, ids)
    return change.on(*ids) if ids else None


def _filled(text: str, intent: Intent, now: datetime, command: Command) -> Intent | None:
    """The request with the part that was asked for."""
    if isinstance(intent, Change) and intent.edit.missing in FILLED_BEFORE:
        return FILLED_BEFORE[intent.edit.missing](text, intent, now)
    if command():
        return None
    if isinstance(intent, Add):
        try:
            read = read_drafts(text, now)
        except NoDraft as error:
            return Refuse(str(error))
        return _as_asked(Add(read.drafts, read.remarks), intent) if read.drafts else None
    if not isinstance(intent, Change):
        return None
    match intent.edit.missing:
        case "title":
            return replace(intent, edit=Edit(title=read_title(text)))
        case "note":
            return replace(intent, edit=Edit(note=text))
        case "tags":
            tags = read_tags(text)
            return replace(intent, edit=Edit(tags=tags)) if tags else None
        case "steps":
            return _with_steps(text, intent, now)
    return None


def _as_asked(addition: Add, asked: Add) -> Add:
    """With when to remind of it, if that was said first."""
    if not asked.drafts:
        return addition
    [blank] = asked.drafts
    drafts = (
        replace(
            each,
            when=each.when or blank.when,
            repeats=each.repeats or blank.repeats,
            reminders=blank.reminders,
        )
        for each in addition.drafts
    )
    return replace(addition, drafts=tuple(drafts))


def _with_steps(text: str, intent: Change, now: datetime) -> Intent | None:
    try:
        return replace(intent, edit=Edit(), steps=steps_in(text, now))
    except NoDraft as error:
        return Refuse(str(error))


def _with_tasks(text: str, intent: EditNames) -> Intent | None:
    """What becomes of the tasks of a list that is deleted."""
    if KEEP.fullmatch(text):
        return replace(intent, tasks="keep")
    return replace(intent, tasks="delete") if DELETE.fullmatch(text) else None


def _rescheduled(text: str, intent: Change, now: datetime) -> Intent | None:
    if re.fullmatch(r"(?:no|without(?: a)?) (?:due )?date", text, re.IGNORECASE):
        return replace(intent, edit=Edit(clear="due_date"))
    if shifted := dates.read_shift(text):
        return replace(intent, edit=Edit(shift=shifted[0]))
    reading = dates.read(re.sub(r"^to ", "", text), now)
    if reading.fault:
        return Refuse(f"{reading.fault} Nothing has changed.")
    if not reading.when or reading.rest:
        return None
    return replace(intent, edit=Edit(when=reading.when), remarks=reading.remarks)


def _repeated(text: str, intent: Change, now: datetime) -> Intent | None:
    """How often it shall repeat, or until when it shall pause."""
    if intent.edit.missing == "until":
        day = paused_until(re.sub(r"^(?:until|till) ", "", text, flags=re.IGNORECASE), now)
        return replace(intent, edit=Edit(skip=f"pause until {day}")) if day else None
    repetition = dates.read_repetition(text, now)
    if repetition is None:
        return None
    if repetition.repeat is None:
        return Refuse(f"{repetition.fault} Nothing has changed.")
    return replace(intent, edit=Edit(repeats=repetition.repeat))


FILLED_BEFORE: dict[str | None, Callable[[str, Change, datetime], Intent | None]] = {
    "when": _rescheduled,
    "rule": _repeated,
    "until": _repeated,
    "ring": answered,
}
"""What may sound like a command of its own."""
