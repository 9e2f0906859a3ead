"""What readers of files yield, whatever the file: tasks as another program has them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, BinaryIO, Protocol
from uuid import UUID

from text import clean_text, one_line
from todos.repeating import Repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A task that is to be made.

    Its words may be of any length, its tags of any spelling, and its parent may be missing, a step
    itself or in a circle: the import makes them fit, and tells what that takes away.

    ``line`` is where it begins in the file, from 1. ``key`` is the source's own id of it, by which
    it is known again; ``here`` a name that means something in this file alone. Both may be blank.
    ``parent`` is the one or the other of the task that it is a step of. ``list`` is a name; blank
    is the Inbox. Times are aware. ``reminders`` are as the API takes them.
    """

    line: int
    title: str
    notes: str = ""
    due_date: date | None = None
    due_time: time | None = None
    priority: str = "none"
    list: str = ""
    tags: tuple[str, ...] = ()
    key: str = ""
    here: str = ""
    parent: str = ""
    completed_at: datetime | None = None
    created_at: datetime | None = None
    updated_at: datetime | None = None
    repeats: Repeat | None = None
    duration_minutes: int | None = None
    reminders: tuple[dict[str, Any], ...] = ()
    place: "Place | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where it stands in its series, as our own export has it: the rest goes on from there."""

    series: UUID
    place: int
    last_place: int | None
    rule_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingList:
    """A list by its name, of which there may be no task."""

    line: int
    name: str
    created_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """What cannot be kept: all of an entry of the file, or a part of one that is made without."""

    line: int
    why: str


def lost(line: int, title: str, sentence: str) -> Skipped:
    """What of a task cannot be kept; ``sentence`` goes on from its title."""
    return Skipped(line, f"“{short(one_line(clean_text(title)))}” {sentence}")


def short(text: str, length: int = 60) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


class FileBroken(ValueError):
    """Nothing of the file can be taken: where it was seen, from 1, and a sentence."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line
        self.sentence = sentence


Entry = Incoming | IncomingList | Skipped


class Format(Protocol):
    """A module of transfer/formats/ that reads one way of writing tasks down."""

    TITLE: str
    """What people call it: "Todoist (CSV)"."""

    def recognizes(self, head: str) -> bool:
        """By the first few thousand characters of a file."""

    def read(self, file: BinaryIO, now: datetime) -> Iterator[Entry]:
        """In bounded memory; ``file`` stands at its beginning. Raises FileBroken.

        ``now`` is the user's local time, in their zone: what is local in the file is theirs, and
        what has a zone is told on their clock.
        """
