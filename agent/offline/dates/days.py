"""Days that people write, read on the user's own calendar.

Each rule is a pattern and a reader. What a pattern finds is a date only if its words cannot well
mean something else: "may", "sat" and "the 5th" need company.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from agent.offline.dates.calendar import (
    Day,
    NoSuchDay,
    coming,
    dated,
    delta,
    month_name,
    month_number,
    next_monday,
    this_or_next_month,
    this_or_next_year,
    weekday_number,
)
from agent.offline.dates.names import MONTHS, WEEKDAYS
from agent.offline.words import NUMBER, ends_phrase, number

MONTH_FIRST_ZONES = re.compile(
    r"US/|America/(?:New_York|Chicago|Denver|Los_Angeles|Phoenix|Detroit|Anchorage|Boise|Indiana)"
    r"|Pacific/Honolulu"
)
"""Where people write the month of 12/3 first."""

FULL_DAY = "|".join(WEEKDAYS)
SHORT_DAY = r"mon|tues?|wed|thu(?:rs?)?|fri|sat|sun"
WEEKDAY = rf"(?P<weekday>{FULL_DAY}|{SHORT_DAY})"
PLAIN_MONTH = "|".join(MONTHS)
MONTH = rf"(?P<month>{PLAIN_MONTH}|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?(?!-)"
DAY_OF_MONTH = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
YEAR = r"(?:,? (?P<year>(?:19|20|21)\d\d)(?![:\d]))?"
UNIT = r"(?P<unit>minutes?|mins?|hours?|hrs?|days?|weeks?|fortnights?|months?|years?)"

LEAD = (
    r"(?P<lead>(?:(?:(?:is|are|which is) )?(?:due|deadline)(?: date)?(?: is)?\s*[:=]? )?"
    r"(?:(?:on|by|before|until|till|for|from|starting|at|due|no later than) )?)"
)
NOT_BEFORE_DAYS = frozenset({"my", "our", "every", "a", "he", "she", "we", "they", "get", "be"})
"""My friday, every monday, he sat, get wed."""
PART = r"(?: (?:in the )?(?P<part>morning|afternoon|evening|night)\b)?"

Reader = Callable[[re.Match[str], datetime], Day | None]


@dataclass(frozen=True, slots=True)
class FoundDay:
    start: int
    end: int
    meaning: Day
    part: str
    """The part of the day that was named with it: morning, afternoon, evening, night or ""."""


def find_day(text: str, now: datetime) -> FoundDay | None:
    """The first date in ``text``. Raises NoSuchDay for "31 Feb"."""
    for pattern, read in RULES:
        for match in pattern.finditer(text):
            meaning = read(match, now)
            if meaning:
                return FoundDay(match.start(), match.end(), meaning, _part(match))
    return None


def _part(match: re.Match[str]) -> str:
    return "night" if match[0].lower().endswith("tonight") else (match["part"] or "").lower()


def _rule(body: str, read: Reader) -> tuple[re.Pattern[str], Reader]:
    """``body`` as whole words, with "on" or "by" before and "morning" after it; not "friday's"."""
    pattern = rf"(?<![\w/.:'-]){LEAD}(?:the )?(?:{body})(?![\w/'-]){PART}"
    return re.compile(pattern, re.IGNORECASE), read


def _alone(match: re.Match[str]) -> bool:
    """Whether words that could mean something else are a date here."""
    if match["lead"]:
        return True
    before = match.string[: match.start()].lower().split()[-1:]
    if match[0].lower().startswith("the ") or NOT_BEFORE_DAYS.intersection(before):
        return False
    return ends_phrase(match.string[match.end() :])


def _iso(match: re.Match[str], now: datetime) -> Day | None:
    return dated(int(match["year"]), int(match["month"]), int(match["day"]), now)


def _numeric(match: re.Match[str], now: datetime) -> Day | None:
    """3/12 or 3.12.2026; the order of day and month is the custom of the user's zone."""
    first, second, year = int(match["first"]), int(match["second"]), match["year"]
    if not year and not (match["lead"] or _like_a_date(match)):
        return None
    month_first = match["separator"] == "/" and bool(MONTH_FIRST_ZONES.match(str(now.tzinfo)))
    if first > 12 or second > 12:
        month_first = second > 12
    day, month = (second, first) if month_first else (first, second)
    if not 1 <= month <= 12:
        return None
    read = dated(_full_year(year), month, day, now) if year else this_or_next_year(month, day, now)
    unclear = first <= 12 and second <= 12 and first != second
    written = f"{match['first']}{match['separator']}{match['second']}"
    remark = f"I read {written} as {day} {month_name(month)}." if unclear else ""
    return Day(read.day, remark=remark or read.remark)


def _like_a_date(match: re.Match[str]) -> bool:
    """Such as "dentist 3/12", but not "1/2 cup" and "24/7"."""
    if match["separator"] == "." and not match["dot"]:
        return False
    fraction = match["first"] in ("1", "24", "50")
    return not fraction and ends_phrase(match.string[match.end() :])


def _full_year(year: str) -> int:
    return int(year) if len(year) == 4 else 2000 + int(year)


def _named(match: re.Match[str], now: datetime) -> Day | None:
    """3 December, Dec 3rd, 3rd of December 2027."""
    name = match["month"].lower()
    if name in ("may", "march", "mar", "sept", "jan") and not (match["year"] or _alone(match)):
        return None
    month, day = month_number(name), int(match["day"])
    if match["year"]:
        return dated(int(match["year"]), month, day, now)
    return this_or_next_year(month, day, now)


def _of_month(match: re.Match[str], now: datetime) -> Day:
    """The 1st of next month."""
    first = now.date() + relativedelta(months=_is_next(match), day=1)
    return dated(first.year, first.month, int(match["day"]), now)


def _month_day(match: re.Match[str], now: datetime) -> Day | None:
    """On the 15th: of this month or of the next that has it."""
    day = int(match["day"])
    if not match["lead"] or not ends_phrase(match.string[match.end() :]) or not 1 <= day <= 31:
        return None
    return this_or_next_month(day, now)


def _end_of_month(match: re.Match[str], now: datetime) -> Day:
    first = this_or_next_year(month_number(match["month"]), 1, now + relativedelta(day=1)).day
    return Day(first + relativedelta(day=31))


def _in_month(match: re.Match[str], now: datetime) -> Day | None:
    if not ends_phrase(match.string[match.end() :]):
        return None
    first = this_or_next_year(month_number(match["month"]), 1, now).day
    if first.month == now.month:  # the first of this month has passed, the month has not
        last = now.date() + relativedelta(day=31)
        return Day(last, remark=f"I put it down for the end of {last:%B}.")
    return Day(first, remark=f"I put it down for the beginning of {first:%B}.")


def _day_after_tomorrow(match: re.Match[str], now: datetime) -> Day:
    return Day(now.date() + timedelta(days=2))


def _near(match: re.Match[str], now: datetime) -> Day:
    tomorrow = match["word"].lower()[:3] in ("tom", "tmr", "2mo")
    return Day(now.date() + timedelta(days=tomorrow))


def _after(match: re.Match[str], now: datetime) -> Day | None:
    """In two weeks, 3 days from now, a week from friday. Hours go by the clock of the world."""
    if match["origin"] is None and not match["in"]:
        return None
    count, unit = number(match["count"]), match["unit"].lower()
    start = _origin(match["origin"] or "", now)
    try:
        if unit.startswith(("min", "h")):
            return _moment(now, count, unit)
        return Day(start + delta(count, unit))
    except (OverflowError, ValueError):
        raise NoSuchDay("That is further away than my calendar goes.") from None


def _half_hour(match: re.Match[str], now: datetime) -> Day:
    return _moment(now, 30, "minutes")


def _moment(now: datetime, count: int, unit: str) -> Day:
    step = timedelta(minutes=count) if unit.startswith("min") else timedelta(hours=count)
    then = (now.astimezone(UTC) + step).astimezone(now.tzinfo)
    return Day(then.date(), then.time().replace(second=0, microsecond=0))


def _origin(words: str, now: datetime) -> date:
    words = words.lower()
    if words in ("", "now", "today"):
        return now.date()
    if words == "tomorrow":
        return now.date() + timedelta(days=1)
    return coming(words, now.date())


def _weekday(match: re.Match[str], now: datetime) -> Day | None:
    name, today = match["weekday"].lower(), now.date()
    if match["which"] or match["later"]:
        return _which_weekday(match, today)
    if name == "sun" and not (match["lead"] or _time_follows(match)):
        return None
    if not _alone(match) and not _time_follows(match):
        return None
    return Day(coming(name, today))


def _which_weekday(match: re.Match[str], today: date) -> Day:
    """The friday that is called "this" is the first to come, "next" is that of next week."""
    name = match["weekday"].lower()
    if match["later"] or _is_next(match):
        return Day(next_monday(today) + timedelta(days=weekday_number(name)))
    return Day(coming(name, today - timedelta(days=1)))


def _time_follows(match: re.Match[str]) -> bool:
    return bool(re.match(r" (?:at )?\d", match.string[match.end() :]))


def _end_of(match: re.Match[str], now: datetime) -> Day:
    unit, later = (match["short"] or match["unit"]).lower(), _is_next(match)
    return Day(_last_day(now.date(), unit, later=later))


def _week_or_month(match: re.Match[str], now: datetime) -> Day:
    """Next month means its first day; this week lasts until its end."""
    today, unit = now.date(), match["unit"].lower()
    if not _is_next(match):
        return Day(_last_day(today, unit, later=False))
    return Day(_last_day(today, unit, later=False) + timedelta(days=1))


def _is_next(match: re.Match[str]) -> bool:
    return (match["which"] or "").strip().lower() == "next"


def _last_day(today: date, unit: str, *, later: bool) -> date:
    """Of this day, week, month or year, or with ``later`` of the next."""
    match unit:
        case "day" | "eod":
            return today + timedelta(days=later)
        case "week" | "eow":
            return today + timedelta(days=6 - today.weekday(), weeks=later)
        case "month" | "eom":
            return today + relativedelta(months=int(later), day=31)
    return today + relativedelta(years=int(later), month=12, day=31)


def _weekend(match: re.Match[str], now: datetime) -> Day | None:
    today, the = now.date(), match[0].lower().startswith("the ")
    if not (match["which"] or match["lead"] or (the and ends_phrase(match.string[match.end() :]))):
        return None
    if _is_next(match):
        return Day(today + timedelta(days=12 - today.weekday()))
    return Day(max(today, today + timedelta(days=5 - today.weekday())))


ORIGIN = rf"(?: from (?P<origin>now|today|tomorrow|{FULL_DAY}))"
RULES = [
    _rule(r"(?P<year>\d{4})[-/](?P<month>\d\d)[-/](?P<day>\d\d)", _iso),
    _rule(rf"{DAY_OF_MONTH} (?:of )?{MONTH}{YEAR}", _named),
    _rule(rf"{MONTH} (?:the )?{DAY_OF_MONTH}(?![:.]\d|\s?[ap]\.?m){YEAR}", _named),
    _rule(
        r"(?P<first>\d{1,2})(?P<separator>[/.])(?P<second>\d{1,2})"
        r"(?:(?P=separator)(?P<year>\d{4}|\d\d)|(?P<dot>\.))?(?!\s?[ap]\.?m)",
        _numeric,
    ),
    _rule(rf"{DAY_OF_MONTH} of (?P<which>this|next) month", _of_month),
    _rule(r"day after tomorrow", _day_after_tomorrow),
    _rule(rf"(?P<in>(?:with)?in (?:the next )?)?(?P<count>{NUMBER}) {UNIT}\b{ORIGIN}?", _after),
    _rule(r"in half an hour", _half_hour),
    _rule(
        r"(?:(?P<short>eod|eow|eom)|end of (?:the )?(?:(?P<which>this|next) )?"
        r"(?P<unit>day|week|month|year))",
        _end_of,
    ),
    _rule(rf"end of {MONTH}", _end_of_month),
    _rule(rf"(?P<later>next week)(?: on)? {WEEKDAY}(?P<which>)", _weekday),
    _rule(
        rf"(?:(?P<which>this|next) (?:coming )?|coming )?{WEEKDAY}(?P<later> next week)?",
        _weekday,
    ),
    _rule(r"(?:later )?(?P<which>this|next) (?P<unit>week|month|year)", _week_or_month),
    _rule(r"(?P<which>this |next )?weekend", _weekend),
    _rule(
        r"(?:later )?(?P<word>today|tom+or+ow|tomm?or?row|tmrw?|tomo|2moro|tonight"
        r"|this(?= (?:morning|afternoon|evening|night)))",
        _near,
    ),
    _rule(rf"{DAY_OF_MONTH}(?<=[a-z])", _month_day),
    _rule(rf"(?:in|by|before|until) {MONTH}(?!\s*\d)", _in_month),
]
