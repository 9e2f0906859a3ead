"""Times of day that people write: "at 5pm", "17:30", "half past five", "noon"."""

import re
from dataclasses import dataclass
from datetime import time

from agent.offline.words import HOUR, ends_phrase, number

PARTS = {
    "morning": time(9),
    "afternoon": time(15),
    "evening": time(18),
    "night": time(20),
}
"""When a part of the day is, if no hour is named."""

LEAD = r"(?:(?:due|no later than) )?(?:(?:at|by|around|about|before|until|till|from|for|@)\s*)?"
PART = r"(?: (?:in the (?P<part>morning|afternoon|evening)|at (?P<night>night)))"


@dataclass(frozen=True, slots=True)
class FoundTime:
    start: int
    end: int
    at: time | None
    """None when no clock shows it, as for 25:00."""
    remark: str = ""


NAMED = re.compile(
    rf"\b{LEAD}(?:12 )?(?P<name>noon|midday|midnight|lunch\s?time)\b(?!')", re.IGNORECASE
)
PAST = re.compile(
    rf"\b{LEAD}(?P<minutes>half|quarter|a quarter) (?P<side>past|to) (?P<hour>{HOUR})\b"
    rf"(?:\s*(?P<half>[ap])\.?m\b\.?)?{PART}?",
    re.IGNORECASE,
)
CLOCK = re.compile(
    rf"(?<![\w.:/-]){LEAD}(?P<hour>{HOUR})(?:(?P<colon>[:.])(?P<minute>\d\d))?(?![\d:/-])"
    rf"(?:\s?(?P<half>[ap])\.?m\b\.?|\s?(?P<clock>o'?clock)\b)?{PART}?",
    re.IGNORECASE,
)
RANGE = re.compile(
    rf"(?<![\w.:/-]){LEAD}(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d\d))?(?:\s?(?P<own>[ap])\.?m)?"
    r"\s?[-–]\s?(?P<end>\d{1,2})"
    r"(?:(?:[:.]\d\d)?\s?(?P<half>[ap])\.?m\b\.?|:\d\d(?![\d:/-]))(?P<part>)(?P<night>)",
    re.IGNORECASE,
)
AT = re.compile(
    r"(?<!\w)(?:at|around|until|till|@)\s*"
    rf"(?P<hour>{HOUR})(?:\.(?P<minute>\d\d))?\b(?![:.]\d|[%/-])(?P<half>)(?P<part>)(?P<night>)",
    re.IGNORECASE,
)


def find_time(text: str, part: str) -> FoundTime | None:
    """The first time of day in ``text``; ``part`` is the part of the day that is known already."""
    if match := NAMED.search(text):
        return _named(match)
    if match := PAST.search(text):
        return _past(match, part)
    if match := RANGE.search(text):
        return _beginning(match, part)
    for match in CLOCK.finditer(text):
        if (
            match["colon"] == ":"
            or match["half"]
            or match["clock"]
            or match["part"]
            or match["night"]
        ):
            return _clock(match, part)
    for match in AT.finditer(text):
        if ends_phrase(text[match.end() :]):
            return _clock(match, part)
    return None


def _named(match: re.Match[str]) -> FoundTime:
    if match["name"].lower() != "midnight":
        return FoundTime(match.start(), match.end(), time(12))
    remark = "I put it down for 23:59, the end of that day."
    return FoundTime(match.start(), match.end(), time(23, 59), remark)


def _past(match: re.Match[str], part: str) -> FoundTime:
    hour, guessed = _hour(match, number(match["hour"]), part)
    if match["minutes"].lower() == "half":
        return _found(match, hour, 30, guessed)
    if match["side"].lower() == "past":
        return _found(match, hour, 15, guessed)
    return _found(match, (hour - 1) % 24, 45, guessed)


def _beginning(match: re.Match[str], part: str) -> FoundTime:
    """5-6pm begins at 17:00, and 11-1pm at 11:00."""
    half = (match["own"] or match["half"] or "").lower()
    if half and not match["own"] and int(match["hour"]) % 12 > int(match["end"]) % 12:
        half = "a" if half == "p" else "p"
    return _clock(match, part, half)


def _clock(match: re.Match[str], part: str, half: str = "") -> FoundTime:
    hour, guessed = _hour(match, number(match["hour"]), part, half)
    return _found(match, hour, int(match["minute"] or 0), guessed)


def _found(match: re.Match[str], hour: int, minute: int, guessed: bool) -> FoundTime:
    if hour > 23 or minute > 59:
        return FoundTime(match.start(), match.end(), None)
    at = time(hour, minute)
    remark = f"I took that as {at:%H:%M}; say “am” if you mean the morning." if guessed else ""
    return FoundTime(match.start(), match.end(), at, remark)


def _hour(match: re.Match[str], hour: int, part: str, half: str = "") -> tuple[int, bool]:
    """The hour of 24, and whether it was a guess between morning and afternoon."""
    part = (match["part"] or match["night"] or part).lower()
    half = half or (match["half"] or "").lower()
    if hour > 12 or match["hour"].startswith("0"):
        return hour, False
    if half == "a" or part == "morning":
        return hour % 12, False
    if half == "p" or part in ("afternoon", "evening"):
        return hour % 12 + 12, False
    if part == "night":
        return hour % 12 + (12 if 5 <= hour < 12 else 0), False
    guessed = 1 <= hour <= 6
    return hour + 12 * guessed, guessed
