"""Words that say that something comes again and again: "every monday", "twice a day", "yearly"."""

import re
from dataclasses import dataclass

from agent.offline.dates.names import DAY_NUMBERS, ORDINAL, WEEKDAY
from agent.offline.dates.tidying import tidy
from agent.offline.words import NUMBER


@dataclass(frozen=True, slots=True)
class Repetition:
    """The words of a repetition, and ``rest``: the text with the words of its first day instead.

    "gym every monday and thursday at 6" has the rest "gym on monday at 6".
    """

    rest: str
    words: str


UNIT = (
    r"(?:hour|day|night|week|fortnight|month|quarter|year|weekday|workday|working day"
    r"|business day|weekend|morning|afternoon|evening)s?"
)
ADVERB = (
    r"(?:hourly|daily|nightly|weekly|bi-?weekly|fortnightly|monthly|bi-?monthly|quarterly|yearly"
    r"|annually|everyday)"
)
EVERY = r"(?<!for )(?:every|each)"
SAYS_SO = r"(?:(?:(?:and )?(?:repeat(?:s|ing|ed)?|recurring|recurs)|on a)[:,]? )?"
ENDS = (
    r"(?=\s*(?:[,.;:!?)]|$)"
    r"| (?:at|on|from|until|till|starting|in|by|and|for|with|before|after|to) )"
)
WEEKDAYS = rf"(?:{'|'.join(name for name in DAY_NUMBERS if len(name) > 5)})s"  # not tue-s
DAYS = rf"(?:{WEEKDAY})s?\b\.?(?:(?:,? and |, ?| ?& ?| ?/ ?| or )(?:{WEEKDAY})s?\b){{0,6}}"
DAY_OF_MONTH = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{ORDINAL}|last day)"

RULES = [
    (re.compile(rf"\b{SAYS_SO}{pattern}", re.IGNORECASE), first)
    for pattern, first in (
        (
            rf"(?P<day>(?:(?:on|every|each) )?(?:the )?{DAY_OF_MONTH}) of (?:every|each) month\b",
            "on the {day}",
        ),
        (
            rf"{EVERY} (?P<day>(?:{ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)|last) (?:{WEEKDAY})) "
            r"(?:of|in) (?:the|a) month\b",
            "on the {day} of the month",
        ),
        (rf"{EVERY} (?P<day>{DAY_OF_MONTH}) (?:of|in) (?:the|a) month\b", "on the {day}"),
        (rf"{EVERY} (?:single )?(?P<day>{DAYS})", "on {day}"),
        (rf"on (?P<day>{WEEKDAYS}\b(?:(?:,? and |, ?| ?& ?| or ){WEEKDAYS}\b){{0,6}})", "on {day}"),
        (r"on (?:weekdays|weekends|workdays)\b", ""),
        (rf"(?P<day>{WEEKDAYS})\b(?= at \d| ?$)", "on {day}"),
        (rf"{EVERY} (?P<part>morning|afternoon|evening)\b", "in the {part}"),
        (rf"{EVERY} night\b", "tonight"),
        (
            rf"{EVERY} (?:(?:single|other|few|{NUMBER}|{ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)) )?"
            rf"(?:{UNIT}|(?:{WEEKDAY})s?)\b",
            "",
        ),
        (rf"as an? {ADVERB} (?:task|todo|to-do|thing|chore|item|reminder|one|habit|job)\b", ""),
        (rf"(?:on an? )?{ADVERB} basis\b", ""),
        (
            rf"(?:once or twice|once|twice|thrice|(?:{NUMBER}|several) times)"
            rf" (?:(?:an?|per|each|every) (?:single )?{UNIT}|{ADVERB})\b",
            "",
        ),
        (rf"(?<!\bthe )(?<!\ba )(?<!\bmy )(?<!\bour )(?<!\bthis )\b{ADVERB}\b{ENDS}", ""),
    )
]
HINT = re.compile(r"every|each |ly\b|times |once |twice |thrice |days\b|weekends", re.IGNORECASE)
"""Each repetition has one of these."""
MOST = 3
"""Repetitions in one text: "every day, twice a day"."""


def read_repetition(text: str) -> Repetition | None:
    """None when ``text`` tells of no repetition."""
    if not HINT.search(text):
        return None
    rest, found = text, list[str]()
    for pattern, first in RULES:
        match = pattern.search(rest)
        if match and len(found) < MOST:
            found.append(match[0].strip())
            rest = f"{rest[: match.start()]} {_first(match, first)} {rest[match.end() :]}"
    return Repetition(tidy(rest), ", ".join(found)) if found else None


FIRST_DAY = re.compile(
    rf"(?:on |every |each |the )*"
    rf"(?P<day>(?:\w+|\w+-\w+) (?:{WEEKDAY})|{DAY_OF_MONTH}|{WEEKDAY})",
    re.I,
)


def _first(match: re.Match[str], words: str) -> str:
    """The words for the first day of the repetition."""
    said = match.groupdict()
    first = FIRST_DAY.match(said.get("day") or "")
    day = first["day"] if first else ""
    day = f"{day} of the month" if day.lower() == "last day" else day
    return words.format(day=day, part=said.get("part") or "")
