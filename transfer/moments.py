"""Days and times as other programs spell them."""

import re
from datetime import UTC, date, datetime, time
from functools import lru_cache
from zoneinfo import ZoneInfo

from accounts.models import time_zone_names
from agent.quick import Read, read_line

STAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d))?(?:\.(\d+))?\s?(Z|[+-]\d\d:?\d\d)?)?"
)
FIRST, LAST = 1900, 9998
"""Years in which every zone has a time."""
TASK = "Task"
LONGEST = 200


def read_stamp(text: str) -> datetime | date:
    """``2026-12-01``, or with a time, which is aware if it tells its zone. Raises ValueError."""
    match = STAMP.fullmatch(text.strip())
    if match is None:
        raise ValueError("neither a day nor a time")
    day, at, seconds, fraction, zone = match.groups()
    if at is None:
        return date.fromisoformat(day)
    zone = "+00:00" if zone == "Z" else zone or ""
    fraction = f"{fraction or '0':0<6.6}"
    moment = datetime.fromisoformat(f"{day}T{at}:{seconds or '00'}.{fraction}{zone}")
    if not FIRST <= moment.year <= LAST:
        raise ValueError("out of all calendars")
    return moment


def read_moment(text: str, now: datetime) -> datetime | None:
    """Aware; what has no zone is on the user's clock, and a day alone its midnight. None: none."""
    try:
        stamp = read_stamp(text)
    except ValueError:
        return None
    if not isinstance(stamp, datetime):
        if not FIRST <= stamp.year <= LAST:
            return None
        stamp = datetime.combine(stamp, time.min)
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=now.tzinfo)


def local(moment: datetime, now: datetime) -> tuple[date, time]:
    """On the user's clock, to the minute."""
    there = moment.astimezone(now.tzinfo)
    return there.date(), there.time().replace(second=0, microsecond=0)


def zone_of(name: str) -> ZoneInfo | None:
    """By its name, or that of Windows; None where there is none."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON  # brings all of it

    known = WINDOWS_TO_OLSON.get(name, name)
    return ZoneInfo(known) if known in time_zone_names() else None


def utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


@lru_cache(maxsize=1024)
def read_words(text: str, now: datetime) -> Read | None:
    """A day, a time or a rule in words, which are nothing else; None where they are not."""
    if len(text) > LONGEST:
        return None
    read = read_line(f"{TASK} {text}", now)
    understood = read.title == TASK and (read.when or read.repeat)
    return read if understood else None
