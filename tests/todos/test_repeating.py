"""The days of a rule, held against another reading of RFC 5545."""

import sys
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from todos.repeating import Repeat
from todos.repeating.on import DAYS, MONTHS, NTH_WEEKDAYS, SHORT

DAYS_IN_USE = st.dates(date(1990, 1, 1), date(2110, 12, 31))
ON = {
    "day": st.just([]),
    "week": st.lists(st.sampled_from(SHORT), unique=True),
    "month": st.lists(st.sampled_from(DAYS), unique=True)
    | st.lists(st.sampled_from(NTH_WEEKDAYS), unique=True),
    "year": st.just([])
    | st.tuples(st.sampled_from(MONTHS), st.integers(1, 28)).map(lambda on: [f"{on[0]} {on[1]}"]),
}
ENDS = st.one_of(
    st.just({}),
    st.builds(lambda day: {"until": day.isoformat()}, DAYS_IN_USE),
    st.builds(lambda times: {"times": times}, st.integers(1, 999)),
)


@st.composite
def rules(draw: st.DrawFn, start: st.SearchStrategy[str], ends: Any = ENDS) -> Repeat:
    every = draw(st.sampled_from([*ON]))
    interval = draw(st.integers(1, 4) | st.integers(1, 999))
    rule = {"every": every, "interval": interval, "on": draw(ON[every]), "from": draw(start)}
    return Repeat.read({**rule, **draw(ends)})


@settings(max_examples=100, deadline=None)
@given(rules(st.just("due"), st.just({})), DAYS_IN_USE)
def test_two_hundred_days_are_those_of_dateutil(rule: Repeat, due: date) -> None:
    begin = datetime.combine(due, datetime.min.time())
    expected = [day.date() for day in islice(rrulestr(rule.rule, dtstart=begin), 201)]
    expected = [day for day in expected if day > due][:200]

    days = []
    day = rule.next_day(due)
    while day and len(days) < len(expected):
        days.append(day)
        day = rule.next_day(day)

    assert days == expected


@settings(max_examples=100, deadline=None)
@given(rules(st.just("due"), st.just({})), DAYS_IN_USE, st.integers(0, 5000))
def test_what_is_overdue_comes_once_on_a_day_of_its_rule(
    rule: Repeat, due: date, late: int
) -> None:
    done_on = due + timedelta(days=late)
    begin = datetime.combine(due, datetime.min.time())
    until = rrulestr(rule.rule, dtstart=begin).after(datetime.combine(done_on, datetime.min.time()))

    assert rule.next_day(due, done_on=done_on) == (until and until.date())


@pytest.mark.parametrize(
    ("words", "due", "expected"),
    [
        ("every weekday", "2026-11-28", "2026-11-30"),  # a Saturday
        ("every weekday", "2026-11-27", "2026-11-30"),
        ("every 2 weeks on Monday and Thursday", "2026-11-26", "2026-12-07"),
        ("every month on the first Monday", "2026-06-01", "2026-07-06"),
        ("every month on the first Monday", "2027-01-04", "2027-02-01"),
        ("every month on the last day", "2027-01-31", "2027-02-28"),
        ("every month on the last day", "2028-01-31", "2028-02-29"),
        ("every month on the last Friday", "2026-12-25", "2027-01-29"),
        ("every day", "2026-12-31", "2027-01-01"),
        ("every day", "2028-02-28", "2028-02-29"),
        ("every year", "2028-02-29", "2032-02-29"),
        ("every year", "2096-02-29", "2104-02-29"),
        ("every year on March 5", "2026-11-28", "2027-03-05"),
        ("every 2 years on March 5", "2026-01-10", "2026-03-05"),
        ("every month", "2026-01-15", "2026-02-15"),
        ("every day until 2026-12-24", "2026-12-23", "2026-12-24"),
        ("every day until 2026-12-24", "2026-12-24", None),
        ("every day", "9999-12-31", None),
        ("every 2 weeks", "9999-12-20", None),
        ("every month on the last day", "9999-12-31", None),
        ("every 999 years", "9001-01-01", None),
    ],
)
def test_the_day_after_a_day(words: str, due: str, expected: str | None) -> None:
    day = Repeat.read({"words": words}).next_day(date.fromisoformat(due))
    assert (day and day.isoformat()) == expected


def test_from_the_day_it_is_done_only_that_day_counts() -> None:
    rule = Repeat.read({"words": "3 days after it is done"})
    assert rule.next_day(date(2026, 11, 1), done_on=date(2026, 11, 28)) == date(2026, 12, 1)
    assert rule.next_day(date(2026, 11, 28), done_on=date(2026, 11, 1)) == date(2026, 11, 4)
    assert rule.next_day(date(2026, 11, 28)) == date(2026, 12, 1)  # skipped, never done
    monday = Repeat.read({"every": "week", "on": ["mon"], "from": "done"})
    assert monday.next_day(date(2026, 11, 30), done_on=date(2026, 11, 25)) == date(2026, 11, 30)


def test_what_is_done_early_does_not_come_again_on_its_due_day() -> None:
    rule = Repeat.read({"words": "every Monday"})
    assert rule.next_day(date(2026, 11, 30), done_on=date(2026, 11, 25)) == date(2026, 12, 7)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["month", "year"]), st.integers(1, 999), DAYS_IN_USE)
def test_months_after_it_is_done_end_with_a_shorter_month(
    every: str, interval: int, done_on: date
) -> None:
    rule = Repeat.read({"every": every, "interval": interval, "from": "done"})
    expected = done_on + relativedelta(**{f"{every}s": interval})
    assert rule.next_day(date(2026, 1, 1), done_on=done_on) == expected


def test_the_length_after_it_is_done_ends_with_the_calendar() -> None:
    rule = Repeat.read({"words": "999 years after it is done"})
    assert rule.next_day(date(9990, 1, 1)) is None


@pytest.mark.parametrize(
    ("words", "since", "expected"),
    [
        ("every day", "2026-11-29", "2026-11-29"),
        ("every Monday", "2026-11-30", "2026-11-30"),
        ("every weekday", "2026-11-28", "2026-11-30"),
        ("every 2 weeks on Monday", "2026-11-25", "2026-11-30"),
        ("every 3 months on the 1st", "2026-11-29", "2026-12-01"),
        ("every year on March 5", "2026-11-29", "2027-03-05"),
        ("every Monday until 2026-11-29", "2026-11-28", None),
        ("every month", "2026-11-28", "2026-11-28"),
        ("every month", "2026-11-29", "2026-12-01"),
        ("every 2 months", "2026-12-31", "2027-01-01"),
        ("every year", "2026-12-31", "2026-12-31"),
        ("every year", "2028-02-29", "2028-03-01"),
        ("1 month after it is done", "2026-12-31", "2026-12-31"),
        ("every month", "9999-12-31", None),
    ],
)
def test_the_first_day_of_a_task_that_was_given_none(
    words: str, since: str, expected: str | None
) -> None:
    rule = Repeat.read({"words": words})
    day = rule.first_day(date.fromisoformat(since))
    assert (day and day.isoformat()) == expected
    if day:
        rule.check_due(day)


def test_the_first_days_there_are_have_days_after_them() -> None:
    for words in ("every day", "every Monday", "every month on the last Friday", "every March 5"):
        rule = Repeat.read({"words": words})
        assert rule.first_day(date.min)
        assert rule.next_day(date.min)


@pytest.mark.parametrize(
    ("words", "counted_from", "since", "expected"),
    [
        ("every Monday", "2026-11-23", "2027-05-01", "2027-05-03"),
        ("every 2 weeks on Monday", "2026-11-23", "2027-05-01", "2027-05-10"),
        ("every 2 weeks on Monday", "2027-05-10", "2026-11-21", "2026-11-23"),
        ("every 3 days", "2026-11-23", "2026-11-24", "2026-11-26"),
        ("every 3 days", "2026-11-26", "2026-11-21", "2026-11-23"),
        ("every month", "2026-11-15", "2027-05-01", "2027-05-15"),
        ("every month", "2027-05-15", "2026-11-21", "2026-12-15"),
        ("every month on the last day", "2027-05-31", "2026-11-21", "2026-11-30"),
        ("every 2 months on the 1st", "2027-05-01", "2026-11-21", "2027-01-01"),
        ("every year", "2027-03-05", "2026-11-21", "2027-03-05"),
        ("every 2 years on March 5", "2029-03-05", "2026-11-21", "2027-03-05"),
        ("3 days after it is done", "2026-11-23", "2027-05-01", "2027-05-01"),
        ("every day, until 2027-01-31", "2026-11-23", "2027-05-01", None),
    ],
)
def test_the_first_day_from_a_day_on_keeps_the_rhythm(
    words: str, counted_from: str, since: str, expected: str | None
) -> None:
    begin, first = date.fromisoformat(counted_from), date.fromisoformat(since)

    day = Repeat.read({"words": words}).day_from(first, counted_from=begin)

    assert (day and day.isoformat()) == expected


@settings(max_examples=100, deadline=None)
@given(rules(st.just("due"), st.just({})), DAYS_IN_USE, st.integers(0, 4000))
def test_whoever_rests_and_goes_on_is_in_the_same_rhythm(
    rule: Repeat, since: date, rest: int
) -> None:
    due = rule.first_day(since)
    assert due
    later = rule.day_from(due + timedelta(days=rest), counted_from=due)

    assert later
    assert rule.day_from(due, counted_from=later) == due


def test_no_day_costs_more_the_longer_ago_it_began() -> None:
    """Counted in calls: a rule of 1990 takes as many as one of today, and few."""
    lines = Path(__file__).with_name("repeating_words.txt").read_text().splitlines()
    for words in (line.partition(": ")[0] for line in lines):
        repeat = Repeat.read({"words": words})
        long_ago, today = repeat.first_day(date(1990, 1, 1)), repeat.first_day(date(2026, 11, 1))
        assert long_ago
        assert today

        assert _calls(repeat, long_ago) <= 2 * _calls(repeat, today) + 10 <= 400, words


def _calls(repeat: Repeat, due: date) -> int:
    calls = 0

    def count(*_: object) -> None:
        nonlocal calls
        calls += 1

    sys.setprofile(count)
    try:
        repeat.next_day(due, done_on=date(2026, 12, 1))
    finally:
        sys.setprofile(None)
    return calls
