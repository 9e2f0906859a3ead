"""The days of a rule: arithmetic whose cost does not grow with the time that has passed."""

import calendar
from collections.abc import Callable, Iterator
from datetime import date

from todos.repeating.on import SHORT, On, month_and_day, nth_weekday

LAST = date.max.toordinal()


def first_after(every: str, interval: int, on: On, *, begin: date, after: date) -> date | None:
    """The first day of the rule strictly after ``after``, which is not before ``begin``; None
    beyond the year 9999. As RFC 5545 has it with ``begin`` as DTSTART: the rule counts from its
    day, week (on Monday), month or year, and passes over those that lack the day."""
    match every:
        case "day":
            return _day(begin, interval, after)
        case "week":
            weekdays = [SHORT.index(str(day)) for day in on] or [begin.weekday()]
            return _day_of_week(begin, interval, weekdays, after)
        case "month":
            return _day_of_month(
                begin, interval, lambda year, month: _days(on, begin, year, month), after
            )
    month, day = month_and_day(str(on[0])) if on else (begin.month, begin.day)
    return _day_of_month(begin.replace(month=month, day=1), interval * 12, lambda *_: [day], after)


def _day(begin: date, interval: int, after: date) -> date | None:
    passed = (after - begin).days // interval
    return _from_ordinal(begin.toordinal() + (passed + 1) * interval)


def _day_of_week(begin: date, interval: int, weekdays: list[int], after: date) -> date | None:
    monday = begin.toordinal() - begin.weekday()
    passed = (after.toordinal() - monday) // 7 // interval
    days = (
        monday + (passed + more) * interval * 7 + weekday for more in (0, 1) for weekday in weekdays
    )
    return _from_ordinal(next(day for day in days if day > after.toordinal()))


def _from_ordinal(day: int) -> date | None:
    return date.fromordinal(day) if day <= LAST else None


def _day_of_month(
    begin: date, interval: int, days: Callable[[int, int], list[int]], after: date
) -> date | None:
    first = begin.year * 12 + begin.month - 1
    passed = max(0, (after.year * 12 + after.month - 1 - first) // interval)
    for months in range(first + passed * interval, (date.max.year + 1) * 12, interval):
        year, month = months // 12, months % 12 + 1
        longest = calendar.monthrange(year, month)[1]
        for day in days(year, month):
            if day <= longest and date(year, month, day) > after:
                return date(year, month, day)
    return None


def _days(on: On, begin: date, year: int, month: int) -> list[int]:
    """Days of that month, in their order; perhaps one that it lacks."""
    return sorted(_numbers(on or (begin.day,), *calendar.monthrange(year, month)))


def _numbers(on: On, first_weekday: int, longest: int) -> Iterator[int]:
    for day in on:
        if isinstance(day, int):
            yield day if day > 0 else longest
            continue
        nth, weekday = nth_weekday(day)
        first = (weekday - first_weekday) % 7 + 1
        yield first + (nth - 1) * 7 if nth > 0 else first + (longest - first) // 7 * 7
