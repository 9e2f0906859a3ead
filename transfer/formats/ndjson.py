"""Our own file: a line of JSON for each list and each task, with all that is kept of them."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO
from uuid import UUID

from todos.models import JournalEncoder, Task, TaskList
from todos.repeating import Repeat
from todos.rules import RuleBroken
from todos.spelling import read_day, read_time
from transfer.encodings import lines_of
from transfer.incoming import Entry, FileBroken, Incoming, IncomingList, Place, lost
from transfer.jsons import text
from transfer.moments import read_moment

TITLE = "Todo Chat (NDJSON)"
VERSION = 1
HEAD = {"kind": "todo-chat", "version": VERSION}
LIST = ("id", "name", "created_at", "updated_at")
TASK = (
    *("id", "title", "notes", "due_date", "due_time", "priority", "duration_minutes", "tags"),
    *("list", "parent", "reminders", "repeats", "series", "place", "last_place", "rule_day"),
    *("completed_at", "created_at", "updated_at"),
)
HIGHEST_PLACE = 1_000_000


def recognizes(head: str) -> bool:
    return head.lstrip().startswith("{") and '"kind"' in head and '"todo-chat"' in head


def read(file: BinaryIO, now: datetime) -> Iterator[Entry]:
    """Raises FileBroken at the first line that is none of ours: nothing is to be lost unseen."""
    lists: dict[str, str] = {}
    for number, line in lines_of(file):
        if not line.strip():
            continue
        value = _object(number, line)
        match value.get("kind"):
            case "todo-chat":
                _check_version(number, value)
            case "list":
                lists[text(value.get("id"))] = name = text(value.get("name"))
                yield IncomingList(
                    line=number,
                    name=name,
                    created_at=read_moment(text(value.get("created_at")), now),
                    updated_at=read_moment(text(value.get("updated_at")), now),
                )
            case "task":
                yield from _read_task(number, value, lists, now)
            case _:
                raise FileBroken(number, "There is no kind of entry like this: list, or task.")


def _object(number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise FileBroken(number, "This is no JSON object: the file may be damaged or cut off.")
    return value


def _check_version(number: int, value: dict[str, Any]) -> None:
    if value.get("version") != VERSION:
        raise FileBroken(number, "The file comes from a later version, and is not understood.")


def _read_task(
    number: int, value: dict[str, Any], lists: dict[str, str], now: datetime
) -> Iterator[Entry]:
    title = text(value.get("title"))
    told: list[str] = []
    repeats = _read(value, "repeats", Repeat.read, told)
    tags, reminders = value.get("tags"), value.get("reminders")
    minutes = _read(value, "duration_minutes", _whole, told)
    in_list = _read(value, "list", lists.__getitem__, told)
    yield Incoming(
        line=number,
        title=title,
        notes=text(value.get("notes")),
        due_date=_read(value, "due_date", read_day, told),
        due_time=_read(value, "due_time", read_time, told),
        priority=text(value.get("priority")),
        list=in_list or "",
        tags=tuple(map(text, tags)) if isinstance(tags, list) else (),
        key=text(value.get("id")),
        parent=text(value.get("parent")),
        completed_at=read_moment(text(value.get("completed_at")), now),
        created_at=read_moment(text(value.get("created_at")), now),
        updated_at=read_moment(text(value.get("updated_at")), now),
        repeats=repeats,
        duration_minutes=minutes,
        reminders=tuple(
            {name: each[name] for name in each if name != "id"}
            for each in (reminders if isinstance(reminders, list) else [])
            if isinstance(each, dict)
        ),
        place=_place(value) if value.get("series") else None,
    )
    for name in told:
        yield lost(number, title, f"comes without its {name}, which cannot be so.")


def _read(value: dict[str, Any], name: str, read: Any, told: list[str]) -> Any:
    if value.get(name) is None:
        return None
    try:
        return read(value[name])
    except (ValueError, KeyError, TypeError, RuleBroken):
        told.append(name)
        return None


def _whole(value: Any) -> int:
    """Raises TypeError; True is no number."""
    if type(value) is not int:
        raise TypeError
    return value


def _place(value: dict[str, Any]) -> Place | None:
    places = value.get("place"), value.get("last_place")
    if not all(each is None or type(each) is int for each in places):
        return None
    place, last = places
    if not 0 <= (place or 0) <= (last or HIGHEST_PLACE) <= HIGHEST_PLACE:
        return None
    try:
        series = UUID(text(value["series"]))
        return Place(
            series=series,
            place=place or 0,
            last_place=last,
            rule_day=read_day(value["rule_day"]) if value.get("rule_day") else None,
        )
    except ValueError:
        return None


def head() -> str:
    return _line(HEAD)


def write_list(task_list: TaskList) -> str:
    return _line({"kind": "list"} | {name: getattr(task_list, name) for name in LIST})


def write(task: Task) -> str:
    return _line({"kind": "task"} | {name: task.value(name) for name in TASK})


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, cls=JournalEncoder, ensure_ascii=False) + "\n"
