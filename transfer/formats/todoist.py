"""Todoist: the CSV of its backups and templates, one project a file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import BinaryIO

from todos.repeating import Repeat
from todos.repeating.on import SHORT
from todos.rules import NOTES_LENGTH
from transfer.encodings import head_of
from transfer.incoming import Entry, Incoming, Skipped, lost, short
from transfer.moments import local, read_stamp, read_words, zone_of
from transfer.tables import as_meant, header_of, rows_of

TITLE = "Todoist (CSV)"
NEEDED = {"type", "content"}
PRIORITIES = {"1": "high", "2": "medium", "3": "low"}
LABEL = re.compile(r"(?:^|\s)@([^\s@]+)")
NAME = re.compile(r"(.{1,200}) \[\d{1,20}\]\.csv")
UNITS = {"minute": 1, "day": 1440}
AFTER_DONE = re.compile(r"\b(every|each)!", re.IGNORECASE)
OWN = {
    r"\bev(?=!|\s)": "every",
    r"\bafter(?= \d+ \w+$)": "every!",
    r"\btod\b": "today",
    r"\btom\b": "tomorrow",
    r"^\+(?=\d)": "in ",
    rf"\bevery (?=(?:[234](?:nd|rd|th)|second|third|fourth) (?:{'|'.join(SHORT)}))": (
        "every month on the "
    ),
}
"""What Todoist understands, in the words of ours."""


def recognizes(head: str) -> bool:
    return set(header_of(head)) >= NEEDED


def project_of(name: str) -> str:
    """Of a file of a backup, as ``Home [2203306141].csv``; blank where its name tells of none."""
    match = NAME.fullmatch(name)
    return match[1] if match else ""


def read(file: BinaryIO, now: datetime) -> Iterator[Entry]:
    """Sections are lists; a comment is a paragraph of the notes of its task."""
    project = _Project(now)
    for line, row in rows_of(file, head_of(file), even=True):
        kept = {name: as_meant(cell) for name, cell in row.items()}
        match kept.get("type", "").strip().lower():
            case "task":
                yield from project.begin(line, kept)
            case "note":
                yield from project.comment(line, kept)
            case "section":
                yield from project.close()
                project.section = kept.get("content", "")
            case "" | "meta":
                pass
            case other:
                yield Skipped(line, f"There is no type “{other[:40]}”.")
    yield from project.close()


@dataclass(slots=True)
class _Project:
    """What has been read, as far as later rows belong to it."""

    now: datetime
    section: str = ""
    open: Incoming | None = None
    above: list[str] = field(default_factory=list)
    """The lines of the tasks that a row may be indented beneath."""

    def close(self) -> Iterator[Entry]:
        if self.open:
            yield self.open
        self.open = None

    def comment(self, line: int, row: dict[str, str]) -> Iterator[Entry]:
        words = row.get("content", "")
        if self.open is None:
            yield Skipped(line, "A comment that belongs to no task.")
            return
        if len(self.open.notes) <= NOTES_LENGTH:  # or else it is too long already
            notes = "\n\n".join(filter(None, [self.open.notes, words]))
            self.open = replace(self.open, notes=notes)

    def begin(self, line: int, row: dict[str, str]) -> Iterator[Entry]:
        yield from self.close()
        content = row.get("content", "")
        labels = (*LABEL.findall(content), *re.findall(r"[^\s,;@]+", row.get("labels", "")))
        title = " ".join(LABEL.sub(" ", content).split()) or content.strip()
        indent = min(9, int(given)) if (given := row.get("indent", "").strip()).isdecimal() else 1
        when, told = _read_when(row, self.now)
        self.open = Incoming(
            line=line,
            title=title,
            notes=row.get("description", ""),
            due_date=when.day,
            due_time=when.at,
            priority=PRIORITIES.get(row.get("priority", "").strip(), "none"),
            list=self.section,
            tags=labels,
            here=str(line),
            parent=self._beneath(line, max(1, indent)),
            repeats=when.repeat,
            duration_minutes=_minutes(row),
        )
        for why in told:
            yield lost(line, title, why)
        if responsible := row.get("responsible", "").strip():
            yield lost(
                line, title, f"comes without the person it is given to: {short(responsible)}"
            )

    def _beneath(self, line: int, indent: int) -> str:
        """The task that it is a step of, by its line; blank for one of its own."""
        del self.above[indent - 1 :]
        parent = self.above[-1] if self.above else ""
        self.above += [parent] * (indent - 1 - len(self.above)) + [str(line)]
        return parent


@dataclass(frozen=True, slots=True)
class _When:
    day: date | None = None
    at: time | None = None
    repeat: Repeat | None = None


def _read_when(row: dict[str, str], now: datetime) -> tuple[_When, list[str]]:
    """And what of it cannot be kept, in sentences that begin with the task."""
    said, told = " ".join(row.get("date", "").split()), []
    deadline = row.get("deadline", "").strip()
    when = _read_words(said, now) if said else _When()
    if when is None:
        when = _When()
        told.append(f"comes without its day: “{said[:100]}” is not understood.")
    if deadline and when.day is None and (last := _read_words(deadline, now)):
        return replace(when, day=last.day), told
    if deadline:
        told.append(f"comes without its deadline: {deadline[:40]}.")
    return _in_zone(when, row.get("timezone", "").strip(), now, told), told


def _read_words(said: str, now: datetime) -> _When | None:
    try:
        stamp = read_stamp(said)
    except ValueError:
        for own, ours in OWN.items():
            said = re.sub(own, ours, said, flags=re.IGNORECASE)
        read = read_words(AFTER_DONE.sub(r"\1", said), now)
        if read is None or read.when.day is None:
            return None
        repeat = read.repeat
        if repeat and AFTER_DONE.search(said):
            repeat = replace(repeat, start="done")
        return _When(read.when.day, read.when.at, repeat)
    if not isinstance(stamp, datetime):
        return _When(stamp)
    return _When(*(local(stamp, now) if stamp.tzinfo else (stamp.date(), stamp.time())))


def _in_zone(when: _When, name: str, now: datetime, told: list[str]) -> _When:
    """A time in another zone than the user's, on their clock; a rule goes by the wall."""
    if not (name and when.day and when.at) or when.repeat or name == str(now.tzinfo):
        return when
    zone = zone_of(name)
    if zone is None:
        told.append(f"has the time that was written: there is no time zone “{name[:60]}”.")
        return when
    try:
        return _When(*local(datetime.combine(when.day, when.at, tzinfo=zone), now))
    except OverflowError:
        return when


def _minutes(row: dict[str, str]) -> int | None:
    count = row.get("duration", "").strip()
    unit = UNITS.get(row.get("duration_unit", "").strip().lower())
    return int(count) * unit if unit and count[:5].isdecimal() and len(count) <= 5 else None
