"""Tasks out of plain text: where one ends, and what is title, date, priority or note."""

import re
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from datetime import datetime

from agent.offline import dates
from agent.offline.dates import tidy
from agent.offline.intents import Draft
from agent.offline.understanding.priorities import read_priority
from agent.offline.words import VERBS, any_of, starts_with_verb

LONGEST_TITLE = 200
MOST_ITEMS = 40
TOO_MANY = "That is more than I can take in at once, so nothing was added. Please send it in parts."

QUOTATION = re.compile(r"\"[^\"\n]+\"|“[^”\n]+”|«[^»\n]+»|(?<!\w)'[^'\n]{2,}'(?!\w)")
PROTECTED = re.compile(rf"{QUOTATION.pattern}|\b(?:https?://|www\.)[^\s\"”]+")
"""What is kept as it stands: quoted text and addresses."""
FIRST_STAND_IN = 0xE000  # private use: nobody's text means anything by these characters
TITLE = re.compile(r"\w|[^\x00-\x7f]")
STAND_IN = re.compile(r"[\ue000-\uf8ff]")

NOTE = re.compile(
    r"[\s,;.(–-]*\b(?:notes?\s*:|with (?:the|a) note(?: saying| that)?:?)\s*(.+)", re.I | re.S
)
REPEATS = any_of(
    r"\b(?:every|each) (?:other )?(?:day|week|month|year|morning|evening|night|weekday|weekend"
    r"|\d+ \w+|(?:mon|tues|wednes|thurs|fri|satur|sun)day)s?\b",
    r"\b(?:daily|weekly|monthly|yearly)$",
)
NO_REPEATS = "I cannot repeat tasks yet, so I put it down once."


class NoDraft(Exception):
    """There is no such task; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Drafts:
    drafts: tuple[Draft, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """A part of the text that may become a task of its own."""

    text: str
    joined: bool
    """Whether only a comma or "and" stands before it, so that a date may belong to both."""


def read_drafts(text: str, now: datetime) -> Drafts:
    """The tasks in ``text``. Raises NoDraft for dates that do not exist and endless titles."""
    shielded, quotes = _shield(text)
    found: list[tuple[Item, Draft]] = []
    remarks: dict[str, None] = {}
    for item in _items(shielded, now):
        draft, said = _draft(item.text, now)
        if not TITLE.search(draft.title) or NO_TITLE.fullmatch(draft.title):
            continue
        found.append((item, draft))
        remarks |= dict.fromkeys(said)
    finished = [_finished(draft, quotes) for draft in _shared_date(found)]
    drafts = tuple(draft for draft in finished if TITLE.search(draft.title))
    return Drafts(drafts, tuple(remarks))


def _shield(text: str) -> tuple[str, list[str]]:
    """``text`` with one stand-in character for each quotation, and the quotations."""
    quotes: list[str] = []

    def stand_in(match: re.Match[str]) -> str:
        quotes.append(match[0])
        return chr(FIRST_STAND_IN + len(quotes) - 1)

    return PROTECTED.sub(stand_in, text), quotes


def _restore(text: str, quotes: list[str]) -> str:
    def quotation(match: re.Match[str]) -> str:
        place = ord(match[0]) - FIRST_STAND_IN
        return quotes[place] if place < len(quotes) else match[0]

    return STAND_IN.sub(quotation, text)


BULLET = re.compile(r"^\s*(?:(?:[-*•–]|\[[ xX]?\]|\d{1,2}[.)])\s+)+")
ONE_MORE_LINE = any_of(r"^(?:(?:and|also|plus|then|add)\b[\s,:]+)+(?=\S)")
NO_TITLE = any_of(r"and|also|plus|then|what(?:'s| is| are| do)?")
"""What is left of "and also …" and "what is due tomorrow"."""
SEPARATOR = any_of(
    r"( ?; ?|,? (?:and )?then |,? (?:and also|and|&|plus|also) |,(?!\d) ?|, |(?<=\w)[.!] )"
)
TIES = any_of(r"\b(?:with|between|for|from|to|about|of|at|in|on)\b")
POINTS_BACK = any_of(r"\b(?:it|them|him|her|his|their|there)\b")
BEFORE_TITLE = any_of(r"^(?:to|about|of|that(?: i (?:need|have) to)?) (?:the )?(?=\w)")


def is_list(text: str) -> bool:
    """Whether every line, of two or more, is marked as an item."""
    lines = [line for line in text.splitlines() if line.strip()]
    return len(lines) > 1 and all(BULLET.match(line) for line in lines)


def _items(text: str, now: datetime) -> list[Item]:
    lines = [BULLET.sub("", line).strip() for line in text.splitlines()]
    lines = [line for line in lines if line]
    lines[1:] = [ONE_MORE_LINE.sub("", line, count=1) for line in lines[1:]]
    if len(lines) > MOST_ITEMS:
        raise NoDraft(TOO_MANY)
    items = [item for line in lines for item in _split(line, now)]
    if len(items) > MOST_ITEMS:
        raise NoDraft(TOO_MANY)
    return items


def _split(line: str, now: datetime) -> Iterator[Item]:
    """The items of one line: "milk, eggs and bread" are three, "buy salt and pepper" is one."""
    first, *rest = SEPARATOR.split(line, maxsplit=MOST_ITEMS)
    betweens, pieces = rest[::2], rest[1::2]
    titles = [_draft(piece, now, strict=False)[0].title for piece in (first, *pieces)]
    plain = _is_plain_list(titles, betweens)
    item = Item(first, joined=False)
    for between, piece, title in zip(betweens, pieces, titles[1:], strict=True):
        if (plain and title and not title.isdecimal()) or _is_new(between, title):
            yield item
            item = Item(piece, joined=not _is_break(between))
        elif twice := _once_more(item, piece, now):
            yield twice[0]
            item = twice[1]
        else:
            item = replace(item, text=f"{item.text}{between}{piece}")
    yield item


def _once_more(item: Item, piece: str, now: datetime) -> tuple[Item, Item] | None:
    """The same task at two times: "pills at 8am and 8pm", "gym on monday and friday at 6"."""
    first, second = dates.read(item.text, now), dates.read(piece, now)
    (day, at), (other_day, other_at) = astuple(first.when), astuple(second.when)
    if second.rest or not ((at and other_at) or (day and other_day)):
        return None
    on_day = f" on {day}" if day and not other_day else ""
    earlier = f" at {other_at:%H:%M}" if other_at and not at else ""
    later = f" at {at:%H:%M}" if at and not other_at else ""
    again = Item(f"{first.rest}{on_day} {piece}{later}", joined=False)
    return replace(item, text=f"{item.text}{earlier}"), again


def _is_new(between: str, title: str) -> bool:
    """Whether a piece of a sentence begins the next task."""
    if not title or POINTS_BACK.search(title):  # and give it to Bob
        return False
    return starts_with_verb(title) or ";" in between or "then" in between.lower()


def _is_break(between: str) -> bool:
    return any(mark in between.lower() for mark in (";", ".", "!", "then"))


def _is_plain_list(titles: list[str], betweens: list[str]) -> bool:
    """Whether commas and "and" part things to get or do, not the words of one of them."""
    first, *others = [title for title in titles if title] or [""]
    if starts_with_verb(first) or not others:
        return False
    if TIES.search(first) and all(other[:1].isupper() for other in others):
        return False  # dinner with Anna, Bob and Tom
    if any("," in between for between in betweens):
        return True
    if first.lower() in VERBS:  # wash and fold the clothes
        return False
    return all(len(title.split()) <= 2 for title in (first, *others))


def _draft(text: str, now: datetime, *, strict: bool = True) -> tuple[Draft, tuple[str, ...]]:
    """One task, and remarks on how it was read; ``strict`` raises NoDraft for impossible dates."""
    text, notes = _cut_note(text)
    repeats = REPEATS.search(text)
    reading = dates.read(text, now)
    if reading.fault and strict:
        raise NoDraft(f"{reading.fault} Nothing was added.")
    title, priority = read_priority(reading.rest)
    title = as_title(BEFORE_TITLE.sub("", title))
    draft = Draft(title, reading.when.with_day(now), priority or "none", notes)
    return draft, (*reading.remarks, *([NO_REPEATS] if repeats else []))


def _cut_note(text: str) -> tuple[str, str]:
    match = NOTE.search(text)
    if not match or not match.start():
        return text, ""
    return text[: match.start()], match[1].strip().removesuffix(")")


def as_title(title: str) -> str:
    """Without the full stop of a sentence, and with a capital unless the word has its own."""
    title = re.sub(r"(?<=\w)[.!]$", "", tidy(title)).strip()
    first = title.split(" ", 1)[0]
    return title[:1].upper() + title[1:] if first.islower() else title


def read_title(text: str) -> str:
    """A new title for a task; in quotation marks it is taken as it stands."""
    text = text.strip()
    return text[1:-1].strip() if QUOTATION.fullmatch(text) else as_title(text)


def _shared_date(found: list[tuple[Item, Draft]]) -> list[Draft]:
    """A last or first date is that of all joined items: milk, eggs and bread tomorrow."""
    drafts = [draft for _, draft in found]
    if not drafts:
        return drafts
    joined = all(item.joined for item, _ in found[1:])
    dated = [draft for draft in drafts if draft.when]
    if joined and len(dated) == 1 and dated[0] in (drafts[0], drafts[-1]):
        if dated[0] is drafts[0] and _begins_with(*found[0]):
            return drafts  # call mum tomorrow and buy milk
        return [replace(draft, when=dated[0].when) for draft in drafts]
    return drafts


def _begins_with(item: Item, draft: Draft) -> bool:
    return item.text.split()[0].lower() == draft.title.split()[0].lower()


def _finished(draft: Draft, quotes: list[str]) -> Draft:
    """With the quotations back; one that is the whole title loses its marks."""
    whole = len(draft.title) == 1 and STAND_IN.match(draft.title)
    title = _restore(draft.title, quotes)
    if whole and QUOTATION.fullmatch(title):
        title = title[1:-1].strip()
    if len(title) > LONGEST_TITLE:
        raise NoDraft(
            f"A title has room for {LONGEST_TITLE} characters, and this one has {len(title)}. "
            "Nothing was added; please say it shorter, and put the rest into a note."
        )
    return replace(draft, title=title, notes=_restore(draft.notes, quotes))
