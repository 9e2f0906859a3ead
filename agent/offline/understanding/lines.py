"""Lines of a list: what marks them, and whether they are ticked off."""

import re
from dataclasses import dataclass, replace

from agent.offline.words import any_of

LIST_WORD = (
    r"(?:lists?|todos?|to-dos?|to ?do|tasks?|items?|groceries|shopping|errands|chores|agenda"
    r"|things|reminders?)"
)
NAMELESS = any_of(
    r"(?:(?:my|the|our|new|open) )*(?:todo|to-do|to ?do|task)?s? ?(?:lists?|items|tasks?|things|"
    r"reminders?)?"
)
TO_DO = any_of(rf"(?:[\w'&/-]+ ){{0,3}}{LIST_WORD}(?: (?:for|to|of|today|this|on|at)\b.{{0,40}})?")

PICTURE = r"[\U0001f300-\U0001faff\u2190-\u21ff\u2600-\u27bf\u2b00-\u2bff]"
PICTURES = re.compile(rf"(?:{PICTURE}[\ufe0e\ufe0f\u200d\U0001f3fb-\U0001f3ff]*)+\s*(?=\S)")
CLOSED = "☑✔✓☒"
BOXES = re.compile(r"\[(?P<box>[ xX✓✔/-]?)\](?:\s+|$)|(?P<tick>[☑✔✓☒☐⬜◻🔲])\ufe0f?\s*")
BULLET = re.compile(
    r"[-*+–—](?:\s+|$)|[•‣⁃◦▪▫●○■□◆◇➤➔→▶►✦·]\s*|\(?#?\d{1,3}[.)]\)?(?:\s+|$|(?=[^\W\d]))"
    r"|[0-9#]\ufe0f?\u20e3\s*"
)
PREFIX = any_of(r"(?:todo|to-do|to do|task|fixme)\s?(?:[:–]|-\s)\s*(?=\S)")
QUOTED = re.compile(r"(?:>\s?){1,9}")
RULE = re.compile(r"[-=*_~\s]{3,}")
HEADING = re.compile(r"#{1,6}\s(?P<text>.+)|(?P<bold>\*\*|__)(?P<words>[^*_]+)(?P=bold):?$")
STRUCK = re.compile(r"~~([^~]+)~~")
EMPHASIS = re.compile(r"(\*\*|__)([^*_]+)\1")
TICKED = any_of(r"\s?(?:\((?:done|completed|finished)\)|[☑✔✓✅]\ufe0f?)$")
LETTER = re.compile(r"\(?([a-z])[.)]\)?\s+(?=\S)", re.IGNORECASE)
ROMAN = re.compile(r"\(?(?P<number>[ivx]{1,5})[.)]\)?\s+(?=\S)", re.IGNORECASE)
ROMANS = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line without its marks."""

    text: str
    marked: bool = False
    """Whether it is marked as an item: by a bullet, a number, a box, "todo:"."""
    done: bool = False
    heading: bool = False
    """Whether it is marked as a heading."""
    indented: bool = False


def read_line(raw: str) -> Line:
    text, quoted = _without(QUOTED, raw.strip())
    if heading := HEADING.fullmatch(text):
        return Line((heading["text"] or heading["words"]).strip(" #"), heading=True)
    if RULE.fullmatch(text):
        return Line("")
    marked, done = quoted, False
    for _ in range(4):
        if box := BOXES.match(text):
            text, marked = text[box.end() :], True
            done = (box["box"] or "") in tuple("xX✓✔") or (box["tick"] or " ") in CLOSED
        elif bullet := BULLET.match(text) or PREFIX.match(text):
            text, marked = text[bullet.end() :], True
    if marked and (tick := TICKED.search(text[-20:])):
        text, done = text[: len(text) - len(tick[0])], True
    if struck := STRUCK.fullmatch(text):
        text, done = struck[1], True
    text = EMPHASIS.sub(r"\2", text).strip().rstrip(",;").rstrip()
    return Line(text, marked, done, indented=raw[:1].isspace())


def _without(mark: re.Pattern[str], text: str) -> tuple[str, bool]:
    match = mark.match(text)
    return (text[match.end() :], True) if match else (text, False)


def read_lines(text: str) -> list[Line]:
    """The lines that have words. Letters and pictures are marks where several lines have them."""
    lines = [line for line in map(read_line, text.splitlines()) if line.text]
    return _without_pictures(_without_letters(lines))


def _without_letters(lines: list[Line]) -> list[Line]:
    """a) milk, b) eggs; i. milk, ii. eggs."""
    for mark, names in ((ROMAN, ROMANS), (LETTER, "abcdefghijklmnopqrstuvwxyz")):
        found = {
            place: match for place, line in enumerate(lines) if (match := mark.match(line.text))
        }
        said = [match[1].lower() for match in found.values()]
        if len(said) > 1 and said == list(names[: len(said)]):
            return [_marked(line, found.get(place)) for place, line in enumerate(lines)]
    return lines


def _without_pictures(lines: list[Line]) -> list[Line]:
    """A green tick is one among open boxes, and else a bullet like any other picture."""
    found = {
        place: match for place, line in enumerate(lines) if (match := PICTURES.match(line.text))
    }
    boxes = any(
        line.marked and not line.done for place, line in enumerate(lines) if place not in found
    )
    if len(found) < 2 and not boxes:
        return lines
    return [
        replace(_marked(line, match), done=line.done or (boxes and match[0][0] == "✅"))
        if (match := found.get(place))
        else line
        for place, line in enumerate(lines)
    ]


def _marked(line: Line, mark: re.Match[str] | None) -> Line:
    return replace(line, text=line.text[mark.end() :], marked=True) if mark else line


def as_heading(*names: str) -> str:
    """What is said of lines that were taken as headings."""
    kind = "a heading" if len(names) == 1 else "headings"
    return f"I took {', '.join(f'“{name}”' for name in names)} as {kind}."
