"""Repetitions, as far as tasks can have them: the first time is put down, and that is said."""

import re
from dataclasses import dataclass
from datetime import date, datetime

from agent.offline.dates import read_repetition
from agent.offline.dates.calendar import coming
from agent.offline.dates.names import WEEKDAY
from agent.offline.words import any_of

NO_REPEATS = "I cannot repeat tasks yet, so I put it down once."
NAMED_DAY = any_of(rf"\b(?:{WEEKDAY})")
DAYS = any_of(
    rf"\b(?:every|each|on) (?:{WEEKDAY})s?\b(?:(?:,? and |, ?| ?& ?| or )(?:{WEEKDAY})s?\b){{1,6}}"
)


@dataclass(frozen=True, slots=True)
class Once:
    """A text without its words of repetition."""

    text: str
    repeats: bool = False
    day: date | None = None
    """The next of several days of the week that were named."""


def read_once(text: str, now: datetime) -> Once:
    repetition = read_repetition(text)
    if repetition is None or not repetition.rest:
        return Once(text)
    days = [coming(day, now.date()) for day in NAMED_DAY.findall(repetition.words)]
    return Once(repetition.rest, repeats=True, day=min(days) if len(days) > 1 else None)


def days_together(text: str) -> list[tuple[int, int]]:
    """Where several days of a repetition stand: their commas part nothing."""
    found = DAYS.finditer(text)
    return [match.span() for match in found if re.match("every|each", match[0], re.IGNORECASE)]
