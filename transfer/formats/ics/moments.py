"""Days and times as a file has them, on the user's clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import vDDDTypes

from transfer.formats.ics.lines import Property
from transfer.moments import zone_of

MOST_ZONES = 1000
decoded: Callable[[str], Any] = vDDDTypes.from_ical
"""A day, a moment, a length of time. Raises ValueError."""


class UnknownZone(Exception):
    """``when`` is its time as the user's own."""

    def __init__(self, name: str, when: "When") -> None:
        super().__init__()
        self.name, self.when = name, when


@dataclass(frozen=True, slots=True)
class When:
    """A day or, with ``at``, a moment, on the user's clock."""

    day: date
    at: time | None = None

    @property
    def wall(self) -> datetime:
        return datetime.combine(self.day, self.at or time())


class Zones:
    """Those of a file, by the names that it has for them."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._places: dict[str, str] = {}
        self._name = ""

    def note(self, said: Property) -> None:
        value = said.value.strip()
        if said.name == "TZID":
            self._name = value
        elif self._name and len(self._places) < MOST_ZONES:
            self._places[self._name] = value

    def when(self, said: Property) -> When:
        """Raises UnknownZone, and ValueError, TypeError, AttributeError or OverflowError where it
        is not understood."""
        value = said.value.strip()
        found = decoded(value)
        if not isinstance(found, datetime):
            return When(date(found.year, found.month, found.day))
        name = "" if value.endswith("Z") else str(said.params.get("TZID", "")).strip()
        if not name:
            return self.local(found)
        zone = self._zone(name)
        if zone is None:
            raise UnknownZone(name, self.local(found))
        return self.local(found.replace(tzinfo=zone))

    def local(self, moment: datetime) -> When:
        """What has no zone is the user's own. Raises OverflowError."""
        local = moment.astimezone(self.now.tzinfo) if moment.tzinfo else moment
        return When(local.date(), local.time().replace(fold=0))

    def _zone(self, name: str) -> ZoneInfo | None:
        """By its name, that of Windows, or one that ends in its name."""
        name = self._places.get(name, name)
        ends = ["/".join(name.split("/")[-length:]) for length in (3, 2, 1)]
        return next(filter(None, map(zone_of, (name, *ends))), None)
