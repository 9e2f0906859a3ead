"""Days by their place in the calendar: 3 December, 12/3, the 5th, the last friday of the month."""

import re
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from agent.offline.dates.calendar import (
    PASSED,
    Day,
    NoSuchDay,
    dated,
    month_name,
    this_or_next_month,
    this_or_next_year,
    weekday_name,
)
from agent.offline.dates.habits import habits_of
from agent.offline.dates.names import DAY_NUMBERS, MONTH_NUMBERS, PLACES
from agent.offline.dates.scanning import Said

MONTH_FIRST_ZONES = re.compile(
    r"US/|America/(?:New_York|Chicago|Denver|Los_Angeles|Phoenix|Detroit|Anchorage|Boise|Indiana)"
    r"|Pacific/Honolulu"
)
"""Where people write the month of 12/3 first."""
WORDS_TOO = ("may", "march", "mar", "sept", "jan", "jun", "sep", "dec", "oct", "nov", "feb", "apr")
"""Names of months that are other words or names as well, or that may be a short form of them."""
OTHER_MEANINGS = {"1/2", "1/3", "2/3", "1/4", "3/4", "24/7", "9/11", "7/11", "50/50"}
"""Fractions, and what is called by its numbers."""


def iso(said: Said, now: datetime) -> Day | None:
    return dated(int(said["year"]), int(said["month"]), int(said["day"]), now)


def numeric(said: Said, now: datetime) -> Day | None:
    """3/12 or 3.12.2026; the order of day and month is as they told, or as is the custom of their
    zone.
    """
    first, second, year = int(said["first"]), int(said["second"]), said["year"]
    if not year and not ((said.lead and not said.the) or _like_a_date(said)):
        return None
    if said["separator"] == "." and not year and (second > 12 or said.lead.startswith("at")):
        return None  # at 9.30
    day_first = habits_of(now).day_first
    by_custom = bool(MONTH_FIRST_ZONES.match(str(now.tzinfo)))
    month_first = said["separator"] == "/" and (by_custom if day_first is None else not day_first)
    if first > 12 or second > 12:
        month_first = second > 12
    day, month = (second, first) if month_first else (first, second)
    if not 1 <= month <= 12:
        return None
    read = dated(_full_year(year), month, day, now) if year else this_or_next_year(month, day, now)
    unclear = day_first is None and first <= 12 and second <= 12 and first != second
    written = f"{said['first']}{said['separator']}{said['second']}"
    remark = f"I read {written} as {day} {month_name(month)}." if unclear else ""
    return Day(read.day, remark=remark or read.remark)


def _like_a_date(said: Said) -> bool:
    """Such as "dentist 3/12", but not "1/2 cup" and "the 9/11 report"."""
    if said["separator"] == "." and not said["dot"]:
        return False
    known_otherwise = f"{said['first']}/{said['second']}" in OTHER_MEANINGS
    return not known_otherwise and bool(said.lead or not said.the) and said.ends()


def _full_year(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)


def named(said: Said, now: datetime) -> Day | None:
    """3 December, Dec 3rd, 3rd of December 2027, Friday 4 December."""
    month, day = MONTH_NUMBERS.get(said["month"]), _day_of_month(said["day"])
    weekday = said["weekday"]
    if month is None or (weekday and weekday not in DAY_NUMBERS):
        return None
    if said["month"] in WORDS_TOO and not (said["year"] or weekday or _alone(said)):
        return None
    if said["year"]:
        read = dated(int(said["year"]), month, day, now)
    else:
        read = this_or_next_year(month, day, now)
    _check_weekday(weekday, read.day)
    if not said["last"]:
        return read
    return Day(read.day, remark=f"I put it down for {day} {month_name(month)}, the first of them.")


def _day_of_month(words: str) -> int:
    return PLACES.get(words) or int(re.sub(r"\D", "", words))


def _check_weekday(name: str, day: date) -> None:
    """Raises NoSuchDay where the day has another name."""
    if name and DAY_NUMBERS[name] != day.weekday():
        named = f"{day.day} {month_name(day.month)} {day.year}"
        raise NoSuchDay(
            f"{named} is a {weekday_name(day.weekday())}, not a {weekday_name(DAY_NUMBERS[name])}."
        )


def _alone(said: Said) -> bool:
    """Whether words that could mean something else are a date here."""
    return bool(said.lead) or (not said.the and said.ends())


def weekday_and_day(said: Said, now: datetime) -> Day | None:
    """On friday the 4th; but "watch Friday the 13th" is a film, unless it is the next of them."""
    if said["weekday"] not in DAY_NUMBERS or not said.ends() or said.last in WATCHED:
        return None
    day = _day_of_month(said["day"])
    if not 1 <= day <= 31:
        return None
    read = this_or_next_month(day, now)
    if read.day.weekday() != DAY_NUMBERS[said["weekday"]] and not said.lead:
        return None
    _check_weekday(said["weekday"], read.day)
    return read


NTH = re.compile(r"\d{1,2}(?:st|nd|rd|th)")
WATCHED = frozenset({"watch", "see", "read", "play", "stream", "called", "named"})
"""What follows these is what they are about: watch Next Friday, read 11/22/63."""


def of_month(said: Said, now: datetime) -> Day | None:
    """The 1st of next month; the 1st of the month is that of this or of the next."""
    day = _day_of_month(said["day"])
    if said.last in ("every", "each"):
        return None
    if said["which"] not in ("this", "next"):
        return this_or_next_month(day, now) if 1 <= day <= 31 else _none(day)
    first = now.date() + relativedelta(months=said["which"] == "next", day=1)
    return dated(first.year, first.month, day, now)


def _none(day: int) -> Day:
    raise NoSuchDay(f"No month has a day {day}.")


def month_day(said: Said, now: datetime) -> Day | None:
    """On the 15th: of this month or of the next that has it."""
    day = int(said["day"])
    if not said.lead or not said.ends() or not 1 <= day <= 31:
        return None
    return this_or_next_month(day, now)


def end_of_month(said: Said, now: datetime) -> Day | None:
    month = MONTH_NUMBERS.get(said["month"])
    if month is None:
        return None
    first = this_or_next_year(month, 1, now + relativedelta(day=1)).day
    return Day(first + relativedelta(day=31))


def in_month(said: Said, now: datetime) -> Day | None:
    month = MONTH_NUMBERS.get(said["month"])
    if month is None or not said.ends():
        return None
    first = this_or_next_year(month, 1, now).day
    if first.month == now.month:  # the first of this month has passed, the month has not
        last = now.date() + relativedelta(day=31)
        return Day(last, remark=f"I put it down for the end of {last:%B}.")
    return Day(first, remark=f"I put it down for the beginning of {first:%B}.")


def weekday_of_month(said: Said, now: datetime) -> Day | None:
    """The first monday of december, the last friday of the month, the last day of february."""
    weekday, month = DAY_NUMBERS.get(said["weekday"]), MONTH_NUMBERS.get(said["month"])
    if said.last in PLACES or NTH.fullmatch(said.last):  # the second last friday
        return None
    if (weekday is None and said["weekday"] != "day") or (said["month"] and not month):
        return None
    first = now.date() + relativedelta(day=1, months=said["which"] == "next")
    if month:
        year = int(said["year"]) if said["year"] else now.year
        first = date(year, month, 1)
    found = _place_in(first, said["place"], weekday)
    if found >= now.date() or said["which"] or said["year"]:
        return Day(found, remark="" if found >= now.date() else PASSED)
    step = relativedelta(years=1) if month else relativedelta(months=1)
    return Day(_place_in(first + step, said["place"], weekday))


def _place_in(first: date, place: str, weekday: int | None) -> date:
    """The day of that place in the month that begins with ``first``."""
    last = first + relativedelta(day=31)
    if place == "last":
        return last if weekday is None else last - timedelta((last.weekday() - weekday) % 7)
    number = _day_of_month(place)
    if weekday is None:
        found = first + timedelta(number - 1)
    else:
        found = first + timedelta((weekday - first.weekday()) % 7 + 7 * (number - 1))
    if found.month != first.month:
        named = "day" if weekday is None else weekday_name(weekday)
        raise NoSuchDay(f"There is no {place} {named} in {month_name(first.month)} {first.year}.")
    return found
