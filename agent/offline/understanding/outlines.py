"""Lists of several lines: which of them are items, and which are headings or other words."""

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from agent.offline import dates
from agent.offline.dates import ANY_TIME, When
from agent.offline.sayings import topic_of
from agent.offline.understanding.lines import NAMELESS, TO_DO, Line
from agent.offline.understanding.manners import plain
from agent.offline.understanding.prose import is_sentence
from agent.offline.words import any_of, starts_with_verb

LONGEST_HEADING = 6
"""Words; a first line above a list may have some more."""

ORDER = any_of(
    r"(?:(?:add|create|make|put|enter|insert|save|write(?: down)?|note(?: down)?|jot down|set up"
    r"|remind me(?: (?:to|of|about))?|remember(?: to)?|don't forget(?: to)?|new"
    r"|here(?:'s| is| are)"
    r"|(?:i|we)(?: (?:still|also))? (?:need|have|want|must|should|got)(?: to)?"
    r"(?: (?:do|buy|get|add|finish))?)\b"
    r"|(?:all (?:of )?)?(?:these|the following|this)\b)"
)
ADDS = any_of(r"add (?!(?:all|these|this|the following|tasks?|todos?|items?|to)\b)\w")
"""In a line of a list: "add milk"."""
FILLING = any_of(
    r"(?:(?:all|me|a|an|of|some|the|these|this|following|new|my|our|to|on|in|into|for|as|up|down"
    r"|few|couple|more|separate|open|please|today's|below|here|is|are|what|i|have|need|do|get|buy"
    r"|lists?|todos?|to-dos?|to ?do|tasks?|items?|things|reminders?|\d{1,3})\b[\s:,.–-]*)+"
)
DONE = any_of(r"(?:already )?(?:done|completed?|finished|closed)(?: (?:tasks|items|list))?")
SPAN = any_of(r"\b(?:weeks?|months?|years?|weekend|(?:mon|tues|wednes|thurs|fri|satur|sun)days)\b")
"""This week is no day for all that stands below it."""
CODE = re.compile(r"[{}<>=\\|]|\w\(")
NO_ADDITION = any_of(
    r"(?:delete|remove|mark|tick|check off|cross|complete|finish(?:ed)?|rename|move|postpone"
    r"|reschedule|reopen|undo|cancel|clear|change|update|set|edit|restore|show|list (?:my|all)"
    r"|what|which|how|when|where|why|who|is|are|do|does|did|should|search|find"
    r"|(?:i|we)(?:'ve| have)? (?:already |just )?"
    r"(?:did|done|finished|completed|bought|paid|called|sent)"
    r"|(?:add|put|append) (?:(?:this|these|the following) )?(?:notes?|details|as notes?)\b.* to)\b"
)


@dataclass(slots=True)
class Outline:
    items: list[tuple[Line, When]] = field(default_factory=list)
    """Each with the day of its heading."""
    headings: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    """Neither items nor headings."""
    ordered: bool = False
    """Whether it was said to add them."""
    sure: bool = True
    """Whether they read like things to do, with or without an order."""


def read_outline(lines: list[Line], now: datetime) -> Outline | None:
    """None for what is no list, or a list of something else than things to do."""
    first, lead = lines[0], plain(lines[0].text).rstrip(" :") or lines[0].text
    marked = sum(line.marked for line in lines)
    if not first.marked and (
        NO_ADDITION.match(lead) or (first.text.endswith("?") and not ORDER.match(lead))
    ):
        return None
    if _is_of_done(lines):
        return None
    every_line = not marked and _leads(first, lead) and not any(map(_is_other, lines[1:]))
    if not marked and not every_line:
        return None
    outline = _sorted(lines, now, every_line=every_line)
    if not outline.items or (marked < 2 and not every_line and not outline.ordered):
        return None
    known = first.heading or TO_DO.fullmatch(lead) or _are_verbs(outline)
    outline.sure = outline.ordered or (bool(known) if every_line else not _has_text(outline))
    return outline


def _is_of_done(lines: list[Line]) -> bool:
    headings = [line.text.rstrip(" :") for line in lines if not line.marked]
    return any(map(DONE.fullmatch, headings)) and not any(map(TO_DO.fullmatch, headings))


def _leads(line: Line, lead: str) -> bool:
    """Whether an unmarked first line tells that those below it are a list."""
    if line.heading:
        return True
    if line.indented or _is_other(line) or len(lead.split()) > 2 * LONGEST_HEADING:
        return False
    if TO_DO.fullmatch(lead) and not starts_with_verb(lead):
        return True
    if not line.text.endswith(":"):
        return False
    return bool(ORDER.match(lead)) or len(lead.split()) < LONGEST_HEADING


def _is_other(line: Line) -> bool:
    """Whether a line is a part of a text, a question or code."""
    text = line.text
    return is_sentence(text) or text.endswith("?") or bool(CODE.search(text))


def _sorted(lines: list[Line], now: datetime, *, every_line: bool) -> Outline:
    outline, day, done = Outline(), ANY_TIME, False
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        begins = line is lines[0]
        if following and _is_heading(line, following, every_line=every_line, begins=begins):
            day = _heading(outline, line.text, now)
            done = bool(DONE.fullmatch(line.text.rstrip(" :")))
        elif line.marked or every_line or _is_deed(line):
            outline.items.append((replace(line, done=line.done or done), day))
        elif line.indented and outline.items:
            item, its_day = outline.items[-1]
            outline.items[-1] = (replace(item, text=f"{item.text} note: {line.text}"), its_day)
        elif topic_of(plain(line.text)) not in ("thanks", "hello", "bye", "praise"):
            outline.left.append(line.text)
    return outline


def _is_deed(line: Line) -> bool:
    return bool(ADDS.match(line.text)) or (starts_with_verb(line.text) and not _is_other(line))


def _is_heading(line: Line, following: Line, *, every_line: bool, begins: bool) -> bool:
    if line.heading:
        return True
    if line.text.endswith(":"):
        return not is_sentence(line.text) or bool(ORDER.match(plain(line.text)))
    if every_line:
        return begins
    if (
        line.marked
        or not following.marked
        or (line.indented and not begins)
        or topic_of(plain(line.text))
    ):
        return False
    if ADDS.match(line.text):
        return False
    if ORDER.match(plain(line.text)):
        return bool(FILLING.fullmatch(_after_order(plain(line.text))))
    few = len(line.text.split()) <= LONGEST_HEADING
    return few and (begins or not starts_with_verb(line.text))


def _after_order(words: str) -> str:
    order = ORDER.match(words)
    return words[order.end() :].strip(" :") if order else words


def _heading(outline: Outline, text: str, now: datetime) -> When:
    """The day that it names for what stands below; what else it says is kept, to be told."""
    words = plain(text).rstrip(" :")
    outline.ordered = outline.ordered or bool(ORDER.match(words))
    reading = dates.read("" if SPAN.search(words) else words, now)
    if reading.when:
        words = reading.rest
    rest = _after_order(words)
    if rest and not FILLING.fullmatch(rest) and not NAMELESS.fullmatch(rest):
        outline.headings.append(rest)
    return reading.when.with_day(now)


def _are_verbs(outline: Outline) -> bool:
    return all(starts_with_verb(line.text) for line, _ in outline.items)


def _has_text(outline: Outline) -> bool:
    return any(map(is_sentence, outline.left))
