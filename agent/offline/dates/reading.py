"""When: the day and the time in a sentence, read on the user's own clock."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from agent.offline.dates.calendar import NoSuchDay, delta
from agent.offline.dates.clock import PARTS, find_time
from agent.offline.dates.days import UNIT, FoundDay, find_day
from agent.offline.dates.tidying import cut, tidy
from agent.offline.words import NUMBER, number


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


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much to postpone (or to bring forward)."""

    by: relativedelta

    def __call__(self, day: date, at: time | None) -> When:
        """Raises OverflowError or ValueError beyond the years of the calendar."""
        moved = datetime.combine(day, at or time()) + self.by
        return When(moved.date(), moved.time() if at or self.by.hours or self.by.minutes else None)


def read(text: str, now: datetime) -> Reading:
    """Find the first day and the first time in ``text``; ``now`` is the user's local time."""
    try:
        found = find_day(text, now)
    except NoSuchDay as error:
        return Reading(text, fault=str(error))
    rest = cut(text, found.start, found.end) if found else text
    morning = re.search(r"\bin\s+the\s+(morning|afternoon|evening)\b", rest, re.IGNORECASE)
    part = found.part if found else ""
    clock = find_time(rest, part)
    if clock and clock.at is None:
        written = rest[clock.start : clock.end].split()[-1]
        return Reading(text, fault=f"There is no such time as {written}.")
    if clock:
        rest = cut(rest, clock.start, clock.end)
    elif morning and not part:
        part, rest = morning[1].lower(), cut(rest, morning.start(), morning.end())
    at = (clock and clock.at) or (found and found.meaning.at) or _time_of(part, found, now)
    when = When(found.meaning.day if found else None, at)
    remarks = (found.meaning.remark if found else "", clock.remark if clock else "")
    return Reading(tidy(rest), when, tuple(filter(None, remarks)))


def _time_of(part: str, found: FoundDay | None, now: datetime) -> time | None:
    """The usual time of "evening" and the like, unless it is past it on that day already."""
    usual = PARTS.get(part)
    if usual and found and found.meaning.day == now.date() and usual <= now.time():
        return None
    return usual


AMOUNT = rf"(?P<count>{NUMBER}|another)\s+{UNIT}\b"
SHIFTS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:(?P<way>forward|ahead|back|out|off|up)(?:\s+(?:by|for))?|by|for|it|that)\s+"
        rf"{AMOUNT}(?P<side>\s+(?:earlier|sooner))?",
        rf"\b{AMOUNT}\s*(?P<side>later|earlier|sooner|more)\b(?P<way>)",
        rf"^{AMOUNT}(?P<side>)(?P<way>)$",
    )
]
EARLIER = ("earlier", "sooner", "forward", "ahead", "up")


def read_shift(text: str) -> tuple[Shift, str] | None:
    """How far to move, and the text before it: by a week, 2 days later."""
    for pattern in SHIFTS:
        match = pattern.search(text)
        if match:
            word, unit = match["count"].lower(), match["unit"].lower()
            count = 1 if word == "another" else number(word)
            earlier = (match["side"] or match["way"] or "").strip().lower() in EARLIER
            return Shift(_amount(-count if earlier else count, unit)), text[: match.start()].strip()
    return None


def _amount(count: int, unit: str) -> relativedelta:
    if unit.startswith("min"):
        return relativedelta(minutes=count)
    if unit.startswith("h"):
        return relativedelta(hours=count)
    return delta(count, unit)
