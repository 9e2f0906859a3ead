"""Which tasks a person wants to see: by day, priority, state or word."""

import re
from datetime import date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from agent.offline import dates
from agent.offline.dates.calendar import month_number
from agent.offline.dates.names import MONTHS
from agent.offline.lexicon import FINISHED, TICKED_OFF
from agent.offline.target import Query
from agent.offline.words import NUMBER, any_of, number

OVERDUE = any_of(r"\b(?:overdue|over due|late|missed|past due|behind (?:on|with))\b")
DONE = any_of(rf"\b(?:{FINISHED}|achieved|{TICKED_OFF})\b")
NOT_DONE = any_of(
    rf"\b(?:not|isn't|aren't|haven't|still|left|to be|get)\b.*\b{FINISHED}\b",
    r"\b(?:open|incomplete|unfinished)\b",
)
BOTH_STATES = any_of(
    rf"\b(?:including|also|even|and) (?:the )?{FINISHED}\b",
    r"\bdone and (?:open|undone)\b",
)
UNDATED = any_of(r"\b(?:no|without(?: an?)?) (?:due )?(?:date|day|deadline)s?\b|\bundated\b")
UPCOMING = any_of(r"\b(?:upcoming|coming up|later|in the future|ahead)\b")
TODAY = any_of(r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b")
YESTERDAY = any_of(r"\byesterday\b")
PRIORITY = any_of(
    r"\b(?P<level>high(?:est)?|top|low(?:est)?|medium|normal)[ -]+prio(?:rity)?\b",
    r"\b(?P<word>urgent|(?:most )?important)\b",
)
ORDERINGS = {
    "-priority": r"priority|importance|urgency|(?:how )?important\w*",
    "due": r"(?:the |their )?(?:due )?(?:date|day|deadline|time)s?|when they are due",
    "title": r"(?:the |their )?(?:name|title)s?|alphabet(?:ical order)?",
    "-created_at": r"age|(?:date )?(?:added|created)|creation(?: date)?|newest",
}
ORDERS = rf"(?:by (?:{'|'.join(ORDERINGS.values())})|alphabetically|in alphabetical order)"
IN_ORDER = any_of(rf"\b{ORDERS}(?! \w*day\b)(?=$|[ ,.])")
BY_ORDER = {order: any_of(rf"by (?:{words})") for order, words in ORDERINGS.items()}
NEXT_DAYS = any_of(rf"\b(?:next|coming|following) (?P<count>{NUMBER}) (?P<unit>days|weeks)\b")
PERIOD = any_of(
    r"(?<!end of )\b(?:(?P<which>this|next|the|the coming) )?(?P<unit>week(?:end)?|month|year)\b"
)
IN_MONTH = any_of(rf"\bin (?P<month>{'|'.join(MONTHS)})\b")
TWO_DAYS = any_of(r"\b(?:or|and|between)\b|&|\bfrom\b.*\b(?:to|until|till)\b")
UNTIL = any_of(r"\b(?:by|until|till|before|up to)\b")


def read_query(text: str, now: datetime) -> Query | None:
    """The tasks that ``text`` describes by state, priority, day or order; None when by none."""
    arguments: dict[str, object] = {}
    labels = []
    if match := IN_ORDER.search(text):
        arguments["ordering"] = _ordering(match[0])
        text = f"{text[: match.start()]}{text[match.end() :]}"
    if BOTH_STATES.search(text):
        arguments["status"] = "all"
    elif DONE.search(text) and not NOT_DONE.search(text):
        arguments["status"] = "done"
    if match := PRIORITY.search(text):
        arguments["priority"] = _priority(match)
        labels.append(f"with {arguments['priority']} priority")
    day_arguments, label = _days(text, now)
    if label:
        arguments |= day_arguments
        labels.append(label)
    return Query(arguments, " ".join(labels)) if arguments else None


def _ordering(text: str) -> str:
    return next((order for order, words in BY_ORDER.items() if words.fullmatch(text)), "title")


def _priority(match: re.Match[str]) -> str:
    if match["word"]:
        return "high"
    level = match["level"].lower()
    if level.startswith("low"):
        return "low"
    return "medium" if level in ("medium", "normal") else "high"


def _days(text: str, now: datetime) -> tuple[dict[str, object], str]:
    """Arguments for the days that are named, and words for them."""
    if OVERDUE.search(text):
        return {"due": "overdue"}, "overdue"
    if UNDATED.search(text):
        return {"due": "none"}, "without a due date"
    two = _two_days(text, now) if TWO_DAYS.search(text) else None
    if not two and TODAY.search(text):
        return {"due": "today"}, "due today"
    if period := two or read_period(text, now):
        first, last, label = period
        return _between(first, last), f"due {label}"
    if UPCOMING.search(text):
        return {"due": "upcoming"}, "due after today"
    return {}, ""


def _between(first: date | None, last: date) -> dict[str, object]:
    arguments: dict[str, object] = {"due_from": first.isoformat()} if first else {}
    return arguments | {"due_to": last.isoformat()}


def read_period(text: str, now: datetime) -> tuple[date | None, date, str] | None:
    """The days that ``text`` names, both included, and words for them."""
    today = now.date()
    if match := NEXT_DAYS.search(text):
        days = number(match["count"]) * (7 if match["unit"].lower() == "weeks" else 1)
        return today, today + timedelta(days=min(days, 3650)), match[0].lower()
    if YESTERDAY.search(text):
        return today - timedelta(days=1), today - timedelta(days=1), "yesterday"
    if match := PERIOD.search(text):
        return _period(now, match["unit"].lower(), (match["which"] or "this").lower() == "next")
    if match := IN_MONTH.search(text):
        first = _month(today, month_number(match["month"]))
        return first, first + relativedelta(day=31), f"in {first:%B}"
    return _single_day(text, now)


def _period(now: datetime, unit: str, later: bool) -> tuple[date, date, str]:
    today = now.date()
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=later)
    label = f"{'next' if later else 'this'} {unit}"
    match unit:
        case "week":
            first = dates.habits_of(now).week_of(today) + timedelta(weeks=later)
            return first, first + timedelta(days=6), label
        case "weekend":
            return monday + timedelta(days=5), monday + timedelta(days=6), label
        case "month":
            first = today + relativedelta(months=int(later), day=1)
            return first, first + relativedelta(day=31), label
    first = today + relativedelta(years=int(later), month=1, day=1)
    return first, first + relativedelta(month=12, day=31), label


def _month(today: date, month: int) -> date:
    return date(today.year + (month < today.month), month, 1)


def _two_days(text: str, now: datetime) -> tuple[date | None, date, str] | None:
    """From the one to the other: a list is of days in a row."""
    one = dates.read(text, now)
    other = dates.read(one.rest, now)
    if one.fault or other.fault or not one.when.day or not other.when.day:
        return None
    first, last = sorted((one.when.day, other.when.day))
    return first, last, f"from {_day_name(first)} to {_day_name(last)}"


def _single_day(text: str, now: datetime) -> tuple[date | None, date, str] | None:
    reading = dates.read(text, now)
    day = reading.when.day
    if reading.fault or not day:
        return None
    label = "tomorrow" if day == now.date() + timedelta(days=1) else f"on {_day_name(day)}"
    if UNTIL.search(text):
        return None, day, label.replace("on ", "until ") if "on " in label else f"until {label}"
    return day, day, label


def _day_name(day: date) -> str:
    return f"{day:%A}, {day.day} {day:%B}"
