"""Days by how far they are: tomorrow, friday, next week, in two days, the end of the month."""

import re
from datetime import UTC, date, datetime, timedelta

from dateutil.relativedelta import relativedelta

from agent.offline.dates.calendar import Day, NoSuchDay, coming, delta, next_week
from agent.offline.dates.dated import NTH
from agent.offline.dates.names import DAY_NUMBERS, ORDINALS
from agent.offline.dates.scanning import Said
from agent.offline.words import number

_TOMORROW = """
    tomorrow tomorow tommorow tommorrow tomorrrow tomrrow tomorro tomorrw tmrw tmr tmw tomo tomoz
    2moro 2morrow 2mrw
"""
TOMORROW = frozenset(_TOMORROW.split())
TONIGHT = frozenset({"tonight", "tonite", "2nite", "tonigt", "tonght"})
NEAR = TOMORROW | TONIGHT | {"today", "this"}
_NOT_BEFORE = """
    my our every each a one some he she we they get be last past previous other following next any
    given black good bloody ruby blue manic stormy freaky cyber super ash palm easter giving
"""
NOT_BEFORE_DAYS = frozenset([*_NOT_BEFORE.split(), *ORDINALS])
"""My friday, every monday, he sat, get wed, last monday, Ruby Tuesday."""
TIME_FOLLOWS = re.compile(
    r",? (?:(?:at |@ ?)\d|(?:from |around )?\d{1,2}"
    r"(?:[:.h]\d\d| ?[ap]\.?m\b| ?(?:-|–|to) ?\d|(?= ?$|[,;!?)])| in the )"
    r"|noon\b|midday\b|midnight\b|half past\b|quarter (?:past|to)\b)",
    re.IGNORECASE,
)


def day_after_tomorrow(said: Said, now: datetime) -> Day | None:
    if not said.core.isupper() and "After" in said.core:  # a film
        return None
    return Day(now.date() + timedelta(days=2))


def near(said: Said, now: datetime) -> Day | None:
    word = said["word"]
    if word not in NEAR or said.is_name():
        return None
    return Day(now.date() + timedelta(days=word in TOMORROW))


def after(said: Said, now: datetime) -> Day | None:
    """In two weeks, 3 days from now, a week from friday. Hours go by the clock of the world."""
    if not said["origin"] and not said["in"]:
        return None
    origin = _origin(said["origin"], now)
    try:
        step = _step(said)
        if step is None or origin is None:
            return None
        if isinstance(step, timedelta):
            return _moment(now, step) if said["origin"] in ("", "now") else None
        return Day(origin + step)
    except (OverflowError, ValueError):
        raise NoSuchDay("That is further away than my calendar goes.") from None


def _step(said: Said) -> timedelta | relativedelta | None:
    """A timedelta goes by the clock, a relativedelta by the calendar; None for half a month."""
    if said["piece"]:
        minutes = 30 if said["piece"] == "half" else 15
        return timedelta(minutes=minutes * (3 if said["odd"] else 1))
    count, unit = _count(said), said["unit"]
    if unit.startswith(("min", "h")):
        extra = number(said["extra"] or said["minutes"] or "0")
        return timedelta(minutes=round(count * (1 if unit[0] == "m" else 60)) + extra)
    if count == int(count):
        return delta(int(count), unit)
    if unit[0] == "d":
        return timedelta(hours=round(count * 24))
    return relativedelta(months=round(count * 12)) if unit[0] == "y" else None


def _count(said: Said) -> float:
    count = said["count"]
    half = {"": 0, "half": 0.5, "quarter": 0.25}[said["rest"]] or 0.5 * bool(said["half"])
    return (float(count.replace(",", ".")) if re.search("[.,]", count) else number(count)) + half


def _moment(now: datetime, step: timedelta) -> Day:
    then = (now.astimezone(UTC) + step).astimezone(now.tzinfo)
    return Day(then.date(), then.time().replace(second=0, microsecond=0))


def _origin(word: str, now: datetime) -> date | None:
    if word in ("", "now", "today"):
        return now.date()
    if word == "tomorrow":
        return now.date() + timedelta(days=1)
    return coming(word, now.date()) if word in DAY_NUMBERS else None


def weekday(said: Said, now: datetime) -> Day | None:
    name, today = said["weekday"], now.date()
    if name not in DAY_NUMBERS:
        return None
    if said["which"] or said["later"]:
        return _which_weekday(said, now)
    led = said.lead and (not said.the or said.ends())
    time_follows = said.follows(TIME_FOLLOWS)
    if not (led or time_follows) and (name == "sun" or not _alone(said)):
        return None
    if not said.lead and (said.last in NOT_BEFORE_DAYS or NTH.fullmatch(said.last)):
        return None
    return Day(coming(name, today))


def _alone(said: Said) -> bool:
    return not said.the and said.ends()


def _which_weekday(said: Said, now: datetime) -> Day:
    """The friday that is called "this" is the first to come, "next" is that of next week."""
    today = now.date()
    if said["later"] or said["which"] == "next":
        return Day(coming(said["weekday"], next_week(now) - timedelta(days=1)))
    return Day(coming(said["weekday"], today - timedelta(days=said["which"] == "this")))


def end_of(said: Said, now: datetime) -> Day:
    return Day(_last_day(now, said["short"] or said["unit"], later=said["which"] == "next"))


def week_or_month(said: Said, now: datetime) -> Day:
    """Next month means its first day; this week lasts until its end."""
    unit = said["unit"]
    if said["which"] != "next":
        return Day(_last_day(now, unit, later=False))
    return Day(_last_day(now, unit, later=False) + timedelta(days=1))


def _last_day(now: datetime, unit: str, *, later: bool) -> date:
    """Of this day, week, month or year, or with ``later`` of the next."""
    today = now.date()
    match unit:
        case "day" | "eod":
            return today + timedelta(days=later)
        case "week" | "eow":
            return next_week(now) + timedelta(days=-1, weeks=later)
        case "month" | "eom":
            return today + relativedelta(months=int(later), day=31)
    return today + relativedelta(years=int(later), month=12, day=31)


def weekend(said: Said, now: datetime) -> Day | None:
    today = now.date()
    if not (said["which"] or said.lead or (said.the and said.ends())):
        return None
    if said["which"] == "next":
        return Day(today + timedelta(days=12 - today.weekday()))
    return Day(max(today, today + timedelta(days=5 - today.weekday())))
