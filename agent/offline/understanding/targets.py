"""Which task a phrase means: "it", "the second one", "2 and 3", "the milk task"."""

import re
from dataclasses import replace
from datetime import datetime

from agent.offline import dates
from agent.offline.dates.names import ORDINALS, WEEKDAYS
from agent.offline.lexicon import BETWEEN, EXCEPT, LIST, NOUN, TASK
from agent.offline.target import All, It, Named, Numbers, Query, Target, Unnamed
from agent.offline.understanding.queries import read_query
from agent.offline.words import NUMBERS, any_of
from text.folding import fold

PLACES = {word: place for place, word in enumerate(ORDINALS[:10], 1)} | {"last": -1}
COUNTS = NUMBERS | {"both": 2}

SINGULAR = any_of(
    rf"(?:it|this|that|the same|(?:this|that|the same) {NOUN})(?: again)?",
    rf"my (?:last|latest) {NOUN}|the (?:one )?(?:you |i )?just (?:added|created)(?: {NOUN})?",
    r"the (?:task|todo|item)|him|her",
)
PLURAL = any_of(
    rf"them|they|(?:those|these|both)(?: {NOUN})?|both of (?:them|those|these)",
    r"the (?:two|three|four|five)(?: of (?:them|those|these))?",
)
EVERYTHING = any_of(
    rf"all|everything|every {NOUN}|all (?:of )?(?:them|it|those|these)|(?:them|it) all",
    r"the (?:lot|rest)",
    rf"all (?:of )?(?:my |the |our )?(?:open )?{NOUN}|all (?:two|three|four|five)(?: of them)?",
    rf"(?:my|the) (?:whole|entire|full) list|{LIST}|my (?:tasks|todos)",
)
QUERY_OF_ALL = any_of(
    r"(?:all|every|everything|each)\b",
    r"(?:my |the )?(?:done|completed|finished|overdue|urgent) (?:tasks|todos|items|ones|things)$",
)

NUMBER_WORDS = [word for word in NUMBERS if len(word) > 2 and " " not in word]
PLACE = any_of(
    rf"(?:the )?(?:#|no\.? ?|number |{NOUN} (?:number |no\.? ?)?#?)?"
    r"(?:(?P<from>\d{1,2}) ?(?:-|–|to) ?(?P<to>\d{1,2})|(?P<digits>\d{1,2})(?:st|nd|rd|th)?"
    rf"|(?P<word>{'|'.join([*PLACES, *NUMBER_WORDS])}))(?: {NOUN})?(?: (?:on|in) {LIST})?$"
)
FIRST_OF_MANY = any_of(
    rf"(?:the )?(?P<side>first|last) (?P<count>\d{{1,2}}|{'|'.join(NUMBER_WORDS)})(?: {NOUN})?$"
)

ALL_BUT = any_of(
    r"(?P<all>(?:all|every|everything|(?:my|the) (?:whole|entire|full) list)\b.{0,60}?),? "
    rf"{EXCEPT} (?:for )?(?P<but>.{{1,250}})"
)

NAMED_AFTER = any_of(
    rf"(?:the|my|these|those|both|all)? ?(?:two|three|four|five|\d{{1,2}})? ?[\w-]{{0,20}}? ?"
    rf"{NOUN}[,:] (?P<names>.{{3,250}})"
)
"""The two overdue ones, sew curtains and prune roses."""
COUNTED = any_of(
    r"(?:(?P<count>both)(?: of)?(?: the| my)?|(?:the|my|all) (?P<count2>two|three|four|five))"
    r" (?P<names>\w.{1,80}s)"
)
OF_A_LIST = any_of(rf"\b(?:{NOUN}|of them|of these|of those)$")
QUOTED = any_of(r"^(?:the )?(?:task )?[\"“«']([^\"”»]+)[\"”»'](?: task)?$")
AGAIN = any_of(r" (?:too|as well|please|again|instead|now|already)$")
NOTHING = any_of(rf"(?:a|an|one|some|the|my)?(?:^| )?{NOUN}?")
DAY_S = any_of(rf"^(today|tomorrow|{'|'.join(WEEKDAYS)})'s ")
A_TASK = rf"(?:{TASK}|ones?|things?)"
LEADING = any_of(
    rf"^(?:(?:only|just|the|a|an|my|our|that|this|all|every|everything|{A_TASK}|about|for|with"
    rf"|called|named"
    r"|titled|of|any|some|one|to) ){1,6}"
)
TRAILING = any_of(rf"(?: (?:{A_TASK}|(?:from|off|on|in) {LIST}|too|as well|off)){{1,4}}$")


def read_target(phrase: str, now: datetime) -> Target:
    """The task that ``phrase`` means; a phrase is words like "the milk task", never a sentence."""
    phrase = phrase.strip(" \t,.:;!?")
    if excepting := ALL_BUT.fullmatch(phrase):
        everything = read_target(excepting["all"], now)
        which = everything.query if isinstance(everything, All) else Query()
        places = read_places(excepting["but"])
        return All(which, "" if places else excepting["but"], places)
    if quoted := QUOTED.match(phrase):
        return Named(quoted[1].strip(), exact=True)
    phrase = AGAIN.sub("", phrase)
    if SINGULAR.fullmatch(phrase):
        return It()
    if NOTHING.fullmatch(phrase):
        return Unnamed()
    if PLURAL.fullmatch(phrase):
        count = re.search(r"\b(both|two|three|four|five)\b", phrase, re.IGNORECASE)
        return It(many=True, count=_value(count[1]) if count else 0)
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
        first = match["side"].lower() == "first"
        return tuple(range(1, count + 1) if first else range(-count, 0))
    places: list[int] = []
    for part in BETWEEN.split(phrase):
        match = PLACE.match(part)
        if not match:
            return ()
        if match["from"]:
            places += range(int(match["from"]), int(match["to"]) + 1)
        else:
            places.append(_value(match["digits"] or match["word"]))
    return tuple(dict.fromkeys(places))


def _value(word: str) -> int:
    word = fold(word)
    return int(word) if word.isdecimal() else PLACES.get(word) or COUNTS[word]


def _named(phrase: str, now: datetime) -> Named:
    """Its words, and the day if the phrase names one: "the meeting tomorrow"."""
    if after := NAMED_AFTER.fullmatch(phrase):
        phrase = after["names"]
    if (counted := COUNTED.fullmatch(phrase)) and not OF_A_LIST.search(phrase):
        count = _value(counted["count"] or counted["count2"])
        return replace(_named(counted["names"], now), count=count)
    phrase = DAY_S.sub(r"on \1 ", phrase)
    reading = dates.read(phrase, now)
    words = phrase if reading.fault else reading.rest
    day = None if reading.fault else reading.when.with_day(now).day
    return Named(_bare(words), day, said=_bare(phrase))


def _bare(words: str) -> str:
    words = TRAILING.sub("", LEADING.sub("", f"{words} ").strip())
    return words.strip(' \t,.:;!?"“”')
