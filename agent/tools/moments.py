"""Days and times in arguments, in words or in a spelling that is not ours.

They are read by the reader of the built-in assistant, on the calendar and the clock of the user and
from the time of the message that is answered. What it does not understand to the last word, or only
by a guess, is refused: a task for the wrong day is worse than one more try of the model.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from agent.offline import dates
from agent.offline.dates import ANY_TIME, When
from agent.offline.dates.lengths import read_amount
from agent.offline.dates.names import DAY_NUMBERS, WEEKDAY
from agent.tools.reminding import by_the_clock
from agent.tools.tool import CLOCK, ToolError, on_24_hours
from text import clean_text
from text.expressions import expression
from todos.spelling import DAY, TIME_OF_DAY, read_day, read_time

FILTERS = tuple(
    f"{what}_{side}" for what in ("due", "completed", "created") for side in ("from", "to")
)
MOMENTS = frozenset({"due_date", "due_time", "span", *FILTERS})
"""The arguments that are a day or a time."""

OF_THE_PAST = ("completed_", "created_")
LONGEST = 100  # characters

NUMBERED = expression(
    r"\b(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?=t|\b)"
    r"|\b(?P<day_first>\d{1,2})\.(?P<month_second>\d{1,2})\.(?P<year_last>\d{4})\b",
    re.ASCII,
)
"""A day by number whose order is beyond doubt."""
WITH_WEEKDAY = expression(
    rf"(?:(?P<before>{WEEKDAY}),? )?(?P<day>[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}})"
    rf"(?:,? \(?(?P<behind>{WEEKDAY})\)?)?(?P<rest>\b.*)"
)
MOMENT = expression(
    r"(?P<day>\d{4}-\d\d-\d\d)(?:t| )(?P<at>\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?"
    r" ?(?P<zone>z|utc|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII,
)
ZONED = expression(r"\d\d:\d\d(?::\d\d)?(?:z|[+-]\d\d(?::?\d\d)?)", re.ASCII)
IN_FIGURES = expression(rf"(?:{CLOCK.pattern}|\d+)", re.IGNORECASE)
"""What is no time in our figures is none in words."""
WEEK = expression(r"(?:(?:this|the|my|a) )?week(?:ly)?(?: review)?|review")
NO_DAY = expression(rf"|now|next|{WEEK.pattern}")
"""Of what to plan, if it is neither a day nor a length."""
PERIOD = expression(r"(?:the )?(?:this|next|last|past) (?:week(?:end)?|month|quarter|year)")
PART_OF_DAY = expression(r"\b(?:morning|afternoon|evening|night|tonight)\b")
PART_MINUTES = 240
"""How far from its usual time an hour may be that still belongs to a part of the day."""

DAY_FORM = "write the day as YYYY-MM-DD"
TIME_FORM = "write the user's local time as HH:MM, without a zone"


@dataclass
class Moments:
    """The days and times of one task, or of one list of them; ``now`` is the user's local time.

    ``taken`` tells in sentences what was made of words.
    """

    now: datetime
    taken: list[str] = field(default_factory=list)
    minutes: int = 0
    """How long it takes, where a time was told with its end."""

    def understood(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """The arguments, each day as ``YYYY-MM-DD`` and each time as ``HH:MM``; what is no text is
        left as it is. Raises ToolError, whose sentence names the argument and the right form.
        """
        given = dict(arguments)
        for name in FILTERS:
            if isinstance(given.get(name), str):
                given[name] = self._filter(name, given[name])
        if isinstance(given.get("repeats"), str):
            given["repeats"] = dates.with_last_day(given["repeats"], self.now)
        if "reminders" in given:
            given["reminders"] = by_the_clock(given["reminders"], self.now)
        if isinstance(span := given.get("span"), str):
            given["span"] = self._span(span)
        day, at = given.get("due_date"), given.get("due_time")
        due = self._due(day if isinstance(day, str) else "", at if isinstance(at, str) else "")
        length = {"duration_minutes": self.minutes} if self.minutes else {}
        return length | given | due

    def _span(self, written: str) -> str:
        """A day, or else words that are none."""
        text = _plain(written)
        is_none = NO_DAY.fullmatch(text) or read_amount(text)
        return text if is_none else self._filter("span", written)

    def _filter(self, name: str, written: str) -> str:
        text = _plain(written)
        if PERIOD.fullmatch(text):
            raise _refused(name, written, f"is more than one day; {DAY_FORM}")
        ago = dates.read_ago(text, self.now) if name.startswith(OF_THE_PAST) else None
        day = ago or self._read(name, written, DAY_FORM).day
        if day is None:
            raise _refused(name, written, f"names no day; {DAY_FORM}")
        self._tell(name, written, When(day))
        return day.isoformat()

    def _due(self, day_written: str, time_written: str) -> dict[str, str]:
        """Either may name both; what both name must be the same."""
        by_day, by_time = ANY_TIME, ANY_TIME
        if day_written:
            by_day = self._read("due_date", day_written, DAY_FORM)
            if by_day.day is None:
                raise _refused("due_date", day_written, f"names no day; {DAY_FORM}")
        if time_written:
            by_time = self._time(time_written, by_day.day)
        if by_day.at and by_time.at and not _refines(day_written, by_day.at, by_time.at):
            raise ToolError(f"due_date and due_time name different times; {TIME_FORM}.")
        if by_day.day and by_time.day not in (None, by_day.day):
            raise ToolError(f"due_date and due_time name different days; {DAY_FORM}.")
        day, at = by_day.day or by_time.day, by_time.at or by_day.at
        self._tell("due_date", day_written, When(by_day.day, by_day.at and at))
        self._tell("due_time", time_written, by_time)
        return ({"due_date": day.isoformat()} if day else {}) | (
            {"due_time": at.isoformat("minutes")} if at else {}
        )

    def _time(self, written: str, day: date | None) -> When:
        text = _plain(written)
        if ZONED.fullmatch(text) and day:
            written = f"{day} {text}"
        found = self._read("due_time", written, TIME_FORM)
        if found.at is None:
            raise _refused("due_time", written, f"names no time; {TIME_FORM}")
        return found

    def _read(self, name: str, written: str, form: str) -> When:
        text = _plain(written)
        try:
            text = _without_weekday(text)
            found = _as_ours(text) or self._moment(name, text) or self._words(text)
        except (ValueError, OverflowError):
            raise _refused(name, written, f"does not exist; {form}") from None
        except _Unclear:
            raise _refused(name, written, f"can be read in two ways; {form}") from None
        if not found:
            raise _refused(name, written, f"is not understood; {form}")
        return found

    def _moment(self, name: str, text: str) -> When:
        """An ISO date-time; with an offset it is the user's own day and time then. Midnight in a
        day is how many programs write the day alone: elsewhere it may be that or the moment.
        Raises ValueError and _Unclear.
        """
        match = MOMENT.fullmatch(text)
        if match is None:
            return ANY_TIME
        zone = (match["zone"] or "").replace("utc", "z")
        moment = datetime.fromisoformat(f"{match['day']}T{match['at']}{zone}".upper())
        is_midnight = name != "due_time" and moment.time() == time()
        if zone:
            moment = moment.astimezone(self.now.tzinfo)
        is_day = is_midnight and moment.time() == time()
        if is_midnight and not is_day:
            raise _Unclear
        return When(moment.date(), None if is_day else moment.time())

    def _words(self, text: str) -> When:
        """Raises _Unclear, and ValueError for a day or a time that does not exist."""
        if len(text) > LONGEST or IN_FIGURES.fullmatch(text) or not text.isascii():
            return ANY_TIME
        for spoken in (text, f"on {text}", f"at {text}", f"in the {text}"):
            reading = dates.read(spoken, self.now)
            if reading.fault:
                raise ValueError(reading.fault)
            if reading.when and not reading.rest:
                if set(reading.remarks) - {dates.PASSED, dates.END_OF_DAY}:
                    raise _Unclear
                self.minutes = self.minutes or reading.minutes
                return reading.when
        return When(dates.read_ago(text, self.now))

    def _tell(self, name: str, written: str, found: When) -> None:
        """Unless it was in figures, as the tools want it."""
        if written and not _as_ours(_plain(written)):
            self.taken.append(f"{name}: {_quoted(written)} was taken as {_spoken(found)}.")


class _Unclear(Exception):
    """It can mean two days or two times."""


def _refused(name: str, written: str, why: str) -> ToolError:
    return ToolError(f"{name}: {_quoted(written)} {why}.")


def _quoted(written: str) -> str:
    return f"“{clean_text(written)[:LONGEST]}”"


def _plain(written: str) -> str:
    """In small letters, and days by number in our order."""
    text = " ".join(written.lower().split()).strip(".,!")
    return NUMBERED.sub(_in_our_order, text)


def _without_weekday(text: str) -> str:
    """A day in figures, beside which its name may stand. Raises ValueError for another name."""
    match = WITH_WEEKDAY.fullmatch(text)
    if match is None:
        return text
    names = filter(None, match.group("before", "behind"))
    if any(DAY_NUMBERS[name] != read_day(match["day"]).weekday() for name in names):
        raise ValueError("that day has another name")
    return f"{match['day']}{match['rest']}"


def _in_our_order(match: re.Match[str]) -> str:
    year, month, day = match.group("year", "month", "day")
    if year is None:
        day, month, year = match.group("day_first", "month_second", "year_last")
    return f"{year}-{month:>02}-{day:>02}"


def _as_ours(text: str) -> When:
    """A day or a time alone, in figures. Raises ValueError."""
    if DAY.fullmatch(text):
        return When(read_day(text))
    if CLOCK.fullmatch(text) and TIME_OF_DAY.fullmatch(clock := on_24_hours(text)):
        return When(at=read_time(clock))
    return When(at=read_time(text)) if TIME_OF_DAY.fullmatch(text) else ANY_TIME


def _refines(day_written: str, usual: time, at: time) -> bool:
    """Whether ``at`` is the same time, or the hour of the part of the day that was meant."""
    apart = abs(usual.hour * 60 + usual.minute - at.hour * 60 - at.minute)
    return not apart or (
        apart <= PART_MINUTES and PART_OF_DAY.search(day_written.lower()) is not None
    )


def _spoken(when: When) -> str:
    day = when.day
    named = f"{day:%A}, {day.day} {day:%B} {day.year}" if day else ""
    return ", ".join(filter(None, [named, f"{when.at:%H:%M}" if when.at else ""]))
