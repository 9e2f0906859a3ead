"""When: the day and the time in a sentence, read on the user's own calendar and clock."""

from agent.offline.dates.reading import ANY_TIME, Reading, When, read, read_end, read_hour
from agent.offline.dates.repetition import Repetition, read_repetition
from agent.offline.dates.shifts import Shift, read_shift
from agent.offline.dates.tidying import tidy

__all__ = [
    "ANY_TIME",
    "Reading",
    "Repetition",
    "Shift",
    "When",
    "read",
    "read_end",
    "read_hour",
    "read_repetition",
    "read_shift",
    "tidy",
]
