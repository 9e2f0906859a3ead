"""Lists of quoted titles: tasks, as they stand: "A", "B" and "C"; "box 1" up to "box 8".

Quotations are stand-ins here, as ``quoting.shield`` leaves them.
"""

import re
from datetime import datetime

from agent.offline.understanding.one_draft import read_phrase
from agent.offline.understanding.quoting import FIRST_STAND_IN
from agent.offline.words import any_of

QUOTE = "[\ue000-\uf8ff]"
LIST = any_of(
    rf"(?P<lead>[^\ue000-\uf8ff]{{0,200}}\b(?:tasks?|todos|items|things|entries|titles?|ones|these|following)\b"
    rf"[^\ue000-\uf8ff]{{0,80}})(?P<list>{QUOTE}(?:(?:, and|,| and|;| &|/) ?{QUOTE}){{1,99}}"
    r"(?:,? .{0,200})?)"
)
SPAN = re.compile(
    rf"({QUOTE})(?: (?:and so on )?(?:up to|to|through|till|until) | ?(?:\.\.\.?|…|–|-) ?)({QUOTE})"
)
NUMBERED = re.compile(r"(?P<head>.{0,200}?)(?P<number>\d{1,3})(?P<tail>\D{0,50})")
MOST = 100


def without_lead(line: str, now: datetime) -> str:
    """The quotations and what follows them, where the words before them only announce them."""
    match = LIST.fullmatch(line)
    if not match:
        return line
    lead = read_phrase(match["lead"], now).draft
    return line if lead.when or lead.priority != "none" else match["list"]


def counted_out(text: str, quotes: list[str]) -> str:
    """With each title of a row like "box 1" up to "box 8"; they are added to ``quotes``."""

    def row(match: re.Match[str]) -> str:
        places = [ord(mark) - FIRST_STAND_IN for mark in match.groups()]
        ends = [NUMBERED.fullmatch(quotes[place]) for place in places if place < len(quotes)]
        if len(ends) < 2 or not ends[0] or not ends[1]:
            return match[0]
        first, last = int(ends[0]["number"]), int(ends[1]["number"])
        parts = [(end["head"].lower(), end["tail"].lower()) for end in ends if end]
        if parts[0] != parts[1] or not first < last < first + MOST:
            return match[0]
        begin = len(quotes) + FIRST_STAND_IN
        quotes.extend(f"{ends[0]['head']}{n}{ends[0]['tail']}" for n in range(first, last + 1))
        return ", ".join(chr(begin + place) for place in range(last - first + 1))

    return SPAN.sub(row, text)
