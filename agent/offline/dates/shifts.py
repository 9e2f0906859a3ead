"""By how much to move a task: "by a week", "2 days later", "an hour earlier"."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from dateutil.relativedelta import relativedelta

from agent.offline.dates.calendar import delta
from agent.offline.dates.days import UNIT
from agent.offline.dates.reading import When
from agent.offline.words import NUMBER, number
from text.expressions import expression


@dataclass(frozen=True, slots=True)
class Shift:
    """By how much to postpone (or to bring forward)."""

    by: relativedelta

    def __call__(self, day: date, at: time | None) -> When:
        """Raises OverflowError or ValueError beyond the years of the calendar."""
        moved = datetime.combine(day, at or time()) + self.by
        return When(moved.date(), moved.time() if at or self.by.hours or self.by.minutes else None)


AMOUNT = rf"(?P<count>{NUMBER}|another) {UNIT}\b"
SHIFTS = [
    expression(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:(?P<way>forward|ahead|back|out|off|up)(?: (?:by|for))?|by|for|it|that) "
        rf"{AMOUNT}(?P<side> (?:earlier|sooner))?",
        rf"\b{AMOUNT} ?(?P<side>later|earlier|sooner|more)\b(?P<way>)",
        rf"^{AMOUNT}(?P<side>)(?P<way>)$",
    )
]
EARLIER = ("earlier", "sooner", "forward", "ahead", "up")


def read_shift(text: str) -> tuple[Shift, str] | None:
    """How far to move, and the text before it: by a week, 2 days later."""
    for pattern in SHIFTS:
        match = pattern.search(text)
        if match:
            word, unit = match["count"].lower(), match["unit"].lower()
            count = 1 if word == "another" else number(word)
            earlier = (match["side"] or match["way"] or "").strip().lower() in EARLIER
            return Shift(_amount(-count if earlier else count, unit)), text[: match.start()].strip()
    return None


def _amount(count: int, unit: str) -> relativedelta:
    if unit.startswith("min"):
        return relativedelta(minutes=count)
    if unit.startswith("h"):
        return relativedelta(hours=count)
    return delta(count, unit)
