"""Where in a text a day or a time may begin: each word is looked at once.

A rule says with which words it begins and what follows them. All its repetitions are bounded, so
that a text is read in time that grows as its length does.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar

from agent.offline.words import CONTINUES, NEXT_WORD, VERBS

WORD = re.compile(r"(?:(?<![\w/.:'#-])|(?<=\bat))(?:\d|[^\W\d_]+)")
DIGITS = "0"
"""Stands for any number among the words with which a rule begins."""
FARTHEST_BACK = 40
"""Characters; what is said before a day, such as "which is due date is: by the", is shorter."""
LEAD_ENDS = ("@", ":", "=")
HEAD_ENDS = ",;:.!?()–—-\n"
HOUR = re.compile(r" (?:\d{1,2}(?:[.:]\d\d)? ?[ap]\.?m\b|\d{1,2}:\d\d)", re.IGNORECASE)
CAPITAL = re.compile(r" ([A-Z][\w']{0,30})")

Known = TypeVar("Known")
Found = TypeVar("Found")


class Lead(NamedTuple):
    """What stands before a date and belongs to it."""

    words: str
    the: bool
    start: int


@dataclass(frozen=True)
class Said:
    """The words that a rule matches, and what stands around them."""

    match: re.Match[str]
    lead: str
    """The words before them that belong to a date: "on", "due by"; "" if there are none."""
    the: bool
    start: int
    """Where the lead begins."""

    def __getitem__(self, name: str) -> str:
        """A group of the rule in small letters; "" if it is not there."""
        place = self.match.re.groupindex.get(name)
        return (self.match[place] or "").lower() if place else ""

    @property
    def end(self) -> int:
        return self.match.end()

    @property
    def core(self) -> str:
        """The words without their lead, as they are written."""
        return self.match[0]

    @cached_property
    def before(self) -> tuple[str, ...]:
        """Up to three words of the same clause before the lead, in small letters."""
        text = self.match.string
        head = text[max(0, self.start - 40) : self.start].rstrip(" ")
        if not head or head[-1] in HEAD_ENDS:
            return ()
        return tuple(head.lower().split()[-3:])

    @property
    def last(self) -> str:
        """The word before the lead; "" if none belongs to it."""
        return self.before[-1] if self.before else ""

    def follows(self, pattern: re.Pattern[str]) -> bool:
        """Whether ``pattern`` is the next of the text."""
        return bool(pattern.match(self.match.string, self.end))

    def ends(self) -> bool:
        """Whether what follows lets a date stand by itself: the end, a comma, "at", 5pm, a verb."""
        text = self.match.string
        after = NEXT_WORD.match(text, self.end)
        if after is None or self.follows(HOUR):
            return True
        word = (after[1] or "").lower()
        if word == "i" and text[after.end() : after.end() + 1] == "'":
            return False  # Friday I'm in love
        return word in CONTINUES or (word in VERBS and not self.before)

    def is_title(self) -> bool:
        """Whether it is written as the name of something: Next Friday, but not FRIDAY."""
        return self.core[0].isupper() and not self.core.isupper()

    def is_name(self) -> bool:
        """Whether capitals make it a part of a name: Tomorrow Never Knows, the Today Show."""
        text = self.match.string
        after = CAPITAL.match(text, self.end)
        if not after or not self.is_title() or after[1] == "I":
            return False
        if self.before:
            return True
        return (
            text.istitle() and after[1].lower() not in VERBS | CONTINUES and after.end() < len(text)
        )


Read = Callable[[Said, Known], Found | None]


class Rules(Generic[Known, Found]):
    """Rules by the words with which they begin, in the order in which they are preferred."""

    def __init__(
        self, lead: str, rules: Iterable[tuple[Iterable[str], re.Pattern[str], Read[Known, Found]]]
    ) -> None:
        self._lead = re.compile(rf"(?<![\w/.:'#-])(?P<lead>{lead})(?P<the>the )?$", re.IGNORECASE)
        self._by_word: dict[str, list[tuple[int, re.Pattern[str], Read[Known, Found]]]] = {}
        for rank, (words, pattern, read) in enumerate(rules):
            for word in words:
                self._by_word.setdefault(word, []).append((rank, pattern, read))

    def best(self, text: str, known: Known) -> tuple[Said, Found] | None:
        """What is found by the rule that is preferred, or None; of several the first."""
        best: tuple[int, Said, Found] | None = None
        behind = 0
        for word in WORD.finditer(text):
            if word.start() < behind:
                continue
            before: Lead | None = None
            for rank, pattern, read in self._by_word.get(_key(word[0]), ()):
                match = pattern.match(text, word.start())
                if match is None:
                    continue
                before = before or self._before(text, word.start())
                said = Said(match, *before)
                found = read(said, known)
                if found is not None:
                    behind = said.end
                    if best is None or rank < best[0]:
                        best = rank, said, found
                    break
        return best and best[1:]

    def begins(self, text: str) -> bool:
        """Whether some rule begins with the first word of ``text``."""
        word = WORD.match(text)
        return word is not None and _key(word[0]) in self._by_word

    def _before(self, text: str, start: int) -> Lead:
        end = text[max(0, start - 2) : start].strip(" ")[-1:]
        if end.isalpha() or end in LEAD_ENDS:
            lead = self._lead.search(text, max(0, start - FARTHEST_BACK), start)
            if lead:
                return Lead(lead["lead"].lower(), bool(lead["the"]), lead.start())
        return Lead("", False, start)


def _key(word: str) -> str:
    return DIGITS if word.isdecimal() else word.lower()
