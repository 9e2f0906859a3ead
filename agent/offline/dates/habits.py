"""What days are like for one person: when their morning is, which day begins their week."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Self

from agent.offline.dates.names import DAY_NUMBERS


@dataclass(frozen=True, slots=True)
class Habits:
    """As they are for everybody who has not told otherwise."""

    morning: time = time(9)
    noon: time = time(12)
    evening: time = time(18)
    night: time = time(20)
    week_starts: int = 0
    """As ``date.weekday`` counts."""
    day_first: bool | None = None
    """Whether 3/4 is the third of April; None: as it is the custom in their zone."""
    hours: frozenset[int] = frozenset()
    """Of 24, such as 17: each is what the same hour of 12 means where no more is said."""
    lines: tuple[str, ...] = ()
    """All that they told, notes too."""

    @classmethod
    def of(cls, told: Iterable[str]) -> Self:
        """``told`` are lines such as ``morning: 07:00``; what has another form tells nothing."""
        habits = cls(lines=tuple(told))
        for line in habits.lines:
            key, _, value = line.partition(": ")
            with suppress(ValueError, KeyError):
                habits = habits._with(key, value)
        return habits

    def _with(self, key: str, value: str) -> Self:
        """Raises ValueError and KeyError."""
        match key:
            case "morning":
                return replace(self, morning=time.fromisoformat(value))
            case "noon":
                return replace(self, noon=time.fromisoformat(value))
            case "evening":
                return replace(self, evening=time.fromisoformat(value))
            case "night":
                return replace(self, night=time.fromisoformat(value))
            case "week_starts":
                return replace(self, week_starts=DAY_NUMBERS[value])
            case "day_first":
                return replace(self, day_first=value == "true")
            case "pm_hours":
                times = map(time.fromisoformat, value.split(", "))
                return replace(self, hours=frozenset(at.hour for at in times))
        return self

    def part(self, name: str) -> time | None:
        """When a part of the day is, if no hour is named."""
        parts = {"morning": self.morning, "evening": self.evening, "night": self.night}
        return parts.get(name) or (time(15) if name == "afternoon" else None)

    def hour(self, said: int) -> int | None:
        """The hour of 24 that they mean by this one of 12; None where they have not told."""
        return next((hour for hour in self.hours if hour % 12 == said % 12), None)

    def week_of(self, day: date) -> date:
        """The first day of its week."""
        return day - timedelta(days=(day.weekday() - self.week_starts) % 7)


USUAL = Habits()


class LocalTime(datetime):
    """The local time of somebody, who may have told how they read their days."""

    habits: Habits = USUAL

    @classmethod
    def of(cls, now: datetime, habits: Habits) -> Self:
        local = cls.combine(now.date(), now.timetz()).replace(fold=now.fold)
        local.habits = habits
        return local


def habits_of(now: datetime) -> Habits:
    """Those of whoever's local time it is."""
    return now.habits if isinstance(now, LocalTime) else USUAL
