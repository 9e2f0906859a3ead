"""Days that people write, read on the user's own calendar.

Each rule is a pattern and a reader. What a pattern finds is a date only if its words cannot well
mean something else: "may", "sat" and "the 5th" need company.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from agent.offline.dates import dated, nearby
from agent.offline.dates.calendar import Day, NoSuchDay
from agent.offline.dates.names import (
    DAY_NUMBERS,
    MONTH_NUMBERS,
    ORDINAL,
    ORDINALS,
)
from agent.offline.dates.names import WEEKDAY as ANY_WEEKDAY
from agent.offline.dates.scanning import DIGITS, Rules, Said
from agent.offline.words import NUMBER, NUMBERS
from text.expressions import expression

LEAD = (
    r"(?:(?:(?:is|are|which is) |with (?:a |the )?)?(?:due|deadline)(?: date)?(?: is| of)?"
    r" ?[:=]? )?"
    r"(?:(?:on|by|before|until|till|for|from|starting|at|due|no later than) )?"
)
PART = r"(?: (?:in the )?(?P<part>morning|afternoon|evening|night)\b)?"
NAME = r"(?P<{}>[^\W\d_]{{3,10}})"
WEEKDAY = NAME.format("weekday")
ON_WEEKDAY = rf"(?:(?P<weekday>{ANY_WEEKDAY})\b\.?,? (?:the )?)?"
MONTH = NAME.format("month") + r"\b\.?(?!-)"
DAY = rf"(?P<day>\d{{1,2}}(?:st|nd|rd|th|\.)?|(?:{ORDINAL})\b)"
LAST = r"(?: ?(?:-|–|to|till|until) ?(?P<last>\d{1,2})(?:st|nd|rd|th)?)?"
YEAR = r"(?:,? (?P<year>(?:19|20|21)\d\d)(?![:\d]))?"
NO_NUMBER = r"(?!,? the \d{1,2}(?:st|nd|rd|th))"
UNIT = r"(?P<unit>minutes?|mins?|hours?|hrs?|h|days?|weeks?|fortnights?|months?|years?)"
WHICH = r"(?:(?P<which>this|next|coming) (?:coming )?)?"

ABOUT_IT = frozenset({"since", "than", "after", "dated", "called", "named", "titled", "of"})
"""What follows these tells which thing is meant, not when: mails older than 3 December."""

BELONGS_TO = (("up", "to"), ("as", "of"), ("who", "was"))
"""The same, in two words: mails up to january 30th, the man who was Thursday."""

DayReader = Callable[[Said, datetime], Day | None]


@dataclass(frozen=True, slots=True)
class FoundDay:
    start: int
    end: int
    meaning: Day
    part: str
    """The part of the day that was named with it: morning, afternoon, evening, night or ""."""


def find_day(text: str, now: datetime) -> FoundDay | None:
    """The date in ``text`` that is the clearest. Raises NoSuchDay for "31 Feb"."""
    found = DAYS.best(text, now)
    if found is None:
        return None
    said, meaning = found
    if isinstance(meaning, NoSuchDay):
        raise meaning
    part = "night" if said["word"] in nearby.TONIGHT else said["part"]
    return FoundDay(said.start, said.end, meaning, part)


def _rule(
    words: str, body: str, read: DayReader
) -> tuple[list[str], re.Pattern[str], Callable[[Said, datetime], Day | NoSuchDay | None]]:
    """``body`` as whole words, with "morning" after it; not "friday's" and not "monday.com"."""

    def read_or_fault(said: Said, now: datetime) -> Day | NoSuchDay | None:
        if not said.lead and _is_about(said):
            return None
        try:
            return read(said, now)
        except NoSuchDay as fault:
            return fault

    pattern = expression(rf"(?:{body})(?![\w/'-]|\.\w){PART}", re.IGNORECASE)
    return words.split(), pattern, read_or_fault


def _is_about(said: Said) -> bool:
    """Whether a day belongs to the words before it: listen to Ruby Tuesday, mails up to friday."""
    if said.before[-2:] in BELONGS_TO or said.last in ABOUT_IT:
        return True
    if said.last == "about":
        return said.before[-2:-1] not in (("what",), ("how",))
    known_by_it = said.last in dated.WATCHED or said.before[-2:] == ("listen", "to")
    return known_by_it and (said.core[0].isdigit() or said.is_title())


ALL_DAYS = " ".join(DAY_NUMBERS)
ALL_PLACES = " ".join({place.split("-")[0] for place in ORDINALS})
COUNTS = " ".join({count.split()[0].split("-")[0] for count in NUMBERS}) + f" {DIGITS}"
ORIGIN = r"(?: (?:from|after|on) (?P<origin>now|today|tomorrow|[^\W\d_]{3,10}))"
IN = r"(?P<in>(?:with)?in (?:the next |about )?)?"
RULES = [
    _rule(DIGITS, r"(?P<year>\d{4})[-/](?P<month>\d\d)[-/](?P<day>\d\d)", dated.iso),
    _rule(
        f"{ALL_PLACES} last {DIGITS}",
        rf"(?P<place>\d(?:st|nd|rd|th)|{ORDINAL}|last) {WEEKDAY} (?:of|in) "
        rf"(?:(?:the|(?P<which>this|next)) month|(?:the month of )?{MONTH}{YEAR})",
        dated.weekday_of_month,
    ),
    _rule(
        f"{DIGITS} {ALL_PLACES} {ALL_DAYS}",
        rf"{ON_WEEKDAY}{DAY}{LAST} (?:of )?{MONTH}{YEAR}",
        dated.named,
    ),
    _rule(
        " ".join([*MONTH_NUMBERS, ALL_DAYS]),
        rf"{ON_WEEKDAY}{MONTH} (?:the )?{DAY}{LAST}"
        rf"(?![:.]\d| ?[ap]\.?m){YEAR}",
        dated.named,
    ),
    _rule(
        DIGITS,
        r"(?P<first>\d{1,2})(?P<separator>[/.])(?P<second>\d{1,2})"
        r"(?:(?P=separator)(?P<year>\d{4}|\d\d)|(?P<dot>\.))?(?! ?[ap]\.?m)",
        dated.numeric,
    ),
    _rule(
        f"{DIGITS} {ALL_PLACES}",
        rf"{DAY} (?:day )?of (?:the|(?P<which>this|next)) month",
        dated.of_month,
    ),
    _rule("day", r"day after tomorrow", nearby.day_after_tomorrow),
    _rule(
        f"in within {COUNTS}",
        rf"{IN}(?P<count>\d{{1,3}}[.,]\d|{NUMBER})(?P<half> and a half)? ?{UNIT}(?![^\W\d_])"
        r"(?: and an? (?P<rest>half|quarter))?(?:'s?(?= time))?(?: time\b)?"
        rf"(?: ?(?:and )?(?P<extra>{NUMBER}) ?m(?:in(?:ute)?s?)?\b|(?<=\dh)(?P<minutes>\d\d))?"
        rf"(?! or \w){ORIGIN}?",
        nearby.after,
    ),
    _rule(
        "in within half quarter three a",
        rf"{IN}(?:(?P<odd>three )|an? )?(?P<piece>half|quarter)s?"
        rf"(?: of)?(?: an)? hour{ORIGIN}?",
        nearby.after,
    ),
    _rule(
        "eod eow eom end",
        rf"(?P<short>(?<!day )(?<!tomorrow )eod(?! (?:on )?(?:tomorrow|{ANY_WEEKDAY})\b)|eow|eom)"
        r"|end of (?:the )?(?:(?P<which>this|next) )?"
        r"(?P<unit>day|week|month|year)",
        nearby.end_of,
    ),
    _rule("end", rf"end of {MONTH}", dated.end_of_month),
    _rule("next", rf"(?P<later>next week)(?: on)? {WEEKDAY}", nearby.weekday),
    _rule(
        ALL_DAYS,
        rf"{WEEKDAY},? (?:the )(?P<day>\d{{1,2}}(?:st|nd|rd|th))",
        dated.weekday_and_day,
    ),
    _rule(
        f"this next coming {ALL_DAYS}",
        rf"{WHICH}{WEEKDAY}{NO_NUMBER}(?P<later> next week)?",
        nearby.weekday,
    ),
    _rule(
        "later this next",
        r"(?:later )?(?P<which>this|next) (?P<unit>week|month|year)",
        nearby.week_or_month,
    ),
    _rule("this next weekend", r"(?:(?P<which>this|next) )?weekend", nearby.weekend),
    _rule(
        " ".join(["later", "first", DIGITS, *nearby.NEAR]),
        r"(?:later |first thing )?(?P<word>this(?= (?:morning|afternoon|evening|night)\b)"
        r"|\d?(?!this\b)[^\W\d_]{3,10})",
        nearby.near,
    ),
    _rule(DIGITS, r"(?P<day>\d{1,2})(?:st|nd|rd|th)", dated.month_day),
    _rule("in by before until", rf"(?:in|by|before|until) {MONTH}(?! ?\d)", dated.in_month),
]
DAYS: Rules[datetime, Day | NoSuchDay] = Rules(LEAD, RULES)
