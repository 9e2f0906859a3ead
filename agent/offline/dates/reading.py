"""When: the day and the time in a sentence, read on the user's own clock."""

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple

from agent.offline.dates.calendar import NoSuchDay
from agent.offline.dates.clock import TIMES, find_time
from agent.offline.dates.days import DAYS, FoundDay, find_day
from agent.offline.dates.habits import habits_of
from agent.offline.dates.lengths import find_length
from agent.offline.dates.tidying import cut, tidy


@dataclass(frozen=True, slots=True)
class When:
    """A local day and time; each may be open."""

    day: date | None = None
    at: time | None = None

    def __bool__(self) -> bool:
        return self.day is not None or self.at is not None

    def with_day(self, now: datetime) -> "When":
        """A time without a day is today's, or tomorrow's once it has passed."""
        if self.day or not self.at:
            return self
        passed = self.at <= now.time()
        return replace(self, day=now.date() + timedelta(days=passed))


ANY_TIME = When()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says about when, and ``rest``: the same text without those words."""

    rest: str
    when: When = ANY_TIME
    remarks: tuple[str, ...] = ()
    """How unclear words were read, in sentences for the user."""
    fault: str = ""
    """A sentence when the day or time does not exist; nothing else is to be trusted then."""
    minutes: int = 0
    """How long it takes, if that is said: "for 30 minutes", "from 3 to 4pm"."""
    cuts: tuple["Cut", ...] = field(default=(), compare=False)
    """How ``rest`` was made, one after the other."""


class Cut(NamedTuple):
    """What was left of a text when the words for one thing, its ``kind``, were taken out."""

    kind: Literal["due", "time", "duration", "priority", "list", "tag", "repeats", "reminders"]
    left: str


IN_THE_MORNING = re.compile(r"\bin the (morning|afternoon|evening)\b", re.IGNORECASE)
LONGEST_DATE = 18
"""Words: no later than friday the third of december 2027 at a quarter to seven in the evening."""
TO = re.compile(r"^to ", re.IGNORECASE)
_LEADS = """
    to on by before until till for from starting at @ due deadline is are which with no the about
    around after between in
"""
LEADS = frozenset(_LEADS.split())


def read(text: str, now: datetime) -> Reading:
    """Find the clearest day and time in ``text``; ``now`` is the user's local time."""
    length = find_length(text)
    whole, text = text, cut(text, length.start, length.end) if length else text
    try:
        found = find_day(text, now)
    except NoSuchDay as error:
        return Reading(whole, fault=str(error))
    rest = cut(text, found.start, found.end) if found else text
    cuts = [Cut("duration", text), Cut("due", rest)]
    morning = IN_THE_MORNING.search(rest)
    part = (found and found.part) or (morning[1].lower() if morning else "")
    clock = find_time(rest, part, habits_of(now))
    if clock and clock.at is None:
        written = rest[clock.start : clock.end].split()[-1]
        return Reading(whole, fault=f"There is no such time as {written}.")
    if clock:
        rest = cut(rest, clock.start, clock.end)
    if morning and (again := IN_THE_MORNING.search(rest)) and not (found and found.part):
        rest = cut(rest, again.start(), again.end())
    at = (clock and clock.at) or (found and found.meaning.at) or _time_of(part, found, now)
    when = When(found.meaning.day if found else None, at)
    remarks = (found.meaning.remark if found else "", clock.remark if clock else "")
    minutes = length.minutes if length else clock.minutes if clock else 0
    cuts.append(Cut("time", rest))
    return Reading(tidy(rest), when, tuple(filter(None, remarks)), "", minutes, tuple(cuts))


def read_end(text: str, now: datetime) -> tuple[str, Reading]:
    """The words before the date that ``text`` ends with, which may begin with "to".

    The date is the longest end that is nothing else, or else wherever one is: then it is cut out.
    """
    words = text.split()
    for place in range(max(0, len(words) - LONGEST_DATE), len(words)):
        if _may_begin(words[place]):
            end = " ".join(words[place:])
            reading = read(TO.sub("on ", end), now)
            if reading.fault or (reading.when and not reading.rest):
                return " ".join(words[:place]), reading
    reading = read(text, now)
    return reading.rest, reading


def _may_begin(word: str) -> bool:
    """Whether a day or a time, or what leads to it, may begin with ``word``."""
    word = word.lower().strip("(,;:")
    return word in LEADS or DAYS.begins(word) or TIMES.begins(word)


def read_hour(text: str, earlier: time) -> time | None:
    """A bare hour that corrects an earlier one: after 17:00, "6" is 18:00, and "half past 6" 18:30.

    None when ``text`` is anything else. Of the two halves of the day it means the one that is
    nearer to ``earlier``, but nobody means a time before 7 unless ``earlier`` is one.
    """
    text = text.strip(" .!,")
    spoken = f"at {re.sub(r'^(?:to|at|for) ', '', text, flags=re.IGNORECASE)}"
    found = find_time(spoken, "morning")
    if not found or found.at is None or (found.start, found.end) != (0, len(spoken)):
        return None
    later = find_time(spoken, "afternoon")
    choices = {found.at, later.at if later and later.at else found.at}
    awake = [at for at in choices if at.hour >= 7 or earlier.hour < 7] or list(choices)
    return min(awake, key=lambda at: abs(_minutes(at) - _minutes(earlier)))


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _time_of(part: str, found: FoundDay | None, now: datetime) -> time | None:
    """The usual time of "evening" and the like, unless it is past it on that day already."""
    usual = habits_of(now).part(part)
    if usual and found and found.meaning.day == now.date() and usual <= now.time():
        return None
    return usual
