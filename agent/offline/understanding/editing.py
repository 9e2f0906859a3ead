"""Phrases that name a task and its new date or priority: "the report to monday, urgent"."""

import re
from datetime import datetime

from agent.offline import dates
from agent.offline.intents import Change, Edit, It, Refuse, Unnamed
from agent.offline.understanding.priorities import read_last_level
from agent.offline.understanding.targets import read_target
from agent.offline.words import any_of

TO = any_of(r"^to ")
LOOSE_END = re.compile(
    r"(?:^|[\s,]+)(?:to|until|till|as|be|is|and|due|with|instead|back|forward|out|off|a|it's)$",
    re.IGNORECASE,
)


def edit_of(phrase: str, now: datetime) -> Change | Refuse | None:
    """None when the phrase sets neither date nor priority."""
    rest, priority = read_last_level(phrase)
    found = dates.read_shift(rest)
    if found:
        shift, target = found
        return _change(target, Edit(shift=shift, priority=priority), (), now)
    target, reading = _target_and_date(rest, now)
    if reading.fault:
        return Refuse(f"{reading.fault} Nothing has changed.")
    if not reading.when and not priority:
        return None
    return _change(target, Edit(when=reading.when, priority=priority), reading.remarks, now)


def _target_and_date(text: str, now: datetime) -> tuple[str, dates.Reading]:
    """The date is the longest end of the text that is nothing else, or else wherever one is."""
    words = text.split()
    for place in range(len(words)):
        reading = dates.read(TO.sub("on ", " ".join(words[place:])), now)
        if reading.fault or (reading.when and not reading.rest):
            return " ".join(words[:place]), reading
    reading = dates.read(text, now)
    return reading.rest, reading


def _change(target: str, edit: Edit, remarks: tuple[str, ...], now: datetime) -> Change:
    while (shorter := LOOSE_END.sub("", target.strip(" ,"))) != target:
        target = shorter
    meant = read_target(target, now)
    return Change("update_task", It() if meant == Unnamed() else meant, edit, remarks)
