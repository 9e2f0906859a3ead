"""The time that is looked at: from a moment until now, in UTC."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

DAYS = (1, 7, 14, 30)
USUAL = 14
UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
LONGEST = timedelta(days=3660)
CLOCKS = timedelta(hours=1)
"""By so much the time in a key may differ from that of its row: clocks are set, rows are mended."""

DAY, HOUR = len("2026-11-21"), len("2026-11-21 12")


class NoWindow(ValueError):
    """What is said is no time; tells what would be."""


@dataclass(frozen=True)
class Window:
    """From ``since`` until ``until``; it is told by hours or by days, ``letters`` of a time."""

    since: datetime
    until: datetime
    letters: int = DAY

    @classmethod
    def of_days(cls, days: int) -> "Window":
        """The last ones with today, or the last 24 hours with this one."""
        now = timezone.now().astimezone(UTC)
        if days == 1:
            this_hour = now.replace(minute=0, second=0, microsecond=0)
            return cls(this_hour - timedelta(hours=23), now, HOUR)
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return cls(today - timedelta(days=days - 1), now)

    @classmethod
    def read(cls, words: str) -> "Window":
        """Of ``12h``, ``1d``, ``2w``, a date or a time in UTC; by hours. Raises NoWindow."""
        now = timezone.now().astimezone(UTC)
        since = _since(words.strip().lower(), now)
        if since >= now:
            raise NoWindow(f"{words} is not in the past.")
        if now - since > LONGEST:
            raise NoWindow(f"{words} is too long ago: give {LONGEST.days} days at most.")
        return cls(since, now, HOUR)

    @property
    def times(self) -> list[str]:
        """Each hour or day of it."""
        step = timedelta(days=1) if self.letters == DAY else timedelta(hours=1)
        first = self.since.replace(minute=0, second=0, microsecond=0)
        count = -(-(self.until - first) // step)
        return [str(first + place * step)[: self.letters] for place in range(count)]

    @property
    def rows(self) -> dict[str, Any]:
        """The conditions for rows that were made in it.

        Keys rise with time, so that the index of the primary key finds them.
        """
        return {
            "pk__gte": first_key(self.since - CLOCKS),
            "created_at__gte": self.since,
            "created_at__lt": self.until,
        }


def first_key(moment: datetime) -> UUID:
    """The first key (UUIDv7: RFC 9562, 5.7) of a moment."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


def _since(words: str, now: datetime) -> datetime:
    if match := re.fullmatch(r"(\d{1,4}) ?([hdw])", words):
        return now - int(match[1]) * UNITS[match[2]]
    try:
        moment = datetime.fromisoformat(words)
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError):
        raise NoWindow(f'"{words}" is no time. Give 12h, 1d, 2w or 2026-11-21.') from None
