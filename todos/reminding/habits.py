"""What a person told of their days, as far as it says when something is to ring."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import time
from typing import Self

from accounts.models import User
from accounts.preferences import Key


@dataclass(frozen=True, slots=True)
class Habits:
    """``hours``: of 24, each is what the same hour of 12 means where no more is said."""

    morning: time = time(9)
    noon: time = time(12)
    evening: time = time(18)
    night: time = time(20)
    hours: frozenset[int] = frozenset()
    default_reminder: int | None = None
    """Minutes before; None: they want none unasked."""

    @classmethod
    def of(cls, user: User) -> Self:
        """A query, where they have told anything."""
        return cls.told(user.preferences().values_list("key", "value"))

    @classmethod
    def told(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """From preferences, as rows have them; what has another form tells nothing."""
        habits = cls()
        for key, value in pairs:
            with suppress(ValueError):
                habits = habits._with(key, value)
        return habits

    def _with(self, key: str, value: str) -> Self:
        """Raises ValueError."""
        match key:
            case Key.MORNING:
                return replace(self, morning=time.fromisoformat(value))
            case Key.NOON:
                return replace(self, noon=time.fromisoformat(value))
            case Key.EVENING:
                return replace(self, evening=time.fromisoformat(value))
            case Key.NIGHT:
                return replace(self, night=time.fromisoformat(value))
            case Key.DEFAULT_REMINDER:
                return replace(self, default_reminder=int(value))
        if key == Key.PM_HOURS:
            hours = frozenset(time.fromisoformat(at).hour for at in value.split(", "))
            return replace(self, hours=hours)
        return self
