"""When: the day and the time in a sentence, read on the user's own calendar and clock."""

from agent.offline.dates.reading import (
    ANY_TIME,
    Reading,
    Shift,
    When,
    read,
    read_shift,
    tidy,
)

__all__ = ["ANY_TIME", "Reading", "Shift", "When", "read", "read_shift", "tidy"]
