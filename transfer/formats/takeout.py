"""Google Tasks, as Google Takeout hands them out: Tasks.json."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO

from transfer.incoming import Entry, Incoming, IncomingList, lost
from transfer.jsons import Shape, Thing, text, things_in
from transfer.moments import local, read_moment, read_stamp

TITLE = "Google Tasks (Takeout, JSON)"
LISTS = ("tasks#tasks", "tasks#taskList")
SHAPE = Shape(frozenset({"items.*"}), frozenset({"items"}), frozenset({"title"}))


def recognizes(head: str) -> bool:
    return head.lstrip().startswith("{") and '"tasks#' in head


def read(file: BinaryIO, now: datetime) -> Iterator[Entry]:
    """Its days have no time, but for those that were put on a calendar."""
    for thing in things_in(file, SHAPE):
        value = thing.value
        if value.get("kind") in LISTS:
            yield IncomingList(line=thing.line, name=text(value.get("title")))
        elif value.get("deleted") is True:
            yield lost(thing.line, text(value.get("title")), "was deleted there.")
        else:
            yield from _read_task(thing, now)


def _read_task(thing: Thing, now: datetime) -> Iterator[Entry]:
    value = thing.value
    title = text(value.get("title"))
    due = text(value.get("due"))
    day, at = _due(due, value.get("scheduled_time"), now)
    done = value.get("status") == "completed"
    completed_at = read_moment(text(value.get("completed")), now) or now
    yield Incoming(
        line=thing.line,
        title=title,
        notes="\n".join([*filter(None, [text(value.get("notes"))]), *_links(value.get("links"))]),
        due_date=day,
        due_time=at,
        list=thing.list,
        key=text(value.get("id")),
        parent=text(value.get("parent")),
        completed_at=completed_at if done else None,
        created_at=read_moment(text(value.get("created")), now),
        updated_at=read_moment(text(value.get("updated")), now),
    )
    if due and day is None:
        yield lost(thing.line, title, "comes without its day: there is no such day.")
    if value.get("task_recurrence_id") or value.get("recurrence"):
        yield lost(thing.line, title, "comes once: how it repeats is not in this file.")


def _due(due: str, scheduled: Any, now: datetime) -> tuple[date | None, time | None]:
    """``due`` is a day, told as its midnight in UTC, whatever the zone."""
    for each in scheduled if isinstance(scheduled, list) else []:
        start = text(each.get("start")) if isinstance(each, dict) and each.get("current") else ""
        moment = read_moment(start, now)
        if moment and moment.utcoffset() is not None and "T00:00:00" not in start:
            return local(moment, now)
    try:
        stamp = read_stamp(due)
    except ValueError:
        return None, None
    return (stamp.date() if isinstance(stamp, datetime) else stamp), None


def _links(links: Any) -> Iterator[str]:
    for link in links if isinstance(links, list) else []:
        if isinstance(link, dict) and (address := text(link.get("link"))):
            yield address
