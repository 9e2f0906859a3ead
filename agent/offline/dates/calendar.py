"""Days of the calendar: by name, by number, the next one of its kind."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from agent.offline.dates.habits import habits_of
from agent.offline.dates.names import DAY_NUMBERS, MONTH_NUMBERS, MONTHS, WEEKDAYS
from text.folding import fold

PASSED = "That day has passed already."


class NoSuchDay(Exception):
    """A date that no calendar has; the message is a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Day:
    """What the words of a date mean; ``remark`` tells how unclear ones were read."""

    day: date
    at: time | None = None
    remark: str = ""


def month_number(name: str) -> int:
    """1 for january; short names and slips of the pen count."""
    return MONTH_NUMBERS[fold(name)]


def month_name(number: int) -> str:
    return MONTHS[number - 1].title() if 1 <= number <= 12 else f"month {number}"


def weekday_name(number: int) -> str:
    return WEEKDAYS[number].title()


def coming(name: str, today: date) -> date:
    """The next day of that name, after today."""
    return today + timedelta(days=(DAY_NUMBERS[fold(name)] - today.weekday() - 1) % 7 + 1)


def next_week(now: datetime) -> date:
    """Its first day."""
    return habits_of(now).week_of(now.date()) + timedelta(weeks=1)


def delta(count: int, unit: str) -> relativedelta:
    """``unit`` is a word that UNIT matches, of a day or longer."""
    if unit.startswith("fortnight"):
        return relativedelta(weeks=2 * count)
    match unit[0]:
        case "d":
            return relativedelta(days=count)
        case "w":
            return relativedelta(weeks=count)
        case "m":
            return relativedelta(months=count)
    return relativedelta(years=count)


def dated(year: int, month: int, day: int, now: datetime) -> Day:
    try:
        read = date(year, month, day)
    except ValueError:
        raise NoSuchDay(_no_such_day(day, month, year)) from None
    return Day(read, remark="" if read >= now.date() else PASSED)


def _no_such_day(day: int, month: int, year: int | None = None) -> str:
    return f"There is no {day} {month_name(month)}{f' {year}' if year else ''}."


def this_or_next_year(month: int, day: int, now: datetime) -> Day:
    """That day of this year, or of the next year that has it and is not over."""
    if not 1 <= day <= monthrange(2024, month)[1]:  # a leap year
        raise NoSuchDay(_no_such_day(day, month))
    years = (now.year + step for step in range(9))  # 1900 and 2100 have no 29 February
    days = (date(year, month, day) for year in years if day <= monthrange(year, month)[1])
    return Day(next(found for found in days if found >= now.date()))


def this_or_next_month(day: int, now: datetime) -> Day:
    """That day of this month, or of the next month that has it; ``day`` is 1 to 31."""
    months = (now.date() + relativedelta(day=1, months=step) for step in range(3))
    days = (first + timedelta(day - 1) for first in months if day <= _length(first))
    return Day(next(found for found in days if found >= now.date()))


def _length(first: date) -> int:
    return monthrange(first.year, first.month)[1]
