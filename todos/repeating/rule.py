"""The rule by which a task repeats, as clients read and write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal, cast, get_args

from dateutil.relativedelta import relativedelta

from todos.repeating import days, grammar
from todos.repeating.on import (
    On,
    broken,
    by_days,
    check,
    check_in_every_month,
    check_in_every_year,
)
from todos.repeating.words import Fields, tell
from todos.rules import RuleBroken

Every = Literal["day", "week", "month", "year"]
Start = Literal["due", "done"]
MOST = 999  # of intervals and times
FIELDS = {"every", "interval", "on", "from", "until", "times"}
SECOND = date.min + timedelta(days=1)
SHORTEST = {"day": 1, "week": 7, "month": 28, "year": 365}
"""How many days each is at least."""
READ_ONLY = {"words", "rule"}


@dataclass(frozen=True, kw_only=True)
class Repeat:
    """Every so many days, weeks, months or years, on days of them or as the due day has it."""

    every: Every
    interval: int = 1
    on: On = ()
    start: Start = "due"
    until: date | None = None
    times: int | None = None

    @classmethod
    def read(cls, data: object) -> Repeat:
        """From the JSON of the API, or ``{"words": …}``. Raises RuleBroken, and nothing else."""
        if not isinstance(data, dict) or not data.keys() <= FIELDS | READ_ONLY:
            raise broken(
                'A rule is {"words": "every 2 weeks on Monday"}, or has "every" and may have '
                '"interval", "on", "from", "until" and "times".'
            )
        if data.get("every") is None:
            return cls.read(_fields_of_words(data))
        every = _one_of("every", data["every"], get_args(Every))
        start = _one_of("from", _given(data, "from", "due"), get_args(Start))
        until, times = data.get("until"), data.get("times")
        if until is not None and times is not None:
            raise broken('A rule ends by "until" or by "times", not by both.')
        return cls(
            every=cast(Every, every),
            interval=_count("interval", _given(data, "interval", 1)),
            on=check(every, _given(data, "on", [])),
            start=cast(Start, start),
            until=None if until is None else _day(until),
            times=None if times is None else _count("times", times),
        )

    def as_json(self) -> dict[str, Any]:
        """All fields, and its words and its rule, as the API tells them."""
        return {**self._fields(), "words": self.words, "rule": self.rule}

    @property
    def words(self) -> str:
        """In English, the same for the same rule; :meth:`read` takes them back."""
        return tell(self._fields())

    @property
    def rule(self) -> str:
        """As RFC 5545 has it, which knows nothing of the day a task is done."""
        parts = [f"FREQ={'DAILY' if self.every == 'day' else f'{self.every}ly'.upper()}"]
        if self.interval > 1:
            parts.append(f"INTERVAL={self.interval}")
        parts += by_days(self.every, self.on)
        if self.until:
            parts.append(f"UNTIL={self.until.isoformat().replace('-', '')}")
        if self.times:
            parts.append(f"COUNT={self.times}")
        return ";".join(parts)

    def next_day(self, due: date, *, done_on: date | None = None) -> date | None:
        """The day of the next task; None where the rule has ended. It is after ``due`` and after
        the day it was done, so that what is overdue comes once; a rule from "done" counts from that
        day alone. ``times`` are counted by whoever keeps the rows."""
        begin = done_on if done_on and self.start == "done" else due
        after = max(begin, done_on or begin)
        if self.start == "done" and not self.on and self.every in ("month", "year"):
            day = _later(begin, **{f"{self.every}s": self.interval})
        else:
            day = days.first_after(self.every, self.interval, self.on, begin=begin, after=after)
        return self._before_end(day)

    def day_from(self, since: date, *, counted_from: date) -> date | None:
        """The first day of the rule that is not before ``since``, in the same rhythm as
        ``counted_from``, a day of the rule that may be later; None where the rule has ended."""
        if self.start == "done":
            return self.first_day(since)
        rounds = max(0, (counted_from - since).days) // (SHORTEST[self.every] * self.interval) + 1
        begin = _later(counted_from, **{f"{self.every}s": -rounds * self.interval}) or since
        eve = max(since, SECOND) - timedelta(days=1)
        day = days.first_after(self.every, self.interval, self.on, begin=begin, after=eve)
        return self._before_end(day)

    def first_day(self, since: date) -> date | None:
        """The due day, ``since`` or later, of a first task that was given none. :meth:`check_due`
        takes it; None where the rule has ended."""
        if self.on:
            eve = max(since, SECOND) - timedelta(days=1)
            day = days.first_after(self.every, 1, self.on, begin=eve, after=eve)
        else:
            day = self._day_that_comes_again(since)
        return self._before_end(day)

    def check_due(self, due: date) -> None:
        """Raises RuleBroken where the day of ``due`` is to come again, and some months lack it."""
        if self.start == "done" or self.on:
            return
        if self.every == "month":
            check_in_every_month(due.day)
        if self.every == "year":
            check_in_every_year(due.month, due.day)

    def _day_that_comes_again(self, since: date) -> date | None:
        try:
            self.check_due(since)
        except RuleBroken:
            return _later(since, months=1, day=1)
        return since

    def _before_end(self, day: date | None) -> date | None:
        return day if day and (self.until is None or day <= self.until) else None

    def _fields(self) -> Fields:
        return {
            "every": self.every,
            "interval": self.interval,
            "on": list(self.on),
            "from": self.start,
            "until": self.until.isoformat() if self.until else None,
            "times": self.times,
        }


def _later(begin: date, **by: int) -> date | None:
    """A month after January 31 is the last day of February; None beyond the year 9999."""
    try:
        return begin + relativedelta(**by)  # type: ignore[arg-type]
    except (ValueError, OverflowError):
        return None


def _fields_of_words(data: dict[Any, Any]) -> dict[str, Any]:
    if data.keys() & FIELDS or "words" not in data:
        raise broken('A rule has "every" (day, week, month or year), or "words" alone.')
    return grammar.read(data["words"])


def _given(data: dict[Any, Any], name: str, default: object) -> object:
    return default if data.get(name) is None else data[name]


def _one_of(name: str, value: object, names: tuple[str, ...]) -> str:
    if isinstance(value, str) and value in names:
        return value
    raise broken(f'"{name}" is one of {", ".join(names)}.')


def _count(name: str, value: object) -> int:
    if type(value) is int and 1 <= value <= MOST:
        return value
    raise broken(f'"{name}" is a whole number from 1 to {MOST}.')


def _day(value: object) -> date:
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise broken('"until" is a day that there is, like "2027-01-31".')
