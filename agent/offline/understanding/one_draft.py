"""One task out of one phrase: what is title, date, priority or note."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import islice

from agent.offline import dates
from agent.offline.dates import Cut, When, tidy
from agent.offline.intents import Draft, Priority
from agent.offline.lexicon import AT_TIME
from agent.offline.understanding.hashes import read_hashes
from agent.offline.understanding.priorities import read_priority
from agent.offline.understanding.quoting import QUOTATION, STAND_IN, restore
from agent.offline.understanding.repeating import Repeated, read_repeated
from agent.offline.words import REMIND, any_of
from todos.rules import TITLE_LENGTH

TITLE = re.compile(r"\w|[^\x00-\x9f]")
NO_TITLE = any_of(
    r"and|also|plus|then|what(?:'s| is| are| do)?",
    r"(?:(?:with )?no|without(?: an?y?)?) (?:special |particular |due |certain )?(?:date|day"
    r"|deadline"
    r"|time|hour|priority)s?(?: (?:yet|needed|for (?:now|it|this|them)|at all))?",
)
"""What is left of "and also …" and "what is due tomorrow"; and what says that nothing is set."""

NOTE = any_of(r"\b(?:notes?\s?:|with (?:the|a) note(?: saying| that)?:?)\s?(?P<note>(?s:.+))")
BEFORE_TITLE = any_of(
    r"^(?:to|about|of|(?:that )?(?:i|we) (?:need to|have to|must|should)|so (?:that )?(?:i|we) can"
    r"|that|re:?) (?:the )?(?=\w)"
)
NAMING = (
    r"(?:(?:please|with|the|an?|this|that|its?|my|new|task|todo|item|entry|one|title|name|text"
    r"|words?"
    r"|titled?|called|named|saying|exactly|precisely|literally|just|only|whose|which|is|as|of|under"
    r"|following|for|to|on|list|tasks|todos|film|movie|book|song|again|once|more|down|too|in"
    r"|quot(?:es?|ed|ation)|marks?)\b[\s,:–-]{0,3}){0,12}"
)
REMINDED = any_of(rf"^(?:(?:please|pls) )?(?:always )?{REMIND} (?:me|us)\b[\s,:]{{0,3}}(?=\S)")
OF_WHAT = any_of(r"\b(?:to|about|of|that)\s")
AROUND_QUOTATION = any_of(rf"{NAMING}(?P<quotation>[\ue000-\uf8ff])[\s,.:]{{0,3}}{NAMING}[.!]?")
"""The task with exactly this title: “…”."""
BRACKETS = re.compile(r"[()\[\]]")
HOLLOW = re.compile(r"[(\[][\s,;:.–-]{0,9}[)\]]")
ADD_ONCE_MORE = any_of(r"^(?:(?:and|also|plus|then|add)\b[\s,:]+)+(?=\S)")
"""In a line of several: "add eggs", "and bread"."""
LONGEST_BEGINNING = 80
"""Characters of a title that is only the beginning of what was said."""


class NoDraft(Exception):
    """There is no such task; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase, read as one task."""

    draft: Draft
    remarks: tuple[str, ...] = ()
    """How it was read, in sentences for the user."""
    fault: str = ""
    """A sentence when its day or time does not exist."""

    @property
    def is_task(self) -> bool:
        title = self.draft.title
        return bool(TITLE.search(title)) and not NO_TITLE.fullmatch(title)

    def sound(self) -> "Phrase":
        """Itself. Raises NoDraft when its day or time does not exist."""
        if self.fault:
            raise NoDraft(f"{self.fault} Nothing was added.")
        return self


def read_phrase(text: str, now: datetime, day: date | None = None) -> Phrase:
    """``text``, with stand-ins for its quotations, as one task; ``day`` is its day by default."""
    whole, notes = _cut_note(text)
    parts = read_parts(whole, now)
    title = as_title(BEFORE_TITLE.sub("", parts.rest))
    when = parts.when if parts.when.day else replace(parts.when, day=day)
    begun = parts.repeated.begins(when, now)
    draft = Draft(
        title,
        begun.when,
        parts.priority or "none",
        notes,
        repeats=begun.repeat,
        minutes=parts.minutes,
        tags=parts.tags,
        reminders=parts.reminders,
    )
    remarks = (*parts.remarks, *filter(None, [begun.remark]))
    return Phrase(draft, remarks, parts.fault)


@dataclass(frozen=True, slots=True)
class Parts:
    """What a text says of a task, and its other words."""

    rest: str
    when: When
    priority: Priority | None
    minutes: int
    tags: tuple[str, ...]
    repeated: Repeated
    remarks: tuple[str, ...]
    fault: str
    reminders: tuple[str, ...]
    cuts: tuple[Cut, ...]
    """How ``rest`` was made, one after the other."""


def read_parts(text: str, now: datetime) -> Parts:
    whole, reminders = dates.cut_reminders(text, now)
    told, whole = whole, _without_remind(whole, now)
    reminders = reminders or (AT_TIME if whole != told else ())
    reminded = Cut("reminders", whole)
    whole, tags = read_hashes(whole)
    repeated = read_repeated(whole, now)
    reading = dates.read(repeated.text, now)
    left, priority = read_priority(reading.rest)
    rest, minutes = (left, 0) if reading.minutes else dates.cut_last_length(left)
    cuts = (
        reminded,
        Cut("tag", whole),
        Cut("repeats", repeated.text),
        *reading.cuts,
        Cut("priority", left),
        Cut("duration", rest),
    )
    return Parts(
        _with_whole_brackets(rest, whole),
        reading.when,
        priority,
        reading.minutes or minutes,
        tags,
        repeated,
        reading.remarks,
        reading.fault,
        reminders,
        cuts,
    )


def _without_remind(text: str, now: datetime) -> str:
    """Without the words that lead to it: "remind me to", "remind me tomorrow to"."""
    lead = REMINDED.match(text)
    follows = text[lead.end() :] if lead else ""
    for of in islice(OF_WHAT.finditer(follows), 3):
        head = follows[: of.start()].strip(" ,")
        repetition = dates.read_repetition(head, now)
        reading = dates.read(repetition.rest if repetition else head, now)
        if not reading.rest and follows[of.end() :].strip():
            return f"{head} {follows[of.end() :]}".strip()
    return text


def _cut_note(text: str) -> tuple[str, str]:
    match = NOTE.search(text)
    before = text[: match.start()].rstrip(" \n,;.(–-") if match else ""
    if not match or not before:
        return text, ""
    return before, match["note"].strip().removesuffix(")")


def _with_whole_brackets(title: str, whole: str) -> str:
    """Without brackets of which a date or a priority has taken the inside or the other half."""
    title = tidy(HOLLOW.sub(" ", title))
    if _loose(whole):
        return title
    loose = _loose(title)
    return tidy("".join(mark for place, mark in enumerate(title) if place not in loose))


def _loose(text: str) -> set[int]:
    """The places of brackets without their other half."""
    loose: list[int] = []
    for match in BRACKETS.finditer(text):
        if match[0] in ")]" and loose and text[loose[-1]] == {")": "(", "]": "["}[match[0]]:
            loose.pop()
        else:
            loose.append(match.start())
    return set(loose)


def as_title(title: str) -> str:
    """Without the full stop of a sentence, and with a capital unless the word has its own."""
    title = re.sub(r"(?<=\w)[.!]$", "", tidy(title)).strip()
    first = title.split(" ", 1)[0]
    return title[:1].upper() + title[1:] if first.islower() else title


def read_title(text: str) -> str:
    """A new title for a task; in quotation marks it is taken as it stands."""
    text = text.strip()
    return text[1:-1].strip() if QUOTATION.fullmatch(text) else as_title(text)


def named_by(title: str) -> str:
    """The quotation alone, where all the words around it only say that it is the title."""
    said = AROUND_QUOTATION.fullmatch(title)
    return said["quotation"] if said else title


def as_long(draft: Draft, text: str) -> Draft:
    """With the beginning as its title, and all of ``text`` in its notes, where it is too long."""
    if len(draft.title) <= TITLE_LENGTH:
        return draft
    title = f"{draft.title[:LONGEST_BEGINNING].rsplit(' ', 1)[0]}…"
    return replace(draft, title=title, notes=text)


def finished(draft: Draft, quotes: list[str]) -> Draft:
    """With the quotations back; one that is the whole title loses its marks."""
    draft = replace(draft, title=named_by(draft.title))
    whole = len(draft.title) == 1 and STAND_IN.match(draft.title)
    title = restore(draft.title, quotes)
    if whole and QUOTATION.fullmatch(title):
        title = title[1:-1].strip()
    if len(title) > TITLE_LENGTH:
        raise NoDraft(
            f"A title has room for {TITLE_LENGTH} characters, and this one has {len(title)}. "
            "Nothing was added; please say it shorter, and put the rest into a note."
        )
    is_quoted = bool(whole) and title != restore(draft.title, quotes)
    return replace(draft, title=title, notes=restore(draft.notes, quotes), quoted=is_quoted)
