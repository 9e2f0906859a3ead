"""Who corrects a day or an hour in one breath: "on tuesday, no wait, wednesday", "at 5, not at 4".

The text is understood as if only what was meant had been said.
"""

import re
from datetime import datetime

from agent.offline import dates
from agent.offline.dates import When
from agent.offline.words import any_of

LONGEST = 300
"""Characters of a message that is looked at."""
SLIP = (
    r"(?:(?:hm{1,3}|uh|er|oh|ah|ach|oops|sorry)[,. ]{1,3})?"
    r"(?:no,? wait|wait,? no|wait|no,? sorry|sorry,? no|no|nope|sorry|i mean(?:t)?|or rather"
    r"|rather|make (?:that|it)|scratch that|correction)"
)
CORRECTED = any_of(
    rf"(?P<wrong>.{{1,300}}?)(?:[,;.!]| [–-]|\.\.\.|…) ?{SLIP}[,:;!. ]{{1,3}}(?P<right>.{{1,300}})"
)
"""On tuesday, no wait, wednesday."""
NOT_BUT = any_of(
    r"(?P<before>.{1,300}?) ?(?:isn't|(?P<be>is|are|was) not|not)"
    r" (?P<verb>\w{1,20}ing )?(?:(?:due|set|planned) )?"
    r"(?P<wrong>(?:at|on|until|till|for|to|by) .{1,40}?),? but (?P<right>.{1,40})"
)
"""It isn't at 10 but at 11:15."""
BUT_NOT = any_of(
    r"(?P<before>.{1,300}?),? (?:and )?not (?P<wrong>(?:(?:at|on|until|for|by) )?.{1,30})"
)
"""It's at 5, not at 4."""
HOUR_LAST = any_of(r"\b(?:at|it's|by|from) \d{1,2}(?:[:.]\d\d)?$")
TO = re.compile(r"^(?:to|make (?:it|that)) ", re.IGNORECASE)


def corrected(text: str, now: datetime) -> str:
    """``text`` with the day and hour that are meant, and without those that are not."""
    if len(text) > LONGEST or "\n" in text:
        return text
    if (match := CORRECTED.fullmatch(text)) and (meant := _instead(match, now)):
        return meant
    match = NOT_BUT.fullmatch(text)
    if match and _is_when(match["wrong"], now) and _is_when(match["right"], now):
        return f"{match['before']} {match['be'] or 'is'} {match['right']}"
    match = BUT_NOT.fullmatch(text)
    if match and _is_when(match["wrong"], now) and _ends_with_when(match["before"], now):
        return match["before"]
    return text


def _instead(match: re.Match[str], now: datetime) -> str:
    """The wrong day or hour at the end replaced by the right one; "" where there are not both."""
    words, wrong = dates.read_end(match["wrong"], now)
    if wrong.fault or not wrong.when or not words.strip():
        return ""
    right = _read_right(match["right"], wrong.when, now)
    if not right:
        return ""
    day, at = right.day or wrong.when.day, right.at or wrong.when.at
    on = f" on {day.isoformat()}" if day else ""
    return f"{TO.sub('', words)}{on}{f' at {at:%H:%M}' if at else ''}"


def _read_right(text: str, wrong: When, now: datetime) -> When | None:
    text = TO.sub("", text.strip(" .!?"))
    hour = dates.read_hour(text, wrong.at) if wrong.at else None
    if hour:
        return When(at=hour)
    reading = dates.read(text, now)
    return reading.when if not (reading.rest or reading.fault) else None


def _ends_with_when(text: str, now: datetime) -> bool:
    return bool(dates.read_end(text, now)[1].when) or bool(HOUR_LAST.search(text))


def _is_when(text: str, now: datetime) -> bool:
    reading = dates.read(text, now)
    return bool(reading.when and not reading.rest) or _is_hour(text)


def _is_hour(text: str) -> bool:
    return bool(re.fullmatch(r"(?:at )?\d{1,2}(?:[:.]\d\d)?", text.strip(" .!"), re.IGNORECASE))
