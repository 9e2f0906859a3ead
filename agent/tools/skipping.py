"""What update_task takes in place of a rule: words that move the task within its series."""

import re
from dataclasses import dataclass
from datetime import date

from todos.models import Origin, Task
from todos.rules import RuleBroken
from todos.spelling import read_day

SKIP = re.compile(
    r"(?:skip|pause)(?: (?:it|this|once))?(?: (?:until|till|to) (?P<until>\d{4}-\d\d-\d\d))?[.!]?",
    re.IGNORECASE,
)
RESUME = re.compile(r"(?:resume|unpause|continue)[.!]?", re.IGNORECASE)
PAUSE_UNTIL = 'Say until when, as "pause until 2027-05-01", or null to end it.'


@dataclass(frozen=True, slots=True)
class Skip:
    """To its next day, or to its first day from ``until`` on."""

    until: date | None = None

    @classmethod
    def read(cls, words: str, today: date) -> "Skip | None":
        """None for words that tell something else. Raises RuleBroken for a pause without an end."""
        if RESUME.fullmatch(words.strip()):
            return cls(today)
        match = SKIP.fullmatch(words.strip())
        if match is None:
            return None
        if match["until"] is None and words.strip().lower().startswith("pause"):
            raise RuleBroken("repeats", "invalid", PAUSE_UNTIL)
        return cls(read_day(match["until"]) if match["until"] else None)

    def run(self, task: Task, origin: Origin) -> bool:
        """``False`` when it was due then already. Raises RuleBroken."""
        return task.skip(origin, self.until)


def is_skip(words: str) -> bool:
    return bool(RESUME.fullmatch(words.strip()) or SKIP.fullmatch(words.strip()))
