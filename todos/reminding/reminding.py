"""One reminder that a person asked for, as it is kept with the task."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from todos.reminding.clock import Clock
from todos.reminding.telling import tell
from todos.rules import RuleBroken

Spec = dict[str, Any]
"""``{"id", "before_minutes"}``, ``{"id", "days_before", "time"}`` or ``{"id", "at"}``, as JSON."""

MOST = 20
MINUTES_OF_A_DAY = 24 * 60
LONGEST_DAYS = 366
LONGEST = LONGEST_DAYS * MINUTES_OF_A_DAY


def broken(sentence: str, code: str = "invalid") -> RuleBroken:
    return RuleBroken("reminders", code, sentence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminding:
    """So many minutes before the time of the task, or before the morning of its day where it has no
    time; or on a day counted from its day, at a time on the wall; or at a local time of its own.

    Whole days of ``before_minutes`` are days of the calendar, the rest is minutes that pass.
    """

    before_minutes: int | None = None
    days_before: int = 0
    wall: time | None = None
    at: datetime | None = None

    @classmethod
    def of(cls, spec: Spec) -> "Reminding":
        """What is kept. Raises KeyError and ValueError where that is no spec."""
        if "before_minutes" in spec:
            return cls(before_minutes=spec["before_minutes"])
        if "at" in spec:
            return cls(at=datetime.fromisoformat(spec["at"]))
        return cls(days_before=spec["days_before"], wall=time.fromisoformat(spec["time"]))

    def spec(self, key: UUID | str | None = None) -> Spec:
        """To be kept; with an id of its own, if none is given."""
        return {"id": str(key or uuid7()), **self.fields}

    @property
    def fields(self) -> dict[str, Any]:
        """As JSON, without an id."""
        if self.before_minutes is not None:
            return {"before_minutes": self.before_minutes}
        if self.at is not None:
            return {"at": self.at.isoformat().removesuffix(":00")}
        return {"days_before": self.days_before, "time": str(self.wall).removesuffix(":00")}

    @property
    def words(self) -> str:
        """In English; :func:`read` takes them back."""
        return tell(self.before_minutes, self.days_before, self.wall, self.at)

    def moment(self, day: date | None, at: time | None, clock: Clock) -> datetime | None:
        """When it would ring, in UTC and without regard to quiet hours; None where nothing says so.

        ``day`` and ``at`` are when the task is due.
        """
        try:
            return self._moment(day, at, clock)
        except OverflowError:
            return None

    def _moment(self, day: date | None, at: time | None, clock: Clock) -> datetime | None:
        if self.at is not None:
            return clock.moment(self.at)
        if day is None:
            return None
        if self.wall is not None:
            return clock.moment(datetime.combine(day - timedelta(self.days_before), self.wall))
        days, minutes = divmod(self.before_minutes or 0, MINUTES_OF_A_DAY)
        due = datetime.combine(day - timedelta(days), at or clock.morning)
        return clock.moment(due) - timedelta(minutes=minutes)

    def check(self) -> "Reminding":
        """Raises RuleBroken where it is too far from the task."""
        if not 0 <= (self.before_minutes or 0) <= LONGEST:
            raise broken(f'"before_minutes" is a whole number from 0 to {LONGEST:,}.')
        if abs(self.days_before) > LONGEST_DAYS:
            raise broken(f'"days_before" is a whole number from -{LONGEST_DAYS} to {LONGEST_DAYS}.')
        return self


def carried(specs: Iterable[Spec]) -> tuple[Spec, ...]:
    """What a successor has of them, under ids of its own; a time of its own is not carried."""
    return tuple(Reminding.of(spec).spec() for spec in specs if "at" not in spec)
