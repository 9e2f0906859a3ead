"""How the tests of dates ask the built-in assistant's reader."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from agent.offline import dates
from agent.offline.dates import Reading, When

SATURDAY_NOON = "2026-11-21 12:10"


def moment(now: str, zone: str) -> datetime:
    return datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone))


def read(text: str, now: str = SATURDAY_NOON, zone: str = "Europe/Berlin") -> Reading:
    return dates.read(text, moment(now, zone))


def when(told: str) -> When:
    day, _, at = told.rpartition(" ") if ":" in told else (told, "", "")
    return When(date.fromisoformat(day) if day else None, time.fromisoformat(at) if at else None)
