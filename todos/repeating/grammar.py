"""Words for a rule, as people put them. What in them is no piece of a rule is not guessed at, and
neither is what may mean two things."""

import re
from typing import Any

from text.expressions import expression
from todos.repeating.on import MONTHS, broken
from todos.repeating.pieces import END, FORMS, MONTH, PIECES, Found, Take

LENGTH = 1000
TOKEN = expression(r"\d{4}-\d\d-\d\d|[^\W_]+|\S")
SAME = {",": "and", "&": "and", "+": "and", "/": "and", ";": "and", "–": "-", "—": "-"}
SILENT = {"the", "on", "only", "repeat", "repeats", "repeating"}
LEFT_OUT = {*'"“”.!:'} | SILENT

ALIASES = [
    (expression(rf"\b(?:{words}) "), f"{same} ")
    for words, same in (
        ("each and every", "every"),
        ("every day of week|(?:7|seven) days (?:a|per) week|all days|day by day", "every day"),
        (r"(?<!every )(?<!each )alternate(?= (?:days|weeks|months|years) )", "every other"),
        ("m - f", "mon - fri"),
        ("(?:at )?weekend days|at weekends?", "weekends"),
        ("a (daily|weekly|monthly|yearly) basis", r"\1"),
        ("(?<!once )(?<!times )per (day|week|month|year)", r"every \1"),
        ("month by month", "every month"),
        ("(?:at )?(?:every )?month end", "last day of every month"),
        ("in(?= (?:every |each )?month )", "of"),
        ("every half (?:- )?year", "every 6 months"),
        ("half a year", "6 months"),
        ("biennially", "every 2 years"),
        ("as well as", "and"),
        (r"x(\d{1,3})|(\d{1,3}) ?x", r"\1\2 times"),
        (r"(?<=\d )occurrences?", "times"),
        ("up to|ending|ends", "until"),
    )
]
"""Words, and others that mean the same; for a text that is a rule and nothing else."""
UNTIL_NAMED = expression(
    r"(?:until|till?|through) (?:(?P<first>\d{1,2})(?:st|nd|rd|th)? (?:of )?)?"
    rf"(?P<month>{MONTH}) (?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)? )?(?:and )?(?P<year>\d{{4}}) "
)


def read(text: object) -> dict[str, Any]:
    """The fields of the rule, still to be checked. Raises RuleBroken where the words tell none."""
    if not isinstance(text, str) or len(text) > LENGTH:
        raise broken(FORMS)
    words = _plain(text)
    found = Found()
    at = 0
    while at < len(words):
        piece, take = _piece(words, at)
        take(found, piece)
        at = piece.end()
    return fields(found)


def plain_word(word: str) -> str:
    """A word of a sentence as the pieces have it; "" for one that says nothing.

    "Monday's" and "the month's" stay as they are, which no piece is.
    """
    word = word.lower().replace("’", "'")
    if not word.endswith("'s") or word == "it's":
        word = word.replace("'", "")
    return "" if word in SILENT else SAME.get(word, word)


def _plain(text: str) -> str:
    """Its words, each with one space behind it."""
    text = re.sub("['’]", "", text.lower())
    tokens = [SAME.get(token, token) for token in TOKEN.findall(text)]
    words = "".join(f"{token} " for token in tokens if token not in LEFT_OUT)
    for pattern, same in ALIASES:
        words = pattern.sub(same, words)
    return UNTIL_NAMED.sub(_until, words)


def _until(said: re.Match[str]) -> str:
    month = next(place for place, name in enumerate(MONTHS, 1) if name[:3] == said["month"][:3])
    day = said["day"] or said["first"] or "1"
    return f"until {said['year']}-{month:02}-{int(day):02} "


def _piece(words: str, at: int) -> tuple[re.Match[str], Take]:
    for pattern, take in PIECES:
        if piece := pattern.match(words, at):
            return piece, take
    raise broken(FORMS)


def fields(found: Found) -> dict[str, Any]:
    """The fields of the rule, still to be checked. Raises RuleBroken where they are none."""
    kinds: dict[str, list[Any]] = {
        "week": found.weekdays,
        "month": [*found.days, *found.nth_weekdays],
        "year": found.day_of_year,
    }
    named = [every for every, on in kinds.items() if on]
    if len(named) > 1 or not (named or found.cadence):
        raise broken(FORMS)
    if found.two_meanings and not (found.cadence or found.in_month):
        raise broken(found.two_meanings)
    every, interval = found.cadence or (named[0], 1)
    if (every, interval) == ("day", 1) and found.weekdays:
        every = "week"
    if found.in_month and every != "month":
        raise broken(FORMS)
    on = kinds[named[0]] if named else []
    return {
        "every": every,
        "interval": interval,
        "on": on,
        "from": "done" if found.done else "due",
        "until": found.until,
        "times": _times(found, every, interval, len(on)),
    }


def _times(found: Found, every: str, interval: int, days: int) -> int | None:
    """Of a length like "for 6 weeks", where it is a whole number of them."""
    if found.length is None:
        return found.times
    unit, length = found.length
    among = {("week", "day"): 7, ("year", "month"): 12}.get((unit, every), 0)
    rounds, rest = divmod(length * (1 if unit == every else among), interval)
    if rest or not rounds or found.times or found.done:
        raise broken(END)
    return rounds * (days or 1)
