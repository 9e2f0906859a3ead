"""Tasks of Outlook, and so of Microsoft To Do, as it exports them: CSV."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from typing import BinaryIO

from transfer.encodings import head_of
from transfer.incoming import Entry, Incoming, lost
from transfer.tables import as_meant, header_of, rows_of

NEEDED = {"subject", "due date"}
DAY = re.compile(r"(\d{1,4})[/.\-](\d{1,2})[/.\-](\d{1,4})")
TIME = re.compile(r"(\d{1,2}):(\d\d)(?::\d\d)?\s*([AaPp]\.?[Mm]\.?)?")
PRIORITIES = {"high": "high", "low": "low"}
LOST = {"start date": "first day", "contacts": "contacts", "companies": "companies"}


def recognizes(head: str) -> bool:
    return set(header_of(head)) >= NEEDED


def read(file: BinaryIO, now: datetime) -> Iterator[Entry]:
    """Its days have the order of its own: that which fits all of them."""
    head = head_of(file)
    days_first = any(
        _days_first(row.get(name, ""))
        for _, row in rows_of(file, head)
        for name in ("due date", "reminder date", "date completed", "start date")
    )
    for line, row in rows_of(file, head, even=True):
        yield from _read_row(line, {n: as_meant(c) for n, c in row.items()}, days_first, now)


def _read_row(line: int, row: dict[str, str], days_first: bool, now: datetime) -> Iterator[Entry]:
    title = row.get("subject", "")
    due = _day(row.get("due date", ""), days_first)
    done = row.get("status", "").lower() == "completed" or row.get("% complete") in ("100", "1")
    done_on = _day(row.get("date completed", ""), days_first)
    completed_at = datetime.combine(done_on, time.min, tzinfo=now.tzinfo) if done_on else now
    bell_day = _day(row.get("reminder date", ""), days_first)
    bell_time = _time(row.get("reminder time", ""))
    rings = row.get("reminder on/off", "").lower() in ("true", "on", "1") and bell_day and bell_time
    yield Incoming(
        line=line,
        title=title,
        notes=row.get("notes", ""),
        due_date=due,
        priority=PRIORITIES.get(row.get("priority", "").lower(), "none"),
        tags=tuple(filter(None, re.split(r"[;,]\s*", row.get("categories", "")))),
        completed_at=completed_at if done else None,
        reminders=({"at": f"{bell_day}T{bell_time:%H:%M}"},) if rings else (),
    )
    if row.get("due date", "").strip() and due is None:
        yield lost(line, title, "comes without its day, which is none.")
    for name, words in LOST.items():
        cell = row.get(name, "").strip()
        if cell and not (name == "start date" and _day(cell, days_first) == due):
            yield lost(line, title, f"comes without its {words}.")


def _days_first(cell: str) -> bool:
    """24.12.2026 and 24/12/2026 are no month; where there are dots the day comes first, too."""
    match = DAY.fullmatch(cell.strip())
    if match is None:
        return False
    first, month, _ = match.groups()
    return "." in cell or (12 < int(first) <= 31 and int(month) <= 12)


def _day(cell: str, days_first: bool) -> date | None:
    match = DAY.match(cell.strip())
    if match is None:
        return None
    first, second, third = map(int, match.groups())
    with suppress(ValueError):
        if len(match[1]) == 4:
            return date(first, second, third)
        year = third + 2000 if third < 100 else third
        return date(year, second, first) if days_first else date(year, first, second)
    return None


def _time(cell: str) -> time | None:
    match = TIME.match(cell.strip())
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2]), (match[3] or "").lower()[:1]
    with suppress(ValueError):
        return time(hour % 12 + 12 * (half == "p") if half else hour, minute)
    return None
