"""When: the day and the time in a sentence, read on the user's own calendar and clock."""

from agent.offline.dates.ago import read_ago
from agent.offline.dates.before import BEFORE, BELL, cut_reminders, reminders_in
from agent.offline.dates.calendar import PASSED
from agent.offline.dates.clock import END_OF_DAY
from agent.offline.dates.habits import Habits, LocalTime, habits_of
from agent.offline.dates.lengths import cut_last_length, read_amount
from agent.offline.dates.reading import ANY_TIME, Cut, Reading, When, read, read_end, read_hour
from agent.offline.dates.repetition import (
    Repetition,
    read_last_day,
    read_repetition,
    with_last_day,
)
from agent.offline.dates.shifts import Shift, read_shift
from agent.offline.dates.tidying import tidy

__all__ = [
    "ANY_TIME",
    "BEFORE",
    "BELL",
    "END_OF_DAY",
    "PASSED",
    "Cut",
    "Habits",
    "LocalTime",
    "Reading",
    "Repetition",
    "Shift",
    "When",
    "cut_last_length",
    "cut_reminders",
    "habits_of",
    "read",
    "read_ago",
    "read_amount",
    "read_end",
    "read_hour",
    "read_last_day",
    "read_repetition",
    "read_shift",
    "reminders_in",
    "tidy",
    "with_last_day",
]
