"""The parts of a calendar file, one after the other: however long it is, one is in memory."""

from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from icalendar.parser import Contentline, Parameters

from transfer.encodings import lines_of
from transfer.incoming import FileBroken, Skipped

LONGEST = 64 * 1024
"""Characters of one property; the rest of it is left out."""
MOST = 500
"""Properties of one to-do that are looked at, those of its alarms among them."""
AROUND = {"PRODID", "X-WR-CALNAME", "NAME", "TZID", "X-LIC-LOCATION"}
"""What is told of the calendar and of its zones."""
NO_TASKS = {"VEVENT": "event", "VJOURNAL": "journal entry"}


def raw_parts(text: str) -> tuple[str, Parameters, str]:
    """The name of a property, its parameters and its value. Raises ValueError."""
    line: Contentline = Contentline.from_ical(text)  # type: ignore[no-untyped-call]
    return line.raw_parts()


@dataclass(slots=True)
class Property:
    """``value`` is as it stands there: what it means depends on the property."""

    line: int
    name: str
    params: Parameters
    value: str


@dataclass(slots=True)
class Part:
    """A to-do, an alarm, or whatever else has properties."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    parts: list["Part"] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        return [each for each in self.properties if each.name == name]

    def get(self, name: str) -> Property | None:
        return next(iter(self.all(name)), None)


def parts_of(file: BinaryIO, wanted: Container[str]) -> Iterator[Part | Property | Skipped]:
    """Its to-dos, each with those of its properties that are wanted; and what is told around them.

    Raises FileBroken where it is no calendar, or is cut off.
    """
    splitter = _Splitter(wanted)
    for line, text in _unfolded(file):
        yield from splitter.take(line, text)
    yield from splitter.end()


def _unfolded(file: BinaryIO) -> Iterator[tuple[int, str]]:
    """Each property in one line, which may have been broken into any number of them."""
    first, pieces, length = 0, [""], 0
    for number, line in lines_of(file):
        text = line.rstrip("\r\n")
        if first and line.startswith((" ", "\t")):
            if length <= LONGEST:
                pieces.append(text[1:])
                length += len(text)
            continue
        if first:
            yield first, "".join(pieces)
        first, pieces, length = number, [text], len(text)
    if first:
        yield first, "".join(pieces)


class _Splitter:
    def __init__(self, wanted: Container[str]) -> None:
        self.wanted = wanted
        self.line = 0
        self.depth: list[str] = []
        self.open: list[Part] = []
        self.kept = 0
        self.no_tasks: dict[str, list[int]] = {name: [] for name in NO_TASKS}
        self.is_calendar = False

    def take(self, line: int, text: str) -> Iterator[Part | Property | Skipped]:
        self.line = line
        if not text.strip():
            return
        name = text[:64].partition(":")[0].partition(";")[0].strip().upper()
        if not self.is_calendar and text.strip().upper() != "BEGIN:VCALENDAR":
            raise FileBroken(line, "This is no calendar: it does not begin with BEGIN:VCALENDAR.")
        if name == "BEGIN":
            yield from self._begin(text.partition(":")[2].strip().upper()[:64])
        elif name == "END":
            yield from self._end(text.partition(":")[2].strip().upper()[:64])
        elif self.open or (name in AROUND and self.depth[-1:] in (["VCALENDAR"], ["VTIMEZONE"])):
            yield from self._property(name, text)

    def end(self) -> Iterator[Skipped]:
        if not self.is_calendar:
            raise FileBroken(max(self.line, 1), "The file is empty.")
        if self.depth:
            raise FileBroken(self.line, "The file ends before its calendar does: it is cut off.")
        for name, lines in self.no_tasks.items():
            if lines:
                number = f"{len(lines):,} of them are" if len(lines) > 1 else "It is"
                yield Skipped(lines[0], f"An {NO_TASKS[name]} is no task. {number} left out.")

    def _begin(self, name: str) -> Iterator[Skipped]:
        self.is_calendar = True
        if name == "VTODO" and self.open:
            yield Skipped(self.open[0].line, "This to-do does not end before the next one begins.")
            self.depth = self.depth[: self.depth.index("VTODO")]
            self.open = []
        if len(self.depth) >= 100:
            raise FileBroken(self.line, "Its parts are nested too deep.")
        self.depth.append(name)
        if name in self.no_tasks:
            self.no_tasks[name].append(self.line)
        if name == "VTODO":
            self.open, self.kept = [Part(name, self.line)], 0
        elif self.open:
            part = Part(name, self.line)
            if name == "VALARM" and self.kept < MOST:
                self.open[-1].parts.append(part)
            self.open.append(part)
            self.kept += 1

    def _end(self, name: str) -> Iterator[Part]:
        """What has not ended within it, ends with it."""
        if name not in self.depth:
            return
        while self.depth:
            last = self.depth.pop()
            part = self.open.pop() if self.open else None
            if last == "VTODO" and part:
                yield part
            if last == name:
                return

    def _property(self, name: str, text: str) -> Iterator[Property | Skipped]:
        is_read = name in (self.wanted if self.open else AROUND)
        if not is_read and ":" in text:
            return
        self.kept += 1
        if self.open and self.kept >= MOST:
            if self.kept == MOST:
                yield Skipped(self.line, "This to-do says more than is read: the rest is left out.")
            return
        if len(text) > LONGEST:
            yield Skipped(self.line, f"{name.title()} is too long: it is left out.")
            return
        try:
            _, params, value = raw_parts(text)
        except ValueError:
            yield Skipped(self.line, "This line says nothing that is understood.")
            return
        found = Property(self.line, name, params, value)
        if self.open:
            self.open[-1].properties.append(found)
        else:
            yield found
