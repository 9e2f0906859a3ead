"""A reminder told in words, each in one way alone."""

from datetime import datetime, time

UNITS = (("week", 7 * 24 * 60), ("day", 24 * 60), ("hour", 60), ("minute", 1))


def tell(
    before_minutes: int | None, days_before: int, at: time | None, own: datetime | None
) -> str:
    """As ``10 minutes before``, ``the day before at 18:00``, ``on 2026-12-01 at 09:00``."""
    if before_minutes is not None:
        return f"{_length(before_minutes)} before" if before_minutes else "at the time"
    if own is not None:
        return f"on {own:%Y-%m-%d} at {own:%H:%M}"
    return f"{_day(days_before)} at {at:%H:%M}"


def _length(minutes: int) -> str:
    unit, size = next(each for each in UNITS if minutes % each[1] == 0)
    return _counted(minutes // size, unit)


def _day(days_before: int) -> str:
    if days_before == 0:
        return "on the day"
    side = "before" if days_before > 0 else "after"
    return f"the day {side}" if abs(days_before) == 1 else f"{abs(days_before)} days {side}"


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}{'s' * (number != 1)}"
