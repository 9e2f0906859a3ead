"""To-dos of other programs, as tasks."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import BinaryIO, TypeVar
from uuid import NAMESPACE_URL, uuid5

from icalendar import vRecur

from todos.repeating import Repeat
from todos.rules import RuleBroken
from transfer.formats.ics.alarms import Anchors, reminders_of
from transfer.formats.ics.lines import Part, Property, parts_of
from transfer.formats.ics.moments import UnknownZone, When, Zones, decoded
from transfer.formats.ics.recurring import NotKept, from_another_day, read_rule
from transfer.formats.ics.writing import ESTIMATED, LIST, PRODID, REPEATS
from transfer.incoming import Incoming, Place, Skipped

Found = TypeVar("Found")

LOST = ("ATTACH", "ATTENDEE", "COMMENT", "CONTACT", "EXDATE", "EXRULE", "GEO", "RDATE")
"""What people may miss, and tasks have no place for."""
WANTED = {
    *("UID", "SUMMARY", "DESCRIPTION", "LOCATION", "URL", "CATEGORIES", "PRIORITY", "RELATED-TO"),
    *("DTSTART", "DUE", "DURATION", ESTIMATED, "RRULE", "RECURRENCE-ID", LIST, REPEATS),
    *("STATUS", "COMPLETED", "PERCENT-COMPLETE", "CREATED", "LAST-MODIFIED", "DTSTAMP"),
    *("ACTION", "TRIGGER", "PROXIMITY", "X-APPLE-PROXIMITY", *LOST),
}
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
SEVERAL = re.compile(r"(?:[^\\,]|\\.)+", re.DOTALL)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def read(file: BinaryIO, now: datetime) -> Iterator[Incoming | Skipped]:
    """As the formats of transfer/incoming.py."""
    calendar, before = _Calendar(now), None
    for part in parts_of(file, WANTED):
        match part:
            case Skipped():
                yield part
            case Property():
                calendar.note(part)
            case Part():
                todo = _Todo(part, calendar)
                if before and (moved := todo.moved(before)):
                    before = moved
                    continue
                if before:
                    yield before
                before = todo.task()
                yield from todo.told
    if before:
        yield before


class _Calendar:
    """What the file has told so far of its name, its zones, and who wrote it."""

    def __init__(self, now: datetime) -> None:
        self.zones = Zones(now)
        self.name = ""
        self.is_ours = False

    def note(self, said: Property) -> None:
        match said.name:
            case "PRODID":
                self.is_ours = said.value.strip() == PRODID
            case "X-WR-CALNAME" | "NAME":
                self.name = _text(said.value)
            case _:
                self.zones.note(said)


class _Todo:
    """What one to-do says; ``told`` has what of it is not kept."""

    def __init__(self, part: Part, calendar: _Calendar) -> None:
        self.part, self.calendar = part, calendar
        self.told: list[Skipped] = []

    def task(self) -> Incoming | None:
        """None where it is no task."""
        if self._word("STATUS") == "CANCELLED":
            self._tell(self.part.line, "This to-do was cancelled.")
            return None
        if self.part.get("RECURRENCE-ID"):
            self._tell(self.part.line, "It is one day of a series, and differs from it.")
            return None
        start, due = self._when("DTSTART"), self._when("DUE")
        when = due or start
        length = None if due else self._length("DURATION")
        completed_at = self._completed_at()
        lost = [name for name in LOST if self.part.get(name)]
        if lost:
            self._tell(self.part.line, f"This to-do comes without {', '.join(lost)}.")
        end = when.wall + (length or 0 * MINUTE) if when else None
        return Incoming(
            line=self.part.line,
            title=self._words("SUMMARY"),
            notes="\n\n".join(filter(None, map(self._words, ("DESCRIPTION", "LOCATION", "URL")))),
            due_date=when.day if when else None,
            due_time=when.at if when else None,
            priority=self._priority(),
            list=self._list(),
            tags=self._tags(),
            key=self._words("UID"),
            parent=self._parent(),
            completed_at=completed_at,
            created_at=self._moment("CREATED"),
            updated_at=self._moment("LAST-MODIFIED"),
            repeats=self._repeats(start, when) if when and not completed_at else None,
            duration_minutes=_minutes(length or self._length(ESTIMATED)),
            reminders=() if completed_at else self._reminders(Anchors(start, when, end)),
        )

    def moved(self, before: Incoming) -> Incoming | None:
        """The task before, on another day, where this says that its first day was moved."""
        if not self.part.get("RECURRENCE-ID") or before.key != self._words("UID"):
            return None
        first, when = self._when("RECURRENCE-ID"), self._when("DUE") or self._when("DTSTART")
        if not first or not when or not before.repeats or before.due_date != first.day:
            return None
        last = before.repeats.times and before.repeats.times - 1
        series = uuid5(NAMESPACE_URL, before.key)
        place = Place(series=series, place=0, last_place=last, rule_day=first.day)
        return replace(before, due_date=when.day, due_time=when.at, place=place)

    def _tell(self, line: int, why: str) -> None:
        self.told.append(Skipped(line, why))

    def _words(self, name: str) -> str:
        said = self.part.get(name)
        return _text(said.value) if said else ""

    def _word(self, name: str) -> str:
        return self._words(name).strip().upper()

    def _list(self) -> str:
        calendar = self.calendar
        return self._words(LIST) or ("" if calendar.is_ours else calendar.name)

    def _tags(self) -> tuple[str, ...]:
        """Our own lists are among them, for programs that know no lists."""
        said = [text for each in self.part.all("CATEGORIES") for text in _texts(each.value)]
        return tuple(tag for tag in said if tag != self._words(LIST))

    def _priority(self) -> str:
        """Of 1, the highest, to 9; 0 is none."""
        digit = self._word("PRIORITY")
        if digit not in set("123456789"):
            return "none"
        return "high" if digit < "5" else "medium" if digit == "5" else "low"

    def _parent(self) -> str:
        for said in self.part.all("RELATED-TO"):
            if str(said.params.get("RELTYPE", "PARENT")).upper() == "PARENT":
                return _text(said.value)
        return ""

    def _completed_at(self) -> datetime | None:
        done = self._moment("COMPLETED")
        status, is_whole = self._word("STATUS"), self._word("PERCENT-COMPLETE") == "100"
        if status != "COMPLETED" and (status or not (done or is_whole)):
            return None
        return done or self._moment("LAST-MODIFIED") or self.calendar.zones.now

    def _moment(self, name: str) -> datetime | None:
        when = self._when(name)
        return when.wall.replace(tzinfo=self.calendar.zones.now.tzinfo) if when else None

    def _length(self, name: str) -> timedelta | None:
        said = self.part.get(name)
        return self._understood(said, _length)

    def _when(self, name: str) -> When | None:
        return self._understood(self.part.get(name), self.calendar.zones.when)

    def _understood(self, said: Property | None, read: Callable[[Property], Found]) -> Found | None:
        if said is None:
            return None
        try:
            return read(said)
        except UnknownZone as error:
            why = f"The zone “{error.name[:60]}” is not known: its time is taken as yours."
            self._tell(said.line, why)
            return error.when  # type: ignore[return-value]
        except (ValueError, OverflowError, TypeError, AttributeError):
            self._tell(said.line, f"{said.name.title()} is not understood: it is left out.")
            return None

    def _repeats(self, start: When | None, when: When) -> Repeat | None:
        words, said = self._words(REPEATS), self.part.get("RRULE")
        line = said.line if said else self.part.line
        try:
            if words:
                return Repeat.read({"words": words})
            if said is None:
                return None
            rrule: vRecur = vRecur.from_ical(said.value.strip())
            first = start or when
            until = self._until(rrule, first)
            if first.day == when.day:
                return read_rule(rrule, when.day, until)
            later = when.day - first.day
            return read_rule(from_another_day(rrule, first.day), when.day, until and until + later)
        except (NotKept, RuleBroken) as error:
            self._tell(line, str(error))
        except (ValueError, OverflowError, TypeError, AttributeError):
            self._tell(line, "How it repeats is not understood: it comes once.")
        return None

    def _until(self, rrule: vRecur, when: When) -> date | None:
        """The last day on which it may come. Raises ValueError, OverflowError."""
        if not (until := rrule.get("UNTIL")):
            return None
        if not isinstance(until[0], datetime):
            return date(until[0].year, until[0].month, until[0].day)
        local = self.calendar.zones.local(until[0])
        is_before = when.at is not None and local.wall < datetime.combine(local.day, when.at)
        return local.day - DAY if is_before else local.day

    def _reminders(self, anchors: Anchors) -> tuple[dict[str, object], ...]:
        alarms = [part for part in self.part.parts if part.name == "VALARM"]
        found = list(reminders_of(alarms, anchors, self.calendar.zones))
        self.told += [each for each in found if isinstance(each, Skipped)]
        return tuple(each for each in found if not isinstance(each, Skipped))


def _length(said: Property) -> timedelta:
    """Raises ValueError."""
    if isinstance(length := decoded(said.value.strip()), timedelta):
        return length
    raise ValueError("that is a moment")


def _minutes(length: timedelta | None) -> int | None:
    return max(1, round(length / MINUTE)) if length else None


def _text(value: str) -> str:
    """Of the type TEXT, as people wrote it."""
    return ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def _texts(value: str) -> list[str]:
    return [_text(found).strip() for found in SEVERAL.findall(value)]
