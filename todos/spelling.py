"""How a day and a time of day are spelled, at whatever door they come in: one way for each."""

import re
from datetime import date, time

DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
TIME_OF_DAY = re.compile(r"^[0-9]{2}:[0-9]{2}(:00)?$")


def read_day(text: object) -> date:
    """``YYYY-MM-DD``, and none of the other spellings of ISO 8601. Raises ValueError."""
    if not (isinstance(text, str) and DAY.fullmatch(text)):
        raise ValueError("write the day as YYYY-MM-DD")
    return date.fromisoformat(text)


def read_time(text: object) -> time:
    """``HH:MM``, without a zone. Seconds may be there if zero. Raises ValueError."""
    if not (isinstance(text, str) and TIME_OF_DAY.fullmatch(text)):
        raise ValueError("write the user's local time as HH:MM, without a zone")
    return time.fromisoformat(text)
