"""Times of day that people write: "at 5pm", "17:30", "half past five", "from 3 to 4", "noon"."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time
from typing import NamedTuple

from agent.offline.dates.habits import USUAL, Habits
from agent.offline.dates.scanning import DIGITS, Rules, Said
from agent.offline.words import HOUR, number
from text.expressions import expression
from text.folding import fold

MEALS = {"breakfast": "morning", "brunch": "morning", "lunch": "lunch", "dinner": "evening"} | {
    "supper": "evening"
}
"""The part of the day that a meal tells: dinner at 7 is in the evening."""
MEAL = expression(rf"\b(?:{'|'.join(MEALS)})\b", re.IGNORECASE)

END_OF_DAY = "I put it down for 23:59, the end of that day."

LEAD = (
    r"(?:(?:due|no later than) )?"
    r"(?:(?:at|on|by|around|about|before|after|until|till|from|for|between|starting at|@) ?)?"
    r"(?:about |around )?"
)
BARE_AFTER = frozenset({"at", "around", "until", "till", "@"})
"""After these a bare hour is a time."""
NAMED_HOURS = {"noon": 12, "midday": 12, "midnight": 24}
COUNTED = frozenset(
    {"number", "numbers", "page", "pages", "chapter", "chapters", "level", "levels", "step"}
    | {"steps", "size", "sizes", "ages", "aged", "scale", "room", "gate", "rate", "count"}
)
"""What is counted from 1 to 10 is no time."""


@dataclass(frozen=True, slots=True)
class FoundTime:
    start: int
    end: int
    at: time | None
    """None when no clock shows it, as for 25:00."""
    remark: str = ""
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Clock:
    """``at`` is None when no clock shows it."""

    at: time | None
    remark: str = ""
    minutes: int = 0
    """Until its end, where that was said: from 3 to 4pm."""


class Known(NamedTuple):
    """The part of the day that was named elsewhere, or "", and what their days are like."""

    part: str
    habits: Habits


TimeReader = Callable[[Said, Known], Clock | None]

ISH = r"(?:-?ish\b)?"
HALF = r"(?: ?(?P<half>[ap])\.?m\b\.?)"
PART = r"(?: (?:in the (?P<part>morning|afternoon|evening)|at (?P<night>night))\b)"
SHARP = r"(?: sharp\b| on the dot\b)?"
MINUTES = r"(?P<minutes>half|quarter|five|ten|twenty(?:[- ]five)?|[1-5]?\d)(?: minutes)?"


def find_time(text: str, part: str, habits: Habits = USUAL) -> FoundTime | None:
    """The clearest time of day in ``text``; ``part`` is the part of the day that is known."""
    if not part and (meal := MEAL.search(text)):
        part = MEALS[fold(meal[0])]
    found = TIMES.best(text, Known(part, habits))
    if not found:
        return None
    said, clock = found
    return FoundTime(said.start, said.end, clock.at, clock.remark, clock.minutes)


def read_time(written: str, part: str) -> time | None:
    """All of ``written``, on a clock of 24 hours or with the part of the day that is meant."""
    spoken = f"at {written.strip()}"
    found = find_time(spoken, "afternoon" if part == "noon" and written[:2] != "11" else part)
    return found.at if found and (found.start, found.end) == (0, len(spoken)) else None


def _named(said: Said, known: Known) -> Clock:
    if said["name"] != "midnight":
        return Clock(time(12) if said.core.startswith("12") else known.habits.noon)
    return Clock(time(23, 59), END_OF_DAY)


def _past(said: Said, known: Known) -> Clock | None:
    """Half past five, ten to eight; "5 to 8" is one only after "at"."""
    digits, back = said["minutes"].isdecimal(), said["side"] in ("to", "till", "before")
    quarters = said["minutes"] in ("half", "quarter")
    if digits and back and _last(said) not in BARE_AFTER:
        return None
    if not quarters and (_last(said) in ("from", "between") or not (said["half"] or said.ends())):
        return None
    minutes = {"half": 30, "quarter": 15}.get(said["minutes"]) or number(
        said["minutes"].replace(" ", "-")
    )
    hour, guessed = _hour(said, _number(said["hour"]), known)
    if not back:
        return _shown(0 if said["hour"] == "midnight" else hour, minutes, guessed)
    return _shown((hour - 1) % 24, 60 - minutes, guessed) if hour <= 24 else Clock(None)


def _half_hour(said: Said, known: Known) -> Clock | None:
    """At half eight: 8:30."""
    if not _after_at(said):
        return None
    hour, guessed = _hour(said, number(said["hour"]), known)
    return _shown(hour, 30, guessed)


def _range(said: Said, known: Known) -> Clock | None:
    """5-6pm begins at 17:00, and 11-1pm at 11:00."""
    if not _is_range(said):
        return None
    half = said["own"] or said["half"]
    end = _number(said["end"])
    if not half and said["end"] in NAMED_HOURS:
        half = "a" if said["end"] == "midnight" else "p"
    if said["hour"] in NAMED_HOURS:
        half = "p"
    elif half and not said["own"] and number(said["hour"]) % 12 > end % 12:
        half = "a" if half == "p" else "p"
    hour, guessed = _hour(said, _number(said["hour"]), known, half)
    shown = _shown(hour, int(said["minute"] or 0), guessed)
    return replace(shown, minutes=_until_end(said, end, shown.at))


def _until_end(said: Said, end: int, at: time | None) -> int:
    """The minutes to the end; none between 3 and 4, for that is some time between them."""
    if at is None or _last(said) == "between":
        return 0
    half, last = said["half"], 60 * end + int(said["end_minute"] or 0)
    is_sure = bool(half) or end > 12 or said["end"] in NAMED_HOURS
    if half:
        last += 60 * (12 * (half == "p") - 12 * (end == 12))
    return (last - 60 * at.hour - at.minute) % (24 * 60 if is_sure else 12 * 60)


def _is_range(said: Said) -> bool:
    lead = _last(said)
    clear = bool(said["half"] or said["own"] or said["end_minute"] or said["part"])
    if said["dash"]:
        return clear or (lead in ("from", "at") and said.ends())
    if said["between"] == "and" and lead != "between":
        return False
    if lead not in ("from", "between"):
        return clear
    return clear or (said.ends() and said.last not in COUNTED)


def _clock(said: Said, known: Known) -> Clock | None:
    """17:30, 5pm, 17h30, 5 o'clock, 5 in the afternoon; "at 5" where no more is said."""
    clear = said["colon"] in (":", "h") or said["half"] or said["clock"] or said["part"]
    if not clear and not said["night"] and not _after_at(said):
        return None
    hour, guessed = _hour(said, number(said["hour"]), known)
    return _shown(hour, int(said["minute"] or 0), guessed)


def _number(hour: str) -> int:
    return NAMED_HOURS[hour] if hour in NAMED_HOURS else number(hour)


def _last(said: Said) -> str:
    """The last word of the lead; "at" of "at about"."""
    words = said.lead.split()
    return next((word for word in reversed(words) if word != "about" or len(words) == 1), "")


def _after_at(said: Said) -> bool:
    return _last(said) in BARE_AFTER and said.ends()


def _four_digits(said: Said, known: Known) -> Clock | None:
    """At 0930, 1730h; but no year and no number of a thing."""
    hour, minute = int(said["hour"]), int(said["minute"])
    if hour > 23 or minute > 59 or not said.ends():
        return None
    if not said["h"] and _last(said) not in ("at", "@"):
        return None
    return Clock(time(hour, minute))


def _shown(hour: int, minute: int, guessed: bool) -> Clock:
    if hour > 23 or minute > 59:
        return Clock(None)
    at = time(hour, minute)
    remark = f"I took that as {at:%H:%M}; say “am” if you mean the morning." if guessed else ""
    return Clock(at, remark)


def _hour(said: Said, hour: int, known: Known, half: str = "") -> tuple[int, bool]:
    """The hour of 24, and whether it was a guess between morning and afternoon."""
    part = said["part"] or said["night"] or known.part
    half = half or said["half"]
    if hour > 12 or said["hour"].startswith("0"):
        return hour, False
    if half == "a" or (part == "morning" and not half):
        return hour % 12, False
    if half == "p" or part in ("afternoon", "evening"):
        return hour % 12 + 12, False
    if part == "night":
        return hour % 12 + (12 if 5 <= hour < 12 else 0), False
    if part == "lunch" and hour <= 4:
        return hour + 12, False
    if (told := known.habits.hour(hour)) is not None:
        return told, False
    guessed = 1 <= hour <= 6
    return hour + 12 * guessed, guessed


def _rule(words: str, body: str, read: TimeReader) -> tuple[list[str], re.Pattern[str], TimeReader]:
    def read_by_itself(said: Said, known: Known) -> Clock | None:
        return None if said.the and not said.ends() else read(said, known)  # the 9:30 train

    return words.split(), expression(rf"(?:{body}){SHARP}", re.IGNORECASE), read_by_itself


HOURS = f"{DIGITS} one two three four five six seven eight nine ten eleven twelve"
RULES = [
    _rule(
        f"half quarter a five ten twenty {DIGITS}",
        rf"(?:a )?{MINUTES} (?P<side>past|after|to|till|before) (?P<hour>{HOUR}|noon|midnight)"
        rf"(?![:.]\d){ISH}{HALF}?(?!\w){PART}?",
        _past,
    ),
    _rule("half", rf"half (?P<hour>{HOUR})\b{PART}?", _half_hour),
    _rule(
        f"{HOURS} noon midday",
        rf"(?P<hour>{HOUR}|noon|midday)(?:[:.h](?P<minute>\d\d))?(?: ?(?P<own>[ap])\.?m\b\.?)?"
        r"(?: ?(?P<dash>[-–]) ?| (?P<between>to|till|until|and) )"
        rf"(?P<end>{HOUR}|noon|midday|midnight)(?:[:.h](?P<end_minute>\d\d))?{HALF}?"
        rf"(?![\w:/-]){PART}?",
        _range,
    ),
    _rule(
        f"noon noonish midday middayish midnight lunch lunchtime {DIGITS}",
        rf"(?:12 )?(?P<name>noon|midday|midnight|lunch ?time){ISH}\b(?!')",
        _named,
    ),
    _rule(
        DIGITS,
        r"(?P<hour>\d\d)(?P<minute>\d\d)(?: ?(?P<h>h|hrs)| hours)?(?![\w:/%-]|\.\d)",
        _four_digits,
    ),
    _rule(
        HOURS,
        rf"(?P<hour>{HOUR})(?:(?P<colon>[:.]|h(?=\d))(?P<minute>\d\d))?(?![\d:/%-]|\.\d)"
        rf"h?(?: ?(?P<clock>o'? ?clock|uhr|-?ish)\b)?{HALF}?{ISH}(?!\w){PART}?",
        _clock,
    ),
]
TIMES: Rules[Known, Clock] = Rules(LEAD, RULES)
