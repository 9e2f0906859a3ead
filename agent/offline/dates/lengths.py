"""How long something takes: "for 30 minutes", "(1h30)", "takes an hour and a half"."""

import re
from dataclasses import dataclass

from agent.offline.words import NUMBERS, number
from text.expressions import expression

LONGEST = 24 * 60
"""Minutes; what takes longer is no length of a task."""

COUNT = r"\d{1,4}|a couple of|" + "|".join(
    word for word in NUMBERS if " " not in word and len(word) > 2
)
HOURS = r"(?:hours?|hrs?|h)"
MINUTES = r"(?:minutes?|mins?|m)"
PARTS = {"half": 30, "quarter": 15, "three quarters": 45, "½": 30, "¼": 15, "¾": 45, "1/2": 30}
AMOUNT = expression(
    r"(?:an? )?(?P<part>half|quarter|three quarters)(?: of)?(?: an?)? hour"
    rf"|(?P<hours>an?|{COUNT})(?:[.,](?P<tenths>\d)| ?(?P<sign>[½¼¾]| 1/2))?[ -]?{HOURS}"
    r"(?:,? and (?:a )?(?P<more>half|quarter|three quarters)"
    rf"|(?:,? and |,? )?(?P<minutes>{COUNT})(?: ?{MINUTES})?)?"
    rf"|(?P<whole>an?|{COUNT}) and (?:a )?(?P<and>half|quarter|three quarters) {HOURS}"
    rf"|(?P<alone>½|½ an) ?{HOURS}"
    rf"|(?P<only>{COUNT}|a)[ -]?{MINUTES}",
    re.IGNORECASE,
)
ANY_AMOUNT = rf"(?:{re.sub(r'[?]P<[a-z]+>', '?:', AMOUNT.pattern)})(?!\w)"
"""What ``read_amount`` reads."""
_AMOUNT = rf"(?P<amount>{ANY_AMOUNT})"
_ABOUT = r"(?:(?:about|around|roughly|approximately|at (?:least|most)|some|~) ?)?"
_NO_SHIFT = r"(?! (?:in|before|after|from|ago|late|later|earlier|sooner)\b)"
LENGTHS = [
    expression(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\w)for {_ABOUT}{_AMOUNT}{_NO_SHIFT}",
        rf"[(\[]{_ABOUT}{_AMOUNT}[)\]]",
        r"(?:,? (?:and )?(?:it |that |which )?\b(?:takes|taking|lasts|lasting|(?:will|should|to)"
        rf" (?:take|last))|\b(?:duration|length)(?: of)?\s?:?) {_ABOUT}{_AMOUNT}{_NO_SHIFT}",
        rf", {_ABOUT}{_AMOUNT}(?: long)?(?=$|,)",
        rf"(?<!\w){_ABOUT}{_AMOUNT} long\b",
    )
]
AT_THE_END = expression(
    rf"(?<=[^\s,]),? (?P<amount>\d{{1,2}}(?:[.,]\d)? ?{HOURS}(?: ?\d{{1,2}} ?{MINUTES})?"
    r"|\d{1,3} ?min(?:ute)?s?|half an hour|an hour)$",
    re.IGNORECASE,
)
"""Write the report 2h: in figures, and the last of what is to be done."""
HINT = expression(r"hour|min|\dh|h\b|\d ?m\b", re.IGNORECASE)
"""Each length has one of these."""


@dataclass(frozen=True, slots=True)
class Length:
    """Where it stands in a text."""

    start: int
    end: int
    minutes: int


def find_length(text: str) -> Length | None:
    """The first of the clearest kind; None for none, and for more than a day."""
    if not HINT.search(text):
        return None
    found = next((match for each in LENGTHS if (match := each.search(text))), None)
    minutes = read_amount(found["amount"]) if found else None
    return Length(found.start(), found.end(), minutes) if found and minutes else None


def cut_last_length(text: str) -> tuple[str, int]:
    """``text`` without the length that it ends with, and its minutes; 0 where it has none."""
    found = AT_THE_END.search(text)
    minutes = read_amount(found["amount"]) if found else None
    return (text[: found.start()], minutes) if found and minutes else (text, 0)


def read_amount(text: str) -> int | None:
    """The minutes of a text that is a length and nothing else: "half an hour", "1h30", "90 min"."""
    match = AMOUNT.fullmatch(re.sub(rf"^{_ABOUT}", "", text.strip(), flags=re.IGNORECASE))
    if not match:
        return None
    said = {name: value.lower().strip() for name, value in match.groupdict().items() if value}
    hours = said.get("hours") or said.get("whole")
    parts = [PARTS[said[name]] for name in ("part", "sign", "more", "and") if name in said]
    minutes = (
        60 * (number(hours) if hours else 0)
        + 6 * int(said.get("tenths", 0))
        + sum(number(said[name]) for name in ("minutes", "only") if name in said)
        + sum(parts)
        + 30 * ("alone" in said)
    )
    return minutes if 1 <= minutes <= LONGEST else None
