"""iCalendar (RFC 5545): its library is loaded when a calendar is first read or written."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import BinaryIO

from accounts.models import User
from todos.models import Task
from transfer.incoming import Incoming, Skipped

TITLE = "iCalendar (.ics)"


def recognizes(head: str) -> bool:
    return head.lstrip("\ufeff \t\r\n")[:15].upper() == "BEGIN:VCALENDAR"


def read(file: BinaryIO, now: datetime) -> Iterator[Incoming | Skipped]:
    from transfer.formats.ics import reading

    return reading.read(file, now)


def write(
    tasks: Iterable[Task], user: User, *, events: bool = False, name: str = ""
) -> Iterator[bytes]:
    from transfer.formats.ics import writing

    return writing.write(tasks, user, events=events, name=name)
