"""A line as one task: what its words say, and where each of them stands.

It is read as the built-in assistant reads it, but for its title: there all the other words stay.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from typing import NamedTuple

from agent.offline.dates import ANY_TIME, Cut, When, cut_last_length
from agent.offline.intents import Priority
from agent.offline.lexicon import AT_TIME
from agent.offline.planning.places import Names, placed
from agent.offline.understanding.one_draft import TITLE, Parts, as_title, read_parts
from agent.offline.understanding.priorities import read_priority
from agent.offline.understanding.quoting import (
    FIRST_STAND_IN,
    PROTECTED,
    QUOTATION,
    STAND_IN,
    restore,
)
from todos.repeating import Repeat

TOKEN = re.compile(r"\w+|[^\w\s]")
AROUND = frozenset(",;:-–—()[].")
"""What stands between words and is none of them."""


class Place(NamedTuple):
    """Of characters in a text: the first, and the one behind the last."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Span:
    """Where something is said, as ``Cut`` names it."""

    place: Place
    kind: str


@dataclass(frozen=True, slots=True)
class Read:
    """What a line says; without a word of a list ``in_list`` is blank."""

    title: str
    when: When = ANY_TIME
    minutes: int = 0
    priority: Priority = "none"
    in_list: str = ""
    tags: tuple[str, ...] = ()
    repeat: Repeat | None = None
    reminders: tuple[str, ...] = ()
    """In words, as tools take them."""
    spans: tuple[Span, ...] = ()


def read_line(
    text: str, now: datetime, lists: Collection[str] = (), words: Collection[Place] = ()
) -> Read:
    """``text``, as it is now on the user's clock; ``lists`` are the names of theirs.

    Quotations, addresses and what stands at ``words`` mean nothing but themselves. Where no title
    would be left, all of it is the title.
    """
    shielded = _Shielded(text, words)
    parts = read_parts(shielded.text, now)
    trail = _Trail(shielded.text)
    trail.follow(parts.cuts)
    begun = parts.repeated.begins(parts.when, now)
    when = _first_time(begun.when, begun.repeat, now)
    rules = [shielded.place(span.place) for span in trail.spans if span.kind == "repeats"]
    if rules and not (begun.repeat and when.day):  # a rule that cannot be kept
        return read_line(text, now, lists, [*words, *rules])
    parts, in_list = _filed(parts, lists, trail)
    title = shielded.title(parts.rest)
    if not TITLE.search(title):
        return Read(text.strip())
    spans = sorted((shielded.place(span.place), span.kind) for span in trail.spans)
    return Read(
        title,
        when,
        parts.minutes,
        parts.priority or "none",
        in_list,
        parts.tags,
        begun.repeat,
        parts.reminders if when.day or parts.reminders != AT_TIME else (),
        tuple(Span(place, kind) for place, kind in spans),
    )


def _first_time(when: When, repeat: Repeat | None, now: datetime) -> When:
    """With the first day of a rule that is to come, where no other one was said."""
    if repeat is None or when.day:
        return when
    passed = when.at is not None and when.at <= now.time()
    return replace(when, day=repeat.first_day(now.date() + timedelta(days=passed)))


def _filed(parts: Parts, lists: Collection[str], trail: "_Trail") -> tuple[Parts, str]:
    """Without the name of a list and what stands before it; what ends there then may say more."""
    rest, name = placed(parts.rest, Names(dict.fromkeys(lists, 0), {}))
    if not name:
        return parts, ""
    left, priority = (rest, None) if parts.priority else read_priority(rest)
    ending, minutes = (left, 0) if parts.minutes else cut_last_length(left)
    trail.follow([Cut("list", rest), Cut("priority", left), Cut("duration", ending)])
    more = replace(parts, priority=parts.priority or priority, minutes=parts.minutes or minutes)
    return replace(more, rest=ending), name


class _Shielded:
    """A text with one character for each part that means nothing but itself."""

    def __init__(self, text: str, words: Collection[Place]) -> None:
        own = [match.span() for each in (PROTECTED, STAND_IN) for match in each.finditer(text)]
        self.kept: list[str] = []
        self.text, self._behind = "", 0
        self._places: list[Place] = []
        for start, end in sorted([*own, *words]):
            if start < self._behind or end > len(text) or start >= end:
                continue
            self._take(text[self._behind : start])
            self.text += chr(FIRST_STAND_IN + len(self.kept))
            self._places.append(Place(start, end))
            self.kept.append(text[start:end])
            self._behind = end
        self._take(text[self._behind :])

    def _take(self, plain: str) -> None:
        self.text += plain
        self._places += [Place(at, at + 1) for at in range(self._behind, self._behind + len(plain))]

    def place(self, place: Place) -> Place:
        """Where in the text that was given."""
        return Place(self._places[place.start].start, self._places[place.end - 1].end)

    def title(self, rest: str) -> str:
        """With its own words again; a quotation that is the whole title loses its marks."""
        title = restore(as_title(rest), self.kept)
        return title[1:-1].strip() if QUOTATION.fullmatch(title) else title


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    place: Place


class _Trail:
    """Where the words stood that were taken out of a text, one thing after the other."""

    def __init__(self, text: str) -> None:
        self.spans: list[Span] = []
        self._tokens = [_Token(match[0], Place(*match.span())) for match in TOKEN.finditer(text)]

    def follow(self, cuts: Collection[Cut]) -> None:
        for kind, left in cuts:
            self._follow(kind, TOKEN.findall(left))

    def _follow(self, kind: str, left: list[str]) -> None:
        """What was put in place of other words, as a plainer spelling, stands where they stood."""
        if left == [token.text for token in self._tokens]:
            return
        before, kept = [token.text for token in self._tokens], list[_Token]()
        for tag, a, b, c, d in SequenceMatcher(None, before, left, autojunk=False).get_opcodes():
            if tag == "equal":
                kept += self._tokens[a:b]
                continue
            if said := [*self._said(kind, self._tokens[a:b])]:
                self.spans += [Span(place, kind) for place in said]
            if tag == "replace":
                place = Place(self._tokens[a].place.start, self._tokens[b - 1].place.end)
                kept += [_Token(text, place) for text in left[c:d]]
        self._tokens = kept

    def _said(self, kind: str, taken: list[_Token]) -> Iterator[Place]:
        """The places of ``taken`` without what is around them; each tag has its own."""
        new = [token for token in taken if not self._is_known(token.place)]
        heads = [at for at, token in enumerate(new) if kind == "tag" and token.text == "#"]
        starts = sorted({0, *heads})
        for start, end in zip(starts, [*starts[1:], len(new)], strict=True):
            words = [at for at in range(start, end) if new[at].text not in AROUND]
            if words:
                yield Place(new[words[0]].place.start, new[words[-1]].place.end)

    def _is_known(self, place: Place) -> bool:
        return any(s.place.start < place.end and place.start < s.place.end for s in self.spans)
