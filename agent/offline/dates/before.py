"""Words for when to remind of a task, by its own time: "an hour before and at the time"."""

import re
from datetime import datetime

from agent.offline.dates.clock import find_time
from agent.offline.dates.habits import habits_of
from agent.offline.dates.lengths import ANY_AMOUNT, COUNT, read_amount
from agent.offline.dates.reading import read
from agent.offline.dates.tidying import tidy
from agent.offline.words import REMIND, number
from text.expressions import expression

DAYS = rf"(?:{COUNT}|an?|the)(?: |-)?(?:days?|weeks?)(?!\w)"
AMOUNT = rf"(?:(?:about|around|like) )?(?:{DAYS}|{ANY_AMOUNT})"
EARLIER = r"(?:before ?hand|before|earlier|early|in advance|ahead(?: of (?:time|it|that))?|prior)"
OF_IT = (
    r"(?: (?:it|that|this|then|the (?:start|event|time|deadline|due (?:time|date)|appointment)"
    r"|(?:it|that)(?:'s| is| starts| begins) ?(?:due|on)?|i (?:have|need) to (?:go|leave)"
    r"|(?:each|every) (?:time|one|occurrence)))?"
    r"(?!\s+(?:the|a|an|my|our|your|his|her|their|each|every|\w+ing)\b)"
)
"""What follows the words, and is no name of another thing: "before the trip"."""
CLOCK = (
    r"(?:(?:at|around|@) ?)(?:\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m\b\.?)?(?: ?o'?clock)?"
    r"|noon|midday|half past \w{2,8}|quarter (?:past|to) \w{2,8})"
)
PART = r"(?:evening|night|morning|afternoon|noon|day)"
ON_THE_DAY = (
    r"(?:on|in) the (?:morning of the |same |very )?day(?: itself| of)?(?! (?:before|prior))"
    r"|(?:on|in) (?:the same|that) (?:day|morning)|in the morning of (?:that|the) day"
)
AT_THE_TIME = (
    r"(?:(?:right|exactly|also) )?at (?:the|its|that) (?:(?:due|starting|start|exact|same|right)"
    r" )?(?:time|moment|start|beginning)(?: (?:it(?:'s| is) due|itself|of it))?"
    r"|when (?:it|that)(?:'s| is| has to be) (?:due|time|on|done|starting)"
    r"|when (?:it|that) (?:starts|begins|happens)|right on time|on time"
)
ONE = (
    rf"(?:{AMOUNT} {EARLIER}{OF_IT}(?:,? {CLOCK})?"
    rf"|(?:on |in )?(?:the |that )?{PART} (?:before|prior){OF_IT}(?:,? {CLOCK})?"
    rf"|(?:{ON_THE_DAY})(?:,? {CLOCK})?|{AT_THE_TIME})"
)
AND = r"(?:,? (?:and )?(?:then |again |also )?|,? ?& ?|,? plus |,? as well as )"
BEFORE = rf"(?:{AMOUNT}{AND}){{0,3}}{ONE}(?:{AND}{ONE}){{0,9}}"
"""One of them, or several."""
WHOLE = expression(BEFORE, re.IGNORECASE)
PIECE = expression(rf"(?P<said>{ONE})|(?P<amount>{AMOUNT})", re.IGNORECASE)
BELL = r"(?:reminders?|alarms?|alerts?|notifications?)"
LEAD = (
    rf"(?:(?:(?:please|pls|also|and|then|but|so|just) ){{0,3}}{REMIND} (?:me|us)"
    r"(?: (?:about|of) (?:it|that|this))?(?: again| also| too)?"
    rf"|(?:(?:and|please|also) ){{0,2}}(?:set|with|add|have|give me|put) (?:an? |the )?{BELL}"
    rf"(?: set)?(?: for(?: it)?)?|{BELL}:)"
)
TO_IT = (
    rf"(?<=\S)(?<!\bto)(?<!\bwho)(?:(?:\s?[,;.–—-]+ ?|\s+|\s?\(){LEAD}"
    rf"|\s?[,;(] ?(?:and )?(?:an? )?{BELL}(?: set)?(?: for)?) "
)
CLAUSE = expression(
    rf"{TO_IT}(?P<when>{BEFORE})"
    r"(?:,? (?:please|pls|thanks|thank you))?\)?(?=[\s,.;!]*$|\s*[,;#!])",
    re.IGNORECASE,
)
AT_A_MOMENT = expression(rf"{TO_IT}(?P<when>[^,;\n]{{2,50}}?)[).!]*$", re.IGNORECASE)
SOON = expression(rf"{REMIND}|notif|alarm", re.IGNORECASE)
ALONE = expression(
    r"(?<=\S)(?:,? (?:and |with )(?:a|one) (?:reminder|alarm|alert)"
    r"|(?:[,;.]| and) remind me)[.!)]*$",
    re.IGNORECASE,
)
"""With a reminder: at its time."""
FILLING = expression(
    r"(?:[\s,]*(?:always|by default|from now on|please|pls|ok(?:ay)?|and|also|then|so|no|yes|thanks"
    r"|great|now)\b)*[\s,.!]*",
    re.IGNORECASE,
)
"""Before the words, it is nothing that they could be about."""
DAY = 24 * 60
MOST = 60 * DAY
"""Minutes."""


def cut_reminders(text: str, now: datetime) -> tuple[str, tuple[str, ...]]:
    """``text`` without its words "remind me an hour before", and what they say, each by itself."""
    if not SOON.search(text):
        return text, ()
    match = CLAUSE.search(text)
    said = reminders_in(match["when"]) if match else ()
    if not said and (match := AT_A_MOMENT.search(text)):
        said = _at(match["when"], now)
    if not said and (match := ALONE.search(text)):
        said = ("at the time",)
    if not match or not said or FILLING.fullmatch(text[: match.start()]):
        return text, ()
    return tidy(f"{text[: match.start()]} {text[match.end() :]}"), said


def _at(text: str, now: datetime) -> tuple[str, ...]:
    """A moment of its own; a time alone is that of the task's day."""
    reading = read(text, now)
    if reading.rest or reading.fault or not reading.when:
        return ()
    day, at = reading.when.day, reading.when.at or habits_of(now).morning
    return (f"{day}T{at:%H:%M}" if day else f"on the day at {at:%H:%M}",)


def reminders_in(text: str) -> tuple[str, ...]:
    """Each for itself and in plain words, of a text that says nothing else; () for another one."""
    if not WHOLE.fullmatch(text.strip()):
        return ()
    pieces = list(PIECE.finditer(text))
    said = [_plain(piece["said"] or f"{piece['amount']} before") for piece in pieces]
    return tuple(dict.fromkeys(said)) if all(said) else ()


def _plain(said: str) -> str:
    """As everybody reads it: "90 minutes before", "the evening before at 20:00", "at the time"."""
    said = said.lower()
    if re.fullmatch(AT_THE_TIME, said):
        return "at the time"
    clock = re.search(rf",? ?({CLOCK})$", said)
    words = said[: clock.start()] if clock else said
    part = re.search(rf"\b(?:{PART}) (?:before|prior)", words)
    part_of_day = part[0].split()[0] if part else ""
    at = _clock(clock[1], part_of_day) if clock else ""
    if re.match(ON_THE_DAY, words):
        return f"on the day{at}"
    if part and not re.match(rf"(?:an?|one) {PART}", words):
        return f"the {part_of_day} before{at}"
    return _amount(words, at)


def _amount(words: str, at: str) -> str:
    length = re.match(AMOUNT, words, re.IGNORECASE)
    said = re.sub(r"^(?:about|around|like) ", "", length[0]) if length else ""
    days = re.fullmatch(rf"(?P<count>{COUNT}|an?|the)[ -]?(?P<unit>day|week)s?", said)
    if days:
        count = 1 if days["count"] in ("a", "an", "the") else number(days["count"])
        count *= 7 if days["unit"] == "week" else 1
        return f"{count} day{'' if count == 1 else 's'} before{at}" if count * DAY <= MOST else ""
    minutes = read_amount(said)
    return f"{minutes} minute{'' if minutes == 1 else 's'} before" if minutes and not at else ""


def _clock(written: str, part: str) -> str:
    found = find_time(re.sub(r"^(?:around|@) ?", "at ", written), "" if part == "day" else part)
    return f" at {found.at:%H:%M}" if found and found.at else ""
