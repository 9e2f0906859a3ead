"""The next day of a rule on the clocks of twelve zones, at every change of theirs for ten years.

What is expected is ``rrule`` of python-dateutil on naive local days; the zone comes on last.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from time_machine import TimeMachineFixture

from accounts.models import User
from todos.models import Task
from todos.repeating import Repeat

ZONES = [
    *("Europe/Berlin", "Europe/London", "America/New_York", "America/Los_Angeles"),
    *("America/St_Johns", "America/Havana", "America/Santiago", "Africa/Cairo", "Asia/Beirut"),
    *("Australia/Sydney", "Australia/Lord_Howe", "Pacific/Auckland"),
]
RULES = [
    Repeat.read({"words": words})
    for words in (
        *("every day", "every 3 days", "every weekday", "every Sunday", "every 2 weeks on Sunday"),
        *(
            "every month on the last Sunday",
            "every month on the last day",
            "every month on the 1st",
        ),
        *("every year on March 29", "3 days after it is done"),
    )
]
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2034, 12, 31, tzinfo=UTC)


def changes(zone: ZoneInfo) -> list[datetime]:
    """The moments at which the clocks of a zone are put on or back."""
    hours = ((FIRST + timedelta(hours=hour)) for hour in range(0, 24 * 365 * 11, 24))
    days = [
        (day, later)
        for day, later in pairwise(hours)
        if day.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset()
    ]
    return [_moment(day, later, zone) for day, later in days]


def _moment(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    while after - before > timedelta(minutes=30):
        middle = before + (after - before) / 2
        same = middle.astimezone(zone).utcoffset() == before.astimezone(zone).utcoffset()
        before, after = (middle, after) if same else (before, middle)
    return after


def expected(repeat: Repeat, due: date, today: date) -> date | None:
    if repeat.start == "done":
        return today + timedelta(days=repeat.interval)
    begin, after = datetime.combine(due, time()), datetime.combine(max(due, today), time())
    following = rrulestr(repeat.rule, dtstart=begin).after(after)
    return following and following.date()


@pytest.mark.parametrize("name", ZONES)
def test_the_next_day_is_right_at_every_change_of_the_clocks(
    name: str, time_machine: TimeMachineFixture
) -> None:
    zone = ZoneInfo(name)
    user = User(time_zone=name)
    found = changes(zone)
    assert len(found) >= 20

    for change in found:
        for moment in (change - timedelta(minutes=31), change + timedelta(minutes=1)):
            time_machine.move_to(moment, tick=False)
            today = moment.astimezone(zone).date()
            for repeat in RULES:
                due = repeat.first_day(today - timedelta(days=2))
                assert due
                task = Task(user=user, repeats=repeat.as_json(), due_date=due, rule_day=due)
                assert task._next_day() == expected(repeat, due, today), (moment, repeat.words)


GAP_AND_FOLD = [
    ("Europe/Berlin", date(2026, 3, 28), time(2, 30)),  # 02:30 of the 29th is no time
    ("Europe/Berlin", date(2026, 10, 24), time(2, 30)),  # and of October 25th there are two
    ("America/New_York", date(2026, 3, 7), time(2, 30)),
    ("America/New_York", date(2026, 10, 31), time(1, 30)),
]


@pytest.mark.parametrize(("name", "due", "at"), GAP_AND_FOLD)
def test_a_time_that_is_not_there_or_twice_moves_no_day(
    name: str, due: date, at: time, time_machine: TimeMachineFixture
) -> None:
    """It stays on the wall as it was said: the day after, it is the same time again."""
    user = User(time_zone=name)
    time_machine.move_to(datetime.combine(due, time(12), tzinfo=ZoneInfo(name)), tick=False)
    task = Task(user=user, repeats={"every": "day"}, due_date=due, due_time=at, rule_day=due)

    assert task._next_day() == due + timedelta(days=1)

    following = Task(user=user, due_date=due + timedelta(days=1), due_time=at)
    before, after = (
        datetime.combine(due + timedelta(days=1), clock) for clock in (time(0, 59), time(3, 1))
    )
    assert (following.is_overdue(before), following.is_overdue(after)) == (False, True)


@pytest.mark.parametrize(
    ("name", "today"),
    [("Pacific/Auckland", date(2026, 11, 24)), ("Pacific/Honolulu", date(2026, 11, 23))],
)
def test_a_zone_that_was_changed_between_decides_the_day(
    name: str, today: date, time_machine: TimeMachineFixture
) -> None:
    """Whoever has flown away since completes it on the day that it is there."""
    time_machine.move_to(datetime(2026, 11, 23, 12, 30, tzinfo=UTC), tick=False)
    repeat, due = {"every": "day"}, date(2026, 11, 20)
    task = Task(user=User(time_zone=name), repeats=repeat, due_date=due, rule_day=due)

    assert task._next_day() == today + timedelta(days=1)
