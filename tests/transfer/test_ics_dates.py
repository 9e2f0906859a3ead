"""Read back by libraries of others, a calendar has the same days and times as the tasks have."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import recurring_ical_events
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from accounts.models import User
from todos.models import Task
from todos.repeating import Repeat
from todos.repeating.on import DAYS, MONTHS, NTH_WEEKDAYS, SHORT
from todos.rules import RuleBroken
from transfer.formats import ics

pytestmark = pytest.mark.only_on("sqlite")  # it needs no database

SHOWN = {"day": 200, "week": 300, "month": 600, "year": 2000}
"""So many days are looked at."""
DAY = timedelta(days=1)
ZONES = [
    *("Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe"),
    *("Africa/Casablanca", "Asia/Kolkata", "UTC", "Europe/Dublin", "America/Nuuk"),
]


@st.composite
def repeats(draw: Any) -> Repeat:
    every = draw(st.sampled_from(["day", "week", "month", "year"]))
    on = {
        "day": st.just([]),
        "week": st.lists(st.sampled_from(SHORT), unique=True),
        "month": st.lists(st.sampled_from(DAYS), unique=True, max_size=3)
        | st.lists(st.sampled_from(NTH_WEEKDAYS), unique=True, max_size=3),
        "year": st.builds(
            lambda month, day: [f"{month} {day}"], st.sampled_from(MONTHS), st.integers(1, 28)
        )
        | st.just([]),
    }[every]
    end = draw(
        st.just({})
        | st.builds(lambda n: {"times": n}, st.integers(1, 12))
        | st.builds(lambda n: {"until": str(date(2026, 1, 1) + timedelta(n))}, st.integers(0, 700))
    )
    fields = {"every": every, "interval": draw(st.integers(1, 4)), "on": draw(on), **end}
    return Repeat.read(fields)


def days_of(task: Task) -> Iterator[date]:
    """As they will follow each other, each done on its day."""
    day, rule_day, place = task.due_date, task.rule_day, task.place
    end = day + timedelta(days=SHOWN[task.repeat.every])
    while day and rule_day and day <= end:
        yield day
        if place == task.last_place:
            return
        rule_day = day = task.repeat.next_day(rule_day, done_on=max(day, rule_day))
        place += 1


def shown(task: Task, user: User, *, events: bool) -> list[Any]:
    calendar = Calendar.from_ical(b"".join(ics.write([task], user, events=events)))
    of_kind = recurring_ical_events.of(calendar, components=["VEVENT" if events else "VTODO"])
    around = timedelta(days=SHOWN[task.repeat.every])
    found = of_kind.between(task.due_date - timedelta(days=100), task.due_date + around + DAY)
    starts = [part["DTSTART"].dt if "DTSTART" in part else part["DUE"].dt for part in found]
    return sorted(start for start in starts if _day(start) <= task.due_date + around)


def _day(start: date | datetime) -> date:
    return start.date() if isinstance(start, datetime) else start


@example(  # the day before is five weeks away
    repeat=Repeat.read({"words": "every month on the first friday, 10 times"}),
    first=date(2027, 4, 24),
    moved=11,
    at=None,
    minutes=None,
    zone="UTC",
    done=2,
    events=True,
)
@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(
    repeat=repeats(),
    first=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    moved=st.just(0) | st.integers(-10, 40),
    at=st.none() | st.sampled_from([time(0), time(2, 30), time(9), time(23, 59)]),
    minutes=st.none() | st.integers(1, 1440),
    zone=st.sampled_from(ZONES),
    done=st.integers(0, 3),
    events=st.booleans(),
)
def test_the_same_days_come_out(
    repeat: Repeat,
    first: date,
    moved: int,
    at: time | None,
    minutes: int | None,
    zone: str,
    done: int,
    events: bool,
) -> None:
    try:
        repeat.check_due(first)
    except RuleBroken:
        first = first.replace(day=28)
    task = Task(title="x", rule_day=first, due_date=first + timedelta(days=moved), due_time=at)
    task.repeats, task.duration_minutes, task.place = repeat.as_json(), minutes, done
    task.last_place = repeat.times and done + repeat.times - 1
    user = User(pk=1, time_zone=zone)

    expected = list(days_of(task))

    if at is None:
        assert shown(task, user, events=events) == expected
        return
    moments = [datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC) for day in expected]
    assert [moment.astimezone(UTC) for moment in shown(task, user, events=events)] == moments


def test_a_rule_of_centuries_is_found_at_once() -> None:
    """Where there are no years before it to count from."""
    task = Task(title="x", rule_day=date(500, 5, 5), due_date=date(502, 5, 5))
    task.repeats = Repeat.read({"words": "every 999 years"}).as_json()

    text = b"".join(ics.write([task], User(pk=1, time_zone="America/New_York")))

    assert text.count(b"BEGIN:VTODO") == 2
