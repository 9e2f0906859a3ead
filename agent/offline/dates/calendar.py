"""Days of the calendar: by name, by number, the next one of its kind."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta
from dateutil.rrule import MONTHLY, YEARLY, rrule

from agent.offline.dates.names import DAY_NUMBERS, MONTH_NUMBERS, MONTHS


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
    return MONTH_NUMBERS[name.lower()]


def month_name(number: int) -> str:
    return MONTHS[number - 1].title() if 1 <= number <= 12 else f"month {number}"


def weekday_number(name: str) -> int:
    """0 for monday; short names and slips of the pen count."""
    return DAY_NUMBERS[name.lower()]


def coming(name: str, today: date) -> date:
    """The next day of that name, after today."""
    return today + timedelta(days=(weekday_number(name) - today.weekday() - 1) % 7 + 1)


def next_monday(today: date) -> date:
    """The first day of next week."""
    return today + timedelta(days=7 - today.weekday())


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
    return Day(read, remark="" if read >= now.date() else "That day has passed already.")


def _no_such_day(day: int, month: int, year: int | None = None) -> str:
    return f"There is no {day} {month_name(month)}{f' {year}' if year else ''}."


def this_or_next_year(month: int, day: int, now: datetime) -> Day:
    """That day of this year, or of the next year that has it and is not over."""
    if not 1 <= day <= monthrange(2024, month)[1]:  # a leap year
        raise NoSuchDay(_no_such_day(day, month))
    [found] = rrule(YEARLY, _midnight(now), bymonth=month, bymonthday=day, count=1)
    return Day(found.date())


def _midnight(now: datetime) -> datetime:
    """Where the day begins, on a clock without a zone: rules count local days."""
    return datetime.combine(now.date(), time())


def this_or_next_month(day: int, now: datetime) -> Day:
    """That day of this month, or of the next month that has it; ``day`` is 1 to 31."""
    [found] = rrule(MONTHLY, _midnight(now), bymonthday=day, count=1)
    return Day(found.date())
