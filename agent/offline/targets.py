"""Which task a phrase means: "it", "the second one", "2 and 3", "the milk task"."""

import re
from datetime import datetime

from agent.offline import dates
from agent.offline.intents import All, It, Named, Numbers, Target, Unnamed
from agent.offline.queries import read_query
from agent.offline.words import NUMBERS

ORDINALS = {
    word: place
    for place, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth".split(), 1
    )
} | {"last": -1}
NOUN = r"(?:tasks?|todos?|to-dos?|items?|ones?|things?|entry|entries|reminders?)"

SINGULAR = re.compile(
    rf"(?:it|this|that|(?:this|that|the|the same)\s+{NOUN}|the same|that\s+again|it\s+again|him|her"
    rf"|my\s+(?:last|latest)\s+{NOUN}|the\s+(?:one\s+)?(?:you\s+|i\s+)?just\s+(?:added|created)(?:\s+{NOUN})?)",
    re.IGNORECASE,
)
PLURAL = re.compile(
    rf"(?:them|those|these|they|both|both\s+of\s+(?:them|those|these)|(?:those|these|both)\s+{NOUN}"
    rf"|the\s+(?:two|three|four|five)(?:\s+of\s+(?:them|those|these))?)",
    re.IGNORECASE,
)
EVERYTHING = re.compile(
    rf"(?:all(?:\s+of)?\s+(?:them|it|those|these)|them\s+all|it\s+all|all|everything|every\s+{NOUN}"
    rf"|all\s+(?:of\s+)?(?:my|the|open|our)?\s*(?:open\s+)?{NOUN}|(?:my|the)\s+(?:whole|entire|full)?\s*(?:todo\s+|to-do\s+|task\s+)?lists?"
    r"|all\s+(?:two|three|four|five)(?:\s+of\s+them)?|the\s+(?:lot|rest)|my\s+tasks)",
    re.IGNORECASE,
)
QUERY_OF_ALL = re.compile(r"(?:all|every|everything|each)\b", re.IGNORECASE)

PLACE = (
    rf"(?:#|no\.?\s*|nr\.?\s*|number\s+|{NOUN}\s+(?:number\s+|no\.?\s*)?#?)?"
    r"(?:(?P<from>\d{1,2})\s*(?:-|–|to)\s*(?P<to>\d{1,2})|(?P<digits>\d{1,2})(?:st|nd|rd|th)?"
    rf"|(?P<word>{'|'.join([*ORDINALS, *(w for w in NUMBERS if len(w) > 2 and ' ' not in w)])}))"
)
PLACE_ITEM = re.compile(rf"(?:the\s+)?{PLACE}(?:\s+{NOUN})?(?:\s+(?:on|in)\s+(?:the|my)\s+list)?$", re.IGNORECASE)
FIRST_OF_MANY = re.compile(
    rf"(?:the\s+)?(?P<side>first|last)\s+(?P<count>\d{{1,2}}|two|three|four|five|six)(?:\s+{NOUN})?$",
    re.IGNORECASE,
)
BETWEEN = re.compile(r"\s*(?:,\s*(?:and\s+)?|\s+and\s+|\s*&\s*|\s+plus\s+|\s+or\s+)\s*", re.IGNORECASE)

LEADING = re.compile(
    rf"^(?:(?:the|a|an|my|our|that|this|all|every|everything|{NOUN}|about|for|with|called|named|titled|of|any|some|one|to)\s+)+",
    re.IGNORECASE,
)
TRAILING = re.compile(rf"(?:\s+(?:{NOUN}|from\s+(?:my|the)\s+(?:todo\s+|task\s+)?list|off\s+(?:my|the)\s+list|(?:on|in)\s+(?:my|the)\s+list|too|as\s+well|again|please|instead|now|already|off))+$", re.IGNORECASE)
QUOTED = re.compile(r"^(?:the\s+)?(?:task\s+)?[\"“«']([^\"”»]+)[\"”»'](?:\s+task)?$", re.IGNORECASE)


def read_target(phrase: str, now: datetime) -> Target:
    """The task that ``phrase`` means; a phrase is words like "the milk task", never a sentence."""
    phrase = phrase.strip(" \t,.:;!?")
    if quoted := QUOTED.match(phrase):
        return Named(quoted[1].strip(), exact=True)
    phrase = re.sub(r"\s+(?:too|as well|please|again|instead|now|already)$", "", phrase, flags=re.I)
    if not phrase or re.fullmatch(rf"(?:a|an|one|some|the|my)?\s*{NOUN}?", phrase, re.IGNORECASE):
        return It() if phrase.lower() in ("the task", "the todo") else Unnamed()
    if SINGULAR.fullmatch(phrase):
        return It()
    if PLURAL.fullmatch(phrase):
        return It(many=True)
    if EVERYTHING.fullmatch(phrase):
        return All()
    if places := read_places(phrase):
        return Numbers(places)
    if QUERY_OF_ALL.match(phrase) and (query := read_query(phrase, now)):
        return All(query)
    return _named(phrase, now)


def read_places(phrase: str) -> tuple[int, ...]:
    """The places of "2", "the second one", "1 and 3" or "the last two"; () for anything else."""
    if match := FIRST_OF_MANY.match(phrase):
        count = _value(match["count"])
        return tuple(range(1, count + 1)) if match["side"].lower() == "first" else tuple(range(-count, 0))
    places: list[int] = []
    for part in BETWEEN.split(phrase):
        match = PLACE_ITEM.match(part)
        if not match:
            return ()
        if match["from"]:
            places += range(int(match["from"]), int(match["to"]) + 1)
        else:
            places.append(_value(match["digits"] or match["word"]))
    return tuple(dict.fromkeys(places))


def _value(word: str) -> int:
    word = word.lower()
    return int(word) if word.isdecimal() else ORDINALS.get(word) or NUMBERS[word]


def _named(phrase: str, now: datetime) -> Named:
    """Its words, and the day if the phrase names one: "the meeting tomorrow"."""
    phrase = re.sub(r"^(tomorrow|today)'s\b", r"\1", phrase, flags=re.IGNORECASE)
    reading = dates.read(phrase, now)
    words = phrase if reading.fault else reading.rest
    words = TRAILING.sub("", LEADING.sub("", f"{words} ").strip())
    return Named(words.strip(" \t,.:;!?\"“”"), None if reading.fault else reading.when.day)
