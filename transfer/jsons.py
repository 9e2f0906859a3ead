"""JSON that is read as it comes, in bounded memory: lists, and the tasks in them."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from typing import Any, BinaryIO, NamedTuple

import ijson
from ijson.common import ObjectBuilder

from transfer.encodings import text_of
from transfer.incoming import FileBroken

DEEPEST = 64
LARGEST = 20_000
"""Parts of one task: its numbers, texts, names and brackets."""
MOST = 100_000
"""Lists, and tasks in none."""
PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Shape:
    """Where things are, as ``items.*``: ``lists``, and ``within`` them their tasks.

    Where a list may be there may be a task, too, which is in none. ``names`` are what lists call
    their names.
    """

    lists: frozenset[str]
    within: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Thing:
    """A task, or a list without tasks, as JSON has it; where it begins; the name of its list."""

    line: int
    value: dict[str, Any]
    list: str = ""


class Event(NamedTuple):
    """``path`` is where its value stands, ``*`` being any place in an array."""

    path: str
    kind: str
    value: Any
    line: int


def things_in(file: BinaryIO, shape: Shape) -> Iterator[Thing]:
    """Raises FileBroken. The file is read twice: the name of a list may come behind its tasks."""
    names = list(_names(file, shape))
    builder, of_task, parts, place, line = None, False, 0, -1, 1
    for event in _events(file):
        above, _, last = event.path.rpartition(".")
        if event.kind == "start_map" and event.path in shape.lists:
            builder, of_task, parts, place, line = ObjectBuilder(), False, 0, place + 1, event.line
        elif event.kind == "start_array" and above in shape.lists and last in shape.within:
            builder = None  # a list, whose tasks follow
        elif event.kind == "start_map" and builder is None and _is_task(above, shape):
            builder, of_task, parts, line = ObjectBuilder(), True, 0, event.line
        if builder is None:
            continue
        builder.event(event.kind, event.value)
        parts += 1
        if parts > LARGEST:
            raise FileBroken(event.line, "A task in it has too many parts.")
        if event.kind == "end_map" and (event.path in shape.lists or _is_task(above, shape)):
            yield Thing(line, builder.value, names[place] if of_task else "")
            builder = None


def text(value: Any) -> str:
    """A text of JSON; anything else counts as none."""
    return value if isinstance(value, str) else ""


def _is_task(above: str, shape: Shape) -> bool:
    """Whether what is in the array at ``above`` is in a list."""
    of, _, name = above.rpartition(".")
    return of in shape.lists and name in shape.within


def _names(file: BinaryIO, shape: Shape) -> Iterator[str]:
    name, count = "", 0
    for event in _events(file):
        above, _, last = event.path.rpartition(".")
        if event.path in shape.lists and event.kind == "start_map":
            name, count = "", count + 1
            if count > MOST:
                raise FileBroken(event.line, f"It has more than {MOST:,} entries.")
        elif event.path in shape.lists and event.kind == "end_map":
            yield name
        elif event.kind == "string" and above in shape.lists and last in shape.names:
            name = name or event.value


def _events(file: BinaryIO) -> Iterator[Event]:
    """Raises FileBroken where it is no JSON, is cut off or has too many brackets."""
    with text_of(file) as opened:
        lines = _Lines(opened)
        path: list[str] = []
        try:
            for kind, value in ijson.basic_parse(lines, use_float=True):
                if kind == "map_key":
                    path[-1] = value
                elif kind.startswith("end"):
                    path.pop()
                yield Event(".".join(path), kind, value, lines.number)
                if kind.startswith("start"):
                    path.append("*" if kind == "start_array" else "")
                if len(path) > DEEPEST:
                    raise FileBroken(lines.number, "It has too many brackets within each other.")
        except (ijson.JSONError, ArithmeticError, UnicodeError):
            sentence = "This is no JSON from here on: the file may be damaged or cut off."
            raise FileBroken(lines.number, sentence) from None


class _Lines:
    """A file as a parser reads it: a line at a time, so that it is known which one that is."""

    def __init__(self, opened: TextIOWrapper) -> None:
        self.opened = opened
        self.number = 0
        self._is_at_end = True

    def read(self, size: int) -> bytes:
        if not size:  # by which a parser finds out whether it gets text or bytes
            return b""
        self.number += self._is_at_end
        line = self.opened.readline(PIECE)
        self._is_at_end = line.endswith(("\n", "\r"))
        return line.encode("utf-8", "replace")
