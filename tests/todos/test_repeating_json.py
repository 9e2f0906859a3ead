"""A rule as clients send and get it; and whatever else they may send."""

import time
from datetime import date
from typing import Any

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.todos.test_repeating import ENDS, rules
from todos.repeating import Repeat
from todos.rules import RuleBroken


def test_a_rule_is_told_whole() -> None:
    assert Repeat.read({"words": "every other thu and mon until 2027-01-31"}).as_json() == {
        "every": "week",
        "interval": 2,
        "on": ["mon", "thu"],
        "from": "due",
        "until": "2027-01-31",
        "times": None,
        "words": "every 2 weeks on Monday and Thursday, until 2027-01-31",
        "rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH;UNTIL=20270131",
    }


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ({"every": "day"}, "FREQ=DAILY"),
        ({"every": "day", "times": 5}, "FREQ=DAILY;COUNT=5"),
        ({"every": "day", "until": "0101-02-03"}, "FREQ=DAILY;UNTIL=01010203"),
        ({"every": "week", "on": None, "interval": None, "from": None}, "FREQ=WEEKLY"),
        ({"every": "week", "on": ["sun", "mon"]}, "FREQ=WEEKLY;BYDAY=MO,SU"),
        ({"every": "month", "on": [-1, 15, 1]}, "FREQ=MONTHLY;BYMONTHDAY=1,15,-1"),
        ({"every": "month", "on": ["last friday", "first monday"]}, "FREQ=MONTHLY;BYDAY=1MO,-1FR"),
        ({"every": "year", "interval": 2}, "FREQ=YEARLY;INTERVAL=2"),
        ({"every": "year", "on": ["march 5"]}, "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=5"),
    ],
)
def test_a_rule_as_rfc_5545_has_it(data: dict[str, Any], rule: str) -> None:
    assert Repeat.read(data).rule == rule


@settings(max_examples=200, deadline=None)
@given(rules(st.sampled_from(["due", "done"]), ENDS))
def test_what_is_told_can_be_sent_back(rule: Repeat) -> None:
    assert Repeat.read(rule.as_json()) == rule
    assert rrulestr(rule.rule)


HUGE = 10**5000
BROKEN: list[tuple[object, str]] = [
    *((data, 'or has "every"') for data in (None, [], "every day", 7, {"every": "day", "at": 1})),
    *((data, '"words" alone') for data in ({}, {"interval": 2}, {"rule": "FREQ=DAILY"})),
    ({"words": "every day", "until": "2027-01-31"}, '"words" alone'),
    *(({"words": words}, "Say how it repeats") for words in (None, 5, [], {}, "x" * 10**7)),
    *(({"every": every}, "day, week, month, year") for every in ("hour", "DAY", 1, [], {}, True)),
    *(
        ({"every": "day", "interval": number}, "from 1 to 999")
        for number in (0, -1, 1000, HUGE, 2.0, float("nan"), "2", True, [], {})
    ),
    *(
        ({"every": "day", "times": times}, "from 1 to 999")
        for times in (0, -1, 1000, HUGE, 1.5, "5", False, [])
    ),
    *(({"every": "day", "from": start}, "due, done") for start in ("start", 1, [], {}, True)),
    *(
        ({"every": "day", "until": until}, "a day that there is")
        for until in (
            "",
            "2027-02-30",
            "2027-1-1",
            "20270101",
            "2027-01-01T00:00",
            20270101,
            HUGE,
            [],
        )
    ),
    ({"every": "day", "until": "٢٠٢٧-٠١-٠١"}, "a day that there is"),
    ({"every": "day", "until": "2027-01-01", "times": 2}, "not by both"),
    *(({"every": "day", "on": on}, "rule of days") for on in (["mon"], [1], "mon", {}, 1, [None])),
    *(
        ({"every": "week", "on": on}, "mon, tue, wed, thu, fri, sat, sun, each once")
        for on in (["mon", "mon"], ["monday"], ["MON"], [1], ["mon", 1], [[]], [{}], [None], "mon")
    ),
    ({"every": "week", "on": ["mon"] * 10**6}, "each once"),
    *(
        ({"every": "month", "on": on}, 'like "first monday"')
        for on in (
            ["mon"],
            [0],
            [-2],
            [32],
            [HUGE],
            [True],
            [1.0],
            [1, 1],
            [1, "first monday"],
            ["1"],
        )
    ),
    ({"every": "month", "on": ["first monday", "first monday"]}, "each once"),
    *(({"every": "month", "on": [day]}, f"a {day}") for day in (29, 30, 31)),
    ({"every": "month", "on": ["fifth monday"]}, "the last Monday"),
    *(
        ({"every": "year", "on": on}, 'like "march 5"')
        for on in (
            ["march 5", "june 5"],
            ["march"],
            ["March 5"],
            ["march 05"],
            ["march 32"],
            [5],
            [[]],
        )
    ),
    *(({"every": "year", "on": [on]}, 'like "march 5"') for on in ("march  5", "march 5 " * 10**6)),
    ({"every": "year", "on": ["february 29"]}, "February 28 or March 1"),
    ({"every": "year", "on": ["april 31"]}, "April 28"),
]


@pytest.mark.parametrize(("data", "said"), BROKEN, ids=range(len(BROKEN)))
def test_what_cannot_be_kept_names_the_right_form(data: object, said: str) -> None:
    with pytest.raises(RuleBroken) as broken:
        Repeat.read(data)
    assert (broken.value.field, broken.value.code) == ("repeats", "invalid")
    assert said in broken.value.sentence


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
NAMES = st.sampled_from(["every", "interval", "on", "from", "until", "times", "words", "rule", "x"])
VALUES = SCALARS | st.sampled_from(["day", "week", "month", "year", "mon", "done", "2027-01-31"])


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(NAMES, VALUES | st.lists(VALUES) | st.dictionaries(NAMES, VALUES)))
def test_any_json_is_a_rule_or_is_told_why_not(data: dict[str, Any]) -> None:
    try:
        rule = Repeat.read(data)
    except RuleBroken:
        return
    assert Repeat.read(rule.as_json()) == rule


@pytest.mark.parametrize(
    ("words", "due", "refused"),
    [
        ("every month", "2026-01-28", False),
        ("every month", "2026-01-29", True),
        ("every 3 months", "2026-01-31", True),
        ("every month on the last day", "2026-01-31", False),
        ("every week", "2026-01-31", False),
        ("every year", "2026-01-31", False),
        ("every year", "2028-02-29", True),
        ("1 month after it is done", "2026-01-31", False),
    ],
)
def test_a_due_day_that_some_months_lack_is_refused(words: str, due: str, refused: bool) -> None:
    rule = Repeat.read({"words": words})
    if not refused:
        rule.check_due(date.fromisoformat(due))
        return
    with pytest.raises(RuleBroken, match=r"Not every (month|year) has a"):
        rule.check_due(date.fromisoformat(due))


@pytest.mark.parametrize("interval", [1, 7, 12, 100, 999])
@pytest.mark.parametrize("every", ["day", "week", "month", "year"])
def test_no_next_day_costs_more_than_five_milliseconds(every: str, interval: int) -> None:
    rule = Repeat.read({"every": every, "interval": interval})
    for due in (date.min, date(4, 2, 29), date(2028, 1, 31), date(9996, 2, 29)):
        begin = time.process_time()
        rule.next_day(due)
        rule.next_day(due, done_on=date.max)
        rule.next_day(due, done_on=max(due, date(2026, 11, 29)))
        assert time.process_time() - begin < 0.005
