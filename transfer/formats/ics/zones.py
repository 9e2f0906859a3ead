"""Time zones as VTIMEZONE.

By rules, where a zone has such: some calendars pass over dates that are listed one by one, and
show every time of the summer an hour off.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

from todos.repeating.on import CODES

CYCLE = 28
"""Years after which the weekdays of a calendar come again."""
SINCE = 1970
MIDNIGHT = time()
HOUR = timedelta(hours=1)


class Change(NamedTuple):
    """``at`` is what clocks show at the moment when they are changed."""

    at: datetime
    before: timedelta
    after: timedelta


@lru_cache(maxsize=256)
def zone_as_ical(name: str, year: int) -> bytes:
    """As the rules are from ``year`` on; the years before are told by the same ones."""
    zone = ZoneInfo(name)
    changes = list(_changes(zone, year))
    kinds = {(change.at.month, change.before, change.after) for change in changes}
    rules = [_rule([change for change in changes if _kind(change) == kind]) for kind in kinds]
    if changes and (len(kinds) != 2 or None in rules):
        return bytes(Timezone.from_tzid(name).to_ical())
    told = Timezone()
    told.add("tzid", name)
    if not changes:
        offset = _offset(zone, date(year, 1, 1))
        told.add_component(
            _part(zone, datetime.combine(date(SINCE, 1, 1), MIDNIGHT), offset, offset, None)
        )
    for (_, before, after), rule in sorted(zip(kinds, rules, strict=True), key=str):
        at = next(change.at for change in changes if _kind(change)[1:] == (before, after))
        told.add_component(_part(zone, at, before, after, rule))
    return bytes(told.to_ical())


def _part(
    zone: ZoneInfo, at: datetime, before: timedelta, after: timedelta, rule: str | None
) -> TimezoneDaylight | TimezoneStandard:
    part = TimezoneDaylight() if after > before else TimezoneStandard()
    part.add("dtstart", _first(at, rule))
    part.add("tzoffsetfrom", before)
    part.add("tzoffsetto", after)
    part.add("tzname", (at + HOUR * 3).replace(tzinfo=zone).tzname())
    if rule:
        part.add("rrule", vRecur.from_ical(rule))
    return part


def _first(at: datetime, rule: str | None) -> datetime:
    """The day of the rule in its first year."""
    if rule is None:
        return at
    days = monthrange(SINCE, at.month)[1]
    month = [date(SINCE, at.month, day) for day in range(1, days + 1)]
    return datetime.combine(next(day for day in month if _fits(day, rule)), at.time())


def _kind(change: Change) -> tuple[int, timedelta, timedelta]:
    return change.at.month, change.before, change.after


def _rule(changes: list[Change]) -> str | None:
    """For one change a year, as RFC 5545 has it; None where there is no such rule."""
    days = [change.at.date() for change in changes]
    if len(days) != CYCLE or len({change.at.time() for change in changes}) > 1:
        return None
    head = f"FREQ=YEARLY;BYMONTH={days[0].month}"
    numbers = {day.day for day in days}
    if len(numbers) == 1:
        return f"{head};BYMONTHDAY={days[0].day}"
    if len({day.weekday() for day in days}) > 1 or max(numbers) - min(numbers) != 6:
        return None
    code = CODES[days[0].weekday()]
    if max(numbers) == monthrange(days[0].year, days[0].month)[1]:
        return f"{head};BYDAY=-1{code}"
    if max(numbers) % 7 == 0:
        return f"{head};BYDAY={max(numbers) // 7}{code}"
    return f"{head};BYDAY={code};BYMONTHDAY={','.join(map(str, sorted(numbers)))}"


def _fits(day: date, rule: str) -> bool:
    """Whether a day of its month is that of such a rule."""
    parts = dict(part.split("=") for part in rule.split(";"))
    numbers = parts.get("BYMONTHDAY")
    if numbers and str(day.day) not in numbers.split(","):
        return False
    if "BYDAY" not in parts:
        return True
    nth, code = parts["BYDAY"][:-2], parts["BYDAY"][-2:]
    if CODES[day.weekday()] != code:
        return False
    if nth == "-1":
        return (day + timedelta(days=7)).month != day.month
    return not nth or (day.day - 1) // 7 + 1 == int(nth)


def _changes(zone: ZoneInfo, year: int) -> Iterator[Change]:
    """Those of a whole cycle of years."""
    day, end = date(year, 1, 1), date(year + CYCLE, 1, 1)
    before = _offset(zone, day)
    while day < end:
        following = day + timedelta(days=1)
        after = _offset(zone, following)
        if after != before:
            yield Change(_moment(zone, day, before), before, after)
        day, before = following, after


def _offset(zone: ZoneInfo, day: date) -> timedelta:
    """At noon, when no clock is changed."""
    return datetime.combine(day, time(12), zone).utcoffset() or timedelta()


def _moment(zone: ZoneInfo, day: date, before: timedelta) -> datetime:
    """When, between noon and the next one, on clocks that are not changed yet."""
    noon = datetime.combine(day, time(12))
    low, high = 0, 24 * 60
    while high - low > 1:
        middle = (low + high) // 2
        moment = noon + timedelta(minutes=middle)
        is_changed = _at(zone, moment, before) != before
        low, high = (low, middle) if is_changed else (middle, high)
    return noon + timedelta(minutes=high)


def _at(zone: ZoneInfo, wall: datetime, offset: timedelta) -> timedelta | None:
    return (wall - offset).replace(tzinfo=UTC).astimezone(zone).utcoffset()
