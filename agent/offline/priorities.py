"""Words for how much a task matters."""

import re

from agent.offline.dates import tidy
from agent.offline.intents import Priority

HIGH = r"(?:high(?:est)?|top|urgent|(?:very |most )?important|critical|asap|!!+)"
LOW = r"(?:low(?:est)?|unimportant|not (?:so |very |that )?(?:urgent|important))"
MEDIUM = r"(?:medium|mid|middle)"
NONE = r"(?:no|normal|none|default|regular|ordinary)"
LEVELS: tuple[tuple[str, Priority], ...] = (
    (LOW, "low"),
    (HIGH, "high"),
    (MEDIUM, "medium"),
    (NONE, "none"),
)
WORDS = [
    (re.compile(rf"(?:an?\s+)?{word}(?:[\s-]+prio(?:rity)?)?", re.IGNORECASE), level)
    for word, level in LEVELS
]
LAST_WORDS = [
    (
        re.compile(
            rf"^(?P<rest>.*?)\s*\b(?:(?:as|to|be|is|with|a|an|very|really)\s+)*{word}$",
            re.IGNORECASE,
        ),
        level,
    )
    for word, level in LEVELS
    if level != "none"
]

# Inside a sentence a single word is not enough: "call the important client" is a title.
OPEN = r"(?:^|[,;(–-]\s*|\s)(?:it'?s |this is |very |really )*"
LEAD = r"(?:,?\s*\b(?:with|at|as|of)\s+)?(?:an?\s+)?"
INSIDE: list[tuple[re.Pattern[str], Priority]] = [
    (re.compile(pattern, re.IGNORECASE), level)
    for pattern, level in (
        (rf"{LEAD}\b(?:high(?:est)?|top)[\s-]+prio(?:rity)?\b\)?", "high"),
        (rf"{LEAD}\blow(?:est)?[\s-]+prio(?:rity)?\b\)?", "low"),
        (rf"{LEAD}\b(?:medium|mid)[\s-]+prio(?:rity)?\b\)?", "medium"),
        (rf"{LEAD}\b(?:normal|no|default)[\s-]+prio(?:rity)?\b\)?", "none"),
        (r"\bprio(?:rity)?\s*[:=]?\s*(?:is\s+)?(?:high|1)\b", "high"),
        (r"\bprio(?:rity)?\s*[:=]?\s*(?:is\s+)?(?:low|3)\b", "low"),
        (r"\bprio(?:rity)?\s*[:=]?\s*(?:is\s+)?(?:medium|2)\b", "medium"),
        (rf"{OPEN}not (?:so |very |that )?(?:urgent|important)\)?$", "low"),
        (rf"{OPEN}no (?:rush|hurry)\)?$", "low"),
        (rf"{OPEN}(?:urgent(?:ly)?|important|asap)\)?[.!]*$", "high"),
        (r"^(?:urgent(?:ly)?|important|asap)\b\s*[:,!–-]*(?=\s)", "high"),
        (r"(?:^|\s)!(?:high|important|urgent)\b", "high"),
        (r"(?:^|\s)!low\b", "low"),
        (r"!{2,}(?=\s|$)", "high"),
    )
]


def read_level(text: str) -> Priority | None:
    """The level that ``text`` is a word for, and nothing else: "high", "urgent", "low priority"."""
    text = text.strip(" .")
    return next((level for word, level in WORDS if word.fullmatch(text)), None)


def read_priority(text: str) -> tuple[str, Priority | None]:
    """``text`` without its priority words, and the priority."""
    for pattern, level in INSIDE:
        match = pattern.search(text)
        if match:
            return tidy(f"{text[: match.start()]} {text[match.end() :]}"), level
    return text, None


def read_last_level(text: str) -> tuple[str, Priority | None]:
    """The same for a phrase that sets one: "it to low", "the milk task urgent"."""
    rest, level = read_priority(text)
    if level:
        return rest, level
    for pattern, level in LAST_WORDS:
        match = pattern.match(text)
        if match:
            return tidy(match["rest"]), level
    return text, None
