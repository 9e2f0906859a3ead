"""The rule within a sentence: "gym every mon and thu at 6" has one, and words beside it.

The pieces are those of a text that is nothing else (``grammar``); here they begin and end where the
words around them let them. What is no rule of ours in a whole text may be a title in a sentence, so
a run of pieces counts only if one of its words says that something comes again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from text.expressions import expression
from todos.repeating import grammar
from todos.repeating.pieces import ADVERB, ENDING, PIECES, WEEKDAY, Found, Take
from todos.repeating.rule import Repeat
from todos.rules import RuleBroken

Span = tuple[int, int]

WORD = expression(r"\d{4}-\d\d-\d\d|[^\W_]+(?:['’][^\W_]+)*|\S")
HINT = expression(
    r"\b(?:every|each|once|twice|times|after|from|since)\b|days|everyday|ends\b|ly\b"
    r"|\bmon(?:day)?\s?(?:[-–]|to\b|thr)",
    re.I,
)
"""Every rule has one of these in it."""
COMES_AGAIN = expression(
    rf"\b(?:every|each|twice|thrice|hourly|(?:once|times) (?:an?|per)|{ADVERB}"
    r"|bi ?(?:- )?(?:weekly|monthly|annual|yearly)|(?:semi|half) ?(?:- )?(?:annually|yearly)"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)days|weekdays|workdays|weekends"
    r"|now and then)\b",
)
STARTS_WITH_ADVERB = expression(rf"(?:{ADVERB}) ")
PLURAL = expression(r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)days|weekdays|workdays|weekends) ")
WORKWEEK = expression("(?:from )?mon(?:day)? (?:-|to|through|thru) (?:fri|sat)(?:(?:ur)?day)? ")
HOUR = expression(r"\s*(?:at\s|@\s?)?\d{1,2}(?:[:.]\d\d|\s?[ap]m|$)", re.I)
OWNED = expression(r"\b(?:the|an?|my|our|your|this|that|his|her|their|for)\s*$", re.I)
"""The weekly report, a report for every month: that is no rule."""
AS_A = expression(r"\b(?:as|on|into|in) an?\s*$", re.I)
KIND = expression(r"\s*(?:task|todo|to-do|thing|chore|item|reminder|one|habit|job|basis)\b", re.I)
BEFORE = expression(
    r"(?:\b(?:and|then|repeat(?:s|ing|ed)?|recurring|recurs|on|the|in|into|as|an?)[:,]?\s+)+$", re.I
)
"""What belongs to the words of a rule that follow."""
ENDS = expression(
    r"\s*(?:[,.;:!?)]|$|(?:at|on|from|until|till|starting|beginning|in|by|and|for|with|before"
    r"|after|to|then|instead|now|again|please|too|tomorrow|today)\b)",
    re.I,
)
"""What lets an adverb or the name of a day stand by itself."""
DAY_ENDS = expression(
    r"\s*(?:[,.;:!?)#]|$|\d{1,2}(?!\d|(?:st|nd|rd|th)\b)|(?:noon|midday|midnight)\b"
    r"|for (?:\d|an?\b|half\b)"
    r"|(?:at|from|until|till|starting|beginning|in the|instead|now|please)\b)",
    re.I,
)
NAME = expression(rf"(?:Every|Each) (?!(?i:{WEEKDAY})\b)[A-Z]")
"""Read Every Day: it is called so."""
OF_EACH = expression("(?:and (?:[a-z]+|last day) )?of (?:every|each) ")
EVERY = expression(r"\b(?:every|each|an?|per|twice|thrice|times) ")
FOR = expression(r"\bfor\s*$", re.I)
ON = expression(r"\bon\s*$", re.I)
FARTHEST_BACK = 60  # characters
LONGEST_WORD, NO_WORD = 30, "…"
NO_END = ("and ", "of ", "once ")
"""Pieces that say nothing by themselves."""
SEPARATE = expression(r"[,;]\s*$|\b(?:for|at|in the)\b[^,;.]{0,20}$|\d\s*$", re.I)


class Token(NamedTuple):
    words: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Said:
    """Where in a sentence a rule is told, and what it is: a Repeat, or why it cannot be kept."""

    spans: tuple[Span, ...]
    repeat: Repeat | None
    fault: str = ""

    def without(self, text: str) -> str:
        """The sentence without the words of the rule."""
        for start, end in reversed(self.spans):
            text = f"{text[:start].rstrip()} {text[end:].lstrip()}"
        return text


@dataclass
class _Run:
    """Pieces that follow each other, from the place of the first token to that after the last."""

    found: Found = field(default_factory=Found)
    first: int = 0
    behind: int = 0
    fault: str = ""

    def take(self, piece: re.Match[str], take: Take) -> None:
        try:
            take(self.found, piece)
        except RuleBroken as broken:
            self.fault = self.fault or broken.sentence


def find(text: str) -> Said | None:
    """The first rule in ``text``; None where there is none."""
    if not HINT.search(text):
        return None
    sentence = _Sentence(text)
    run = next(sentence.runs(), None)
    return sentence.said(run) if run else None


def spans(text: str) -> list[Span]:
    """Where the rules in ``text`` stand, without what ends them elsewhere."""
    if not HINT.search(text):
        return []
    sentence = _Sentence(text)
    return [sentence.span(run) for run in sentence.runs()]


class _Sentence:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(_tokens(text))
        self.words, self.places = "", list[int]()
        for token in self.tokens:
            self.places.append(len(self.words))
            self.words += f"{token.words} "
        self.place_at = {at: place for place, at in enumerate(self.places)}
        self.place_at[len(self.words)] = len(self.tokens)

    def runs(self) -> Iterator[_Run]:
        """Those that are rules. Where one is none, no piece of it is."""
        place = 0
        while place < len(self.tokens):
            run = self.walk(place)
            if run and self.is_rule(run):
                yield run
            place = run.behind if run else place + 1

    def walk(self, first: int) -> _Run | None:
        """As many pieces as there are from a token on; None where there is none."""
        run = _Run(first=first, behind=first)
        place = first
        while place < len(self.tokens) and (found := self._piece(place)):
            piece, take = found
            if self._is_other_word(run, piece):
                break
            place = self.place_at[piece.end()]
            if piece[0] not in NO_END:
                run.take(piece, take)
                run.behind = place
        return run if run.behind > first else None

    def _piece(self, place: int) -> tuple[re.Match[str], Take] | None:
        for pattern, take in PIECES:
            piece = pattern.match(self.words, self.places[place])
            if piece and piece.end() in self.place_at:
                return piece, take
        return None

    def _is_other_word(self, run: _Run, piece: re.Match[str]) -> bool:
        """First thing, second floor: a number in letters is a day only within a month."""
        said = piece.groupdict()
        if said.get("limit") and not run.found.has_days:
            return True
        day = said.get("day")
        if not day or not day[0].isalpha() or said.get("month") or run.found.cadence:
            return False
        return not OF_EACH.match(self.words, piece.end())

    def is_rule(self, run: _Run) -> bool:
        """Whether its words, and those around them, say that something comes again."""
        start, end = self.span(run)
        words = self._words_of(run)
        before = self._before(start)
        if self._is_name(start):
            return False
        if run.found.done and not re.match("every|each", words):
            return bool(run.found.cadence and ENDS.match(self.text, end))
        if not COMES_AGAIN.search(words) and not self._is_at_work(words, end):
            return False
        if EVERY.search(words) or WORKWEEK.fullmatch(words):
            return not FOR.search(before)
        if PLURAL.match(words):
            return not OWNED.search(before) and bool(
                ON.search(before) or DAY_ENDS.match(self.text, end)
            )
        if AS_A.search(before):
            return bool(KIND.match(self.text, end))
        goes_on = STARTS_WITH_ADVERB.match(words) and run.behind > run.first + 1
        return not OWNED.search(before) and bool(goes_on or ENDS.match(self.text, end))

    def _is_at_work(self, words: str, end: int) -> bool:
        """Standup mon-fri at 9:30; a holiday from monday to friday comes once."""
        return bool(WORKWEEK.fullmatch(words) and HOUR.match(self.text, end))

    def _is_name(self, start: int) -> bool:
        *_, last = ["", *self._before(start).split()]
        return last[:1].islower() and bool(NAME.match(self.text, start))

    def said(self, run: _Run) -> Said:
        start, end = self.span(run)
        before = self._before(start)
        if AS_A.search(before) and (kind := KIND.match(self.text, end)):
            end = kind.end()
        if lead := BEFORE.search(before):
            start -= len(before) - lead.start()
        spans = ((start, end), *self._ends(run))
        repeat, fault = _rule(run)
        return Said(spans, repeat, fault)

    def _ends(self, run: _Run) -> Iterator[Span]:
        """Until when, or how often: said apart from the rest, as in "every day at 7, 5 times"."""
        place = run.behind
        while place < len(self.tokens):
            found = self._piece(place)
            if not found or not self._is_end(place, *found):
                place += 1
                continue
            piece, take = found
            run.take(piece, take)
            behind = self.place_at[piece.end()]
            yield self.tokens[place].start, self.tokens[behind - 1].end
            place = behind

    def _is_end(self, place: int, piece: re.Match[str], take: Take) -> bool:
        said = piece.groupdict()
        if take not in ENDING or ("until" in said and not said["until"]):
            return False
        apart = SEPARATE.search(self._before(self.tokens[place].start))
        return bool("until" in said or piece[0].startswith("for ") or apart)

    def _before(self, start: int) -> str:
        return self.text[max(0, start - FARTHEST_BACK) : start]

    def span(self, run: _Run) -> Span:
        return self.tokens[run.first].start, self.tokens[run.behind - 1].end

    def _words_of(self, run: _Run) -> str:
        return self.words[self.places[run.first] : (*self.places, len(self.words))[run.behind]]


def _rule(run: _Run) -> tuple[Repeat | None, str]:
    if run.fault:
        return None, run.fault
    try:
        return Repeat.read(grammar.fields(run.found)), ""
    except RuleBroken as broken:
        return None, broken.sentence


def _tokens(text: str) -> Iterator[Token]:
    for match in WORD.finditer(text):
        words = grammar.plain_word(match[0]) if len(match[0]) <= LONGEST_WORD else NO_WORD
        if words:
            yield Token(words, match.start(), match.end())
