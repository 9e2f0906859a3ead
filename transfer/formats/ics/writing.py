"""Tasks as iCalendar (RFC 5545), one after the other: of however many, one is in memory."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from icalendar import Alarm, Calendar, Event, Todo, vDuration, vText

from accounts.models import User
from todos.models import Task
from todos.reminding import Clock, Reminding, Spec
from transfer.formats.ics.recurring import Coming, as_rrule, coming
from transfer.formats.ics.zones import zone_as_ical

PRODID = "-//Todo Chat//Todo Chat//EN"
LIST = "X-TODO-CHAT-LIST"
REPEATS = "X-TODO-CHAT-REPEATS"
ESTIMATED = "ESTIMATED-DURATION"
"""Of a task without a time: there DURATION may be of whole days alone."""
PRIORITIES = {"high": 1, "medium": 5, "low": 9}
CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
SPECIAL = re.compile(r"[\\;,]")


class Text(vText):
    """The library's own takes a backslash before a capital N for the end of a line."""

    def to_ical(self) -> bytes:
        text = re.sub("\r\n?", "\n", str(self))
        text = SPECIAL.sub(r"\\\g<0>", CONTROLS.sub("", text))
        return text.replace("\n", "\\n").encode()


class Texts:
    """Several of them in one line."""

    def __init__(self, texts: Iterable[str]) -> None:
        self.params: Any = Text("").params
        self._texts = [Text(text) for text in texts]

    def to_ical(self) -> bytes:
        return b",".join(text.to_ical() for text in self._texts)


def write(
    tasks: Iterable[Task],
    user: User,
    *,
    events: bool = False,
    name: str = "",
) -> Iterator[bytes]:
    """A calendar of to-dos or, with ``events``, of events on the days when tasks are due.

    ``name`` is shown by calendars.
    """
    clock = Clock.of(user)
    text = _head(user.zone, name)
    for task in tasks:
        for part in _Written(task, clock, Event if events else Todo).parts():
            text += part.to_ical()
        yield text  # and so nothing before tasks have been read
        text = b""
    yield text + b"END:VCALENDAR\r\n"


def _head(zone: ZoneInfo, name: str) -> bytes:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODID)
    calendar.add("calscale", "GREGORIAN")
    if name:
        calendar.add("method", "PUBLISH")
        calendar.add("x-wr-calname", Text(name), encode=False)
        calendar.add("x-wr-timezone", zone.key)
        calendar.add("refresh-interval", timedelta(minutes=15), {"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT15M")
    head: bytes = calendar.to_ical().removesuffix(b"END:VCALENDAR\r\n")
    return head if _is_utc(zone) else head + zone_as_ical(zone.key, timezone.now().year)


def _is_utc(zone: ZoneInfo) -> bool:
    return zone.key == "UTC"


class _Written:
    """One task."""

    def __init__(self, task: Task, clock: Clock, kind: type[Todo] | type[Event]) -> None:
        self.task, self.clock, self.zone, self.kind = task, clock, clock.zone, kind

    def parts(self) -> Iterator[Todo | Event]:
        """Where it was moved off its rule that is said by a second part, of the day it is on."""
        due, following = self.task.due_date, coming(self.task)
        if following is None or due is None:
            yield self._part(due)
            return
        whole = self._part(following.start)
        whole.add("rrule", as_rrule(following, self._until(following)))
        yield whole
        if following.start != due:
            moved = self._part(due)
            moved.add("recurrence-id", self._moment(following.start))
            yield moved

    def _part(self, day: date | None) -> Todo | Event:
        task, part = self.task, self.kind()
        part.add("uid", str(task.pk))
        part.add("dtstamp", task.updated_at)
        part.add("created", task.created_at)
        part.add("last-modified", task.updated_at)
        part.add("sequence", task.version - 1)
        self._add_words(part)
        if task.priority in PRIORITIES:
            part.add("priority", PRIORITIES[task.priority])
        if task.parent_id:
            part.add("related-to", str(task.parent_id), {"RELTYPE": "PARENT"})
        if day is not None:
            self._add_day(part, day)
        if isinstance(part, Todo):
            self._add_status(part)
        if not task.completed:
            for spec in task.reminders:
                if alarm := self._alarm(spec, part):
                    part.add_component(alarm)
        return part

    def _add_words(self, part: Todo | Event) -> None:
        task = self.task
        done = "✓ " if task.completed and isinstance(part, Event) else ""
        part.add("summary", Text(done + task.title), encode=False)
        if task.notes:
            part.add("description", Text(task.notes), encode=False)
        place = [task.list.name] if task.list else []
        if place or task.tags:
            part.add("categories", Texts([*place, *task.tags]), encode=False)
        if place:
            part.add(LIST, Text(place[0]), encode=False)
        if task.repeat and task.repeat.start == "done" and not task.completed:
            part.add(REPEATS, Text(task.repeat.words), encode=False)

    def _add_day(self, part: Todo | Event, day: date) -> None:
        task, moment = self.task, self._moment(day)
        is_todo, minutes = isinstance(part, Todo), task.duration_minutes
        takes_time = bool(minutes and task.due_time)
        if takes_time or task.repeats or not is_todo:
            part.add("dtstart", moment)
        if is_todo and not takes_time:
            part.add("due", moment)
        if takes_time:
            part.add("duration", timedelta(minutes=minutes or 0))
        elif minutes and is_todo:
            part.add(ESTIMATED, vDuration(timedelta(minutes=minutes)), encode=False)
        if not is_todo:
            part.add("transp", "OPAQUE" if takes_time else "TRANSPARENT")

    def _add_status(self, part: Todo) -> None:
        part.add("status", "COMPLETED" if self.task.completed else "NEEDS-ACTION")
        if self.task.completed_at:
            part.add("completed", self.task.completed_at)
            part.add("percent-complete", 100)

    def _alarm(self, spec: Spec, part: Todo | Event) -> Alarm | None:
        """Counted from when it is due, so that each of a series has its own; or else a moment."""
        task, alarm = self.task, Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", Text(task.title), encode=False)
        if task.due_date and ("before_minutes" in spec or (task.repeats and "at" not in spec)):
            related = "START" if "DTSTART" in part else "END"
            alarm.add("trigger", self._before(spec), {"RELATED": related})
            return alarm
        moment = Reminding.of(spec).moment(task.due_date, task.due_time, self.clock)
        if moment is None:
            return None
        alarm.add("trigger", moment, {"VALUE": "DATE-TIME"})
        return alarm

    def _before(self, spec: Spec) -> timedelta:
        """From the time, or else the beginning of the day, that the task is due."""
        if "before_minutes" in spec:
            morning = timedelta() if self.task.due_time else _since_midnight(self.clock.morning)
            return morning - timedelta(minutes=spec["before_minutes"])
        at = _since_midnight(time.fromisoformat(spec["time"]))
        due = _since_midnight(self.task.due_time or time())
        return at - due - timedelta(days=spec["days_before"])

    def _moment(self, day: date) -> date | datetime:
        """As the calendar has it: the day alone, or with its time in the user's zone."""
        if self.task.due_time is None:
            return day
        zone = UTC if _is_utc(self.zone) else self.zone
        return datetime.combine(day, self.task.due_time, zone)

    def _until(self, following: Coming) -> date | datetime | None:
        until = following.rule.until
        if until is None or self.task.due_time is None:
            return until
        return self._utc(datetime.combine(until, self.task.due_time))

    def _utc(self, wall: datetime) -> datetime:
        try:
            return wall.replace(tzinfo=self.zone).astimezone(UTC)
        except OverflowError:  # the last day of all
            return datetime.max.replace(microsecond=0, tzinfo=UTC)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute)
