"""Words for how much a task matters."""

from agent.offline.dates import tidy
from agent.offline.intents import Priority
from agent.offline.words import any_of

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
WORDS = [(any_of(rf"(?:an? )?{word}(?:[ -]+prio(?:rity)?)?"), level) for word, level in LEVELS]
BEFORE_LAST = r"(?:(?:as|to|be|is|with|a|an|very|really) ){0,4}"
LAST_WORDS = [(any_of(rf"\b{BEFORE_LAST}{word}$"), level) for word, level in LEVELS[:-1]]

# Inside a sentence a single word is not enough: "call the important client" is a title.
OPEN = r"(?:^|[,;([–-]\s?|\s)(?:it'?s |this is |very |really ){0,3}"
LEAD = r"[(\[]?(?:,?\s?\b(?:with|at|as|of)\s+)?(?:\ban?\s+)?"
PATTERNS: tuple[tuple[str, Priority], ...] = (
    (rf"{LEAD}\b(?:high(?:est)?|top)[ -]+prio(?:rity)?\b[)\]]?", "high"),
    (rf"{LEAD}\blow(?:est)?[ -]+prio(?:rity)?\b[)\]]?", "low"),
    (rf"{LEAD}\b(?:medium|mid)[ -]+prio(?:rity)?\b[)\]]?", "medium"),
    (rf"{LEAD}\b(?:normal|no|default)[ -]+prio(?:rity)?\b[)\]]?", "none"),
    (r"\bprio(?:rity)?(?:\s*[:=])?\s*(?:is )?(?:high|1)\b", "high"),
    (r"\bprio(?:rity)?(?:\s*[:=])?\s*(?:is )?(?:low|3)\b", "low"),
    (r"\bprio(?:rity)?(?:\s*[:=])?\s*(?:is )?(?:medium|2)\b", "medium"),
    (rf"{OPEN}not (?:so |very |that )?(?:urgent|important)[)\]]?$", "low"),
    (rf"{OPEN}no (?:rush|hurry)[)\]]?$", "low"),
    (rf"{OPEN}(?:urgent(?:ly)?|important|asap)[)\]]?[.!]{{0,9}}$", "high"),
    (r"^(?:urgent(?:ly)?|important|asap)\b\s*[:,!–-]*(?=\s)", "high"),
    (r"(?:^|\s)!(?:high(?:est)?|h|important|urgent|top|asap|1)(?!\S)", "high"),
    (r"(?:^|\s)!(?:medium|med|mid|m|normal|2)(?!\S)", "medium"),
    (r"(?:^|\s)!(?:low(?:est)?|l|3)(?!\S)", "low"),
    (r"(?:^|\s)!(?:none|4)(?!\S)", "none"),
    (r"^p1(?=\s)|\sp1$", "high"),
    (r"^p2(?=\s)|\sp2$", "medium"),
    (r"^p3(?=\s)|\sp3$", "low"),
    (r"^p4(?=\s)|\sp4$", "none"),
    (r"(?<!!)!{2,}(?=\s|$)", "high"),
)
INSIDE = [(any_of(pattern), level) for pattern, level in PATTERNS]


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
        match = pattern.search(text)
        if match:
            return tidy(text[: match.start()]), level
    return text, None
