"""Microsoft To Do: JSON, as its API (Graph) has it and the programs that export with it."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from html import unescape
from typing import Any, BinaryIO

import nh3

from todos.repeating import Repeat
from todos.rules import RuleBroken
from transfer.formats import outlook
from transfer.incoming import Entry, Incoming, IncomingList, lost
from transfer.jsons import Shape, Thing, text, things_in
from transfer.moments import local, read_moment, read_stamp, zone_of

TITLE = "Microsoft To Do (JSON, or CSV of Outlook)"
PLACES = frozenset({"*", "value.*", "lists.*", "taskLists.*"})
SHAPE = Shape(PLACES, frozenset({"tasks"}), frozenset({"displayName", "title", "name"}))
MARKS = ('"dueDateTime"', '"importance"', '"isReminderOn"', '"wellknownListName"', "graph.micro")
PRIORITIES = {"high": "high", "low": "low"}
EVERY = {
    "daily": "day",
    "weekly": "week",
    "absoluteMonthly": "month",
    "relativeMonthly": "month",
    "absoluteYearly": "year",
}
LONGEST = 50_000
BREAKS = re.compile(r"<(?:br|/p|/div|/li)\b[^<>]*>", re.IGNORECASE)


def recognizes(head: str) -> bool:
    if head.lstrip().startswith(("{", "[")):
        return any(mark in head for mark in MARKS)
    return outlook.recognizes(head)


def read(file: BinaryIO, now: datetime) -> Iterator[Entry]:
    file.seek(0)
    if file.read(200).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t")[:1] not in b"{[":
        yield from outlook.read(file, now)
        return
    for thing in things_in(file, SHAPE):
        if "displayName" in thing.value:
            yield IncomingList(line=thing.line, name=text(thing.value["displayName"]))
        else:
            yield from _read_task(thing, now)


def _read_task(thing: Thing, now: datetime) -> Iterator[Entry]:
    value, line = thing.value, thing.line
    title = text(value.get("title")) or text(value.get("subject"))
    due, due_lost = _moment(value.get("dueDateTime"), now, day_alone=True)
    bell, bell_lost = _moment(value.get("reminderDateTime"), now)
    repeats, why = _repeats(value.get("recurrence"))
    completed, _ = _moment(value.get("completedDateTime"), now)
    is_done = value.get("status") == "completed"
    day, at = due if due else (None, None)
    categories = value.get("categories")
    task = Incoming(
        line=line,
        title=title,
        notes=_notes(value),
        due_date=day,
        due_time=at,
        priority=PRIORITIES.get(text(value.get("importance")), "none"),
        list=thing.list,
        tags=tuple(map(text, categories if isinstance(categories, list) else ())),
        key=text(value.get("id")),
        here=f"{line}/{title}",
        completed_at=(_aware(completed, now) or now) if is_done else None,
        created_at=read_moment(text(value.get("createdDateTime")), now),
        updated_at=read_moment(text(value.get("lastModifiedDateTime")), now),
        repeats=repeats,
        reminders=_reminders(bell) if value.get("isReminderOn") is not False else (),
    )
    yield task
    for is_lost, part in ((due_lost, "day"), (bell_lost, "reminder")):
        if is_lost:
            yield lost(line, title, f"comes without its {part}: {is_lost}")
    if why:
        yield lost(line, title, f"comes once: {why}")
    yield from _steps(value.get("checklistItems"), task, now)


def _steps(items: Any, task: Incoming, now: datetime) -> Iterator[Entry]:
    for item in items if isinstance(items, list) else []:
        if not isinstance(item, dict):
            continue
        done = read_moment(text(item.get("checkedDateTime")), now) or task.completed_at or now
        yield Incoming(
            line=task.line,
            title=text(item.get("displayName")),
            list=task.list,
            key=f"{task.key}/{key}" if task.key and (key := text(item.get("id"))) else "",
            parent=task.key or task.here,
            completed_at=done if item.get("isChecked") is True else None,
            created_at=read_moment(text(item.get("createdDateTime")), now),
        )


def _moment(
    value: Any, now: datetime, *, day_alone: bool = False
) -> tuple[tuple[date, time | None] | None, str]:
    """``{"dateTime", "timeZone"}`` on the user's clock; or why there is none, if it was given.

    A due day is told as a midnight: in whatever zone, or else that of the user in another one.
    """
    if not isinstance(value, dict) or not text(value.get("dateTime")):
        return None, ""
    try:
        stamp = read_stamp(text(value["dateTime"]))
    except ValueError:
        return None, "there is no such time."
    if not isinstance(stamp, datetime):
        return (stamp, None), ""
    if day_alone and stamp.time() == time.min:
        return (stamp.date(), None), ""
    name = text(value.get("timeZone")) or "UTC"
    zone = stamp.tzinfo or zone_of(name)
    if zone is None:
        return None, f"there is no time zone “{name[:60]}”."
    there = stamp.replace(tzinfo=zone)
    day, at = local(there, now)
    return (day, None if day_alone else at), ""


def _aware(when: tuple[date, time | None] | None, now: datetime) -> datetime | None:
    return when and datetime.combine(when[0], when[1] or time.min, tzinfo=now.tzinfo)


def _reminders(bell: tuple[date, time | None] | None) -> tuple[dict[str, Any], ...]:
    if bell is None or bell[1] is None:
        return ()
    return ({"at": datetime.combine(bell[0], bell[1]).isoformat(timespec="minutes")},)


def _repeats(recurrence: Any) -> tuple[Repeat | None, str]:
    """The rule, or why it cannot be kept."""
    pattern = recurrence.get("pattern") if isinstance(recurrence, dict) else None
    if not isinstance(pattern, dict):
        return None, ""
    if text(pattern.get("type")) not in EVERY:
        return None, "there is no such rule here."
    kind, given = text(pattern.get("type")), recurrence.get("range")
    extent = given if isinstance(given, dict) else {}
    numbered, dated = extent.get("type") == "numbered", extent.get("type") == "endDate"
    try:
        repeat = Repeat.read(
            {
                "every": EVERY[kind],
                "interval": pattern.get("interval") or 1,
                "on": _on(kind, pattern),
                "until": text(extent.get("endDate"))[:10] if dated else None,
                "times": extent.get("numberOfOccurrences") if numbered else None,
            }
        )
    except RuleBroken as broken:
        return None, broken.sentence
    return repeat, ""


def _on(kind: str, pattern: dict[str, Any]) -> list[Any]:
    given = pattern.get("daysOfWeek")
    days = [text(day).lower() for day in given] if isinstance(given, list) else []
    if kind == "weekly":
        return [day[:3] for day in days]
    if kind == "relativeMonthly":
        return [f"{text(pattern.get('index')) or 'first'} {day}" for day in days]
    if kind == "absoluteMonthly":
        return [-1 if pattern.get("dayOfMonth") == 31 else pattern.get("dayOfMonth")]
    return []


def _notes(value: dict[str, Any]) -> str:
    body = value.get("body")
    words = text(body.get("content")) if isinstance(body, dict) else text(body)
    if isinstance(body, dict) and body.get("contentType") == "html":
        words = unescape(nh3.clean(BREAKS.sub("\n", words[:LONGEST]), tags=set())).strip()
    links = value.get("linkedResources")
    addresses = [
        text(link.get("webUrl")) or text(link.get("displayName"))
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, dict)
    ]
    return "\n".join(filter(None, [words, *addresses]))
