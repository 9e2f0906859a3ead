"""Quiet hours, read from words: "no reminders from 22 to 7", "don't ring at night".

As a value they are ``22:00-07:00``, ``-08:00`` or ``22:00-`` of one end alone, and "" of none.
"""

import re
from datetime import time

from agent.offline.dates.clock import read_time
from text.expressions import seldom_used

QUIET = "quiet"
"""Their key among what people told; they are kept with the user."""
END_QUIET = "Say “no quiet hours”, and they are over."
AT_NIGHT = "22:00-07:00"

NO_BELL = (
    r"(?:no (?:more )?(?:reminders?|alarms?|alerts?|notifications?|ringing|bells?)"
    r"|(?:don't|do not|never|please don't) (?:remind|ring|ping|notify|alert|disturb|bother"
    r"|wake|buzz)(?: me)?(?: of anything| at all)?)"
)
BE_QUIET = (
    r"(?:(?:set |make |change )?(?:my |the )?(?:quiet (?:hours?|time)|silent hours?|do not disturb)"
    r"(?: is| are| to|:| should be)?|(?:be|keep|stay) (?:quiet|silent)|silence(?: all reminders)?)"
)
QUIET_WORDS = rf"(?:{NO_BELL}|{BE_QUIET})"
A_TIME = r"[\w:.]{1,8}(?: ?[ap]\.?m\.?| o'?clock| in the (?:morning|evening|afternoon)| at night)?"
FROM_TO = (
    rf"(?:(?:from|between) )?(?P<begin>{A_TIME}) ?(?:to|and|until|till|through|-|–)"
    rf" ?(?P<end>{A_TIME})"
)
RANGES = [
    seldom_used(rf"{QUIET_WORDS} {ends}")
    for ends in (
        FROM_TO,
        rf"before (?P<end>{A_TIME}) (?:or|and|nor) after (?P<begin>{A_TIME})",
        rf"after (?P<begin>{A_TIME}),? (?:or|and|nor)? ?(?:before|until|till) (?P<end>{A_TIME})",
        rf"(?:before|until|till) (?P<end>{A_TIME})",
        rf"(?:after|from) (?P<begin>{A_TIME})(?: on(?:wards)?)?",
    )
]
NIGHTLY = seldom_used(
    rf"{QUIET_WORDS} (?:(?:at|during|in|through) (?:the )?nights?(?: ?time)?|overnight"
    r"|(?:when|while) i(?:'m| am)? (?:sleep|asleep|sleeping|in bed))"
)
NONE = seldom_used(
    r"(?:no|remove|delete|end|stop|clear|cancel|turn off|switch off|forget)"
    r"(?: (?:my|the|all))? (?:quiet hours?|quiet time|do not disturb)(?: any ?more)?"
    r"|(?:you can |you may )?(?:remind me|ring)(?: at)? any ?time"
    r"|(?:remind me|ring) at night,? too"
)


def read_quiet(text: str) -> str | None:
    """The value that ``text``, in lower case, sets; None where it sets none."""
    if NONE.fullmatch(text):
        return ""
    if NIGHTLY.fullmatch(text):
        return AT_NIGHT
    found = (_between(match) for ends in RANGES if (match := ends.fullmatch(text)))
    return next(filter(None, found), None)


def _between(match: re.Match[str]) -> str | None:
    """A bare hour is in the evening, and that of its end in the morning."""
    said = match.groupdict()
    begin, end = (said.get("begin") or "").strip(), (said.get("end") or "").strip()
    half = re.search(r"[ap]\.?m\.?$", end)
    if half and re.fullmatch(r"\d{1,2}", begin) and half[0][0] == "p":
        begin += half[0]
    first, last = read_time(begin, "night"), read_time(end, "morning")
    if (begin and not first) or (end and not last):
        return None
    return f"{_told(first)}-{_told(last)}"


def _told(at: time | None) -> str:
    return f"{at:%H:%M}" if at else ""


def quiet_of(begin: time | None, end: time | None) -> str:
    """The value of these two."""
    return f"{_told(begin)}-{_told(end)}" if begin and end else ""


def ends_of(value: str, begin: time | None, end: time | None) -> tuple[time | None, time | None]:
    """Both ends; of one alone, the other stays as it was, or is that of midnight or of a night."""
    first, _, last = value.partition("-")
    if not (first or last):
        return None, None
    of_night = time.fromisoformat(AT_NIGHT.partition("-")[2])
    return (
        time.fromisoformat(first) if first else begin or time.min,
        time.fromisoformat(last) if last else end or of_night,
    )
