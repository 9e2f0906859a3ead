"""For what a reminder is asked."""

from dataclasses import dataclass, field
from datetime import date, datetime, time

from todos.reminding.habits import Habits


@dataclass(frozen=True, slots=True)
class Occasion:
    """When the task is due, and whose it is: ``now`` is the aware time on the owner's clock."""

    now: datetime
    day: date | None = None
    at: time | None = None
    habits: Habits = field(default_factory=Habits)
