"""Letters and paragraphs: one thing to keep, not a list of things to do."""

import re

from agent.offline.intents import Add, Draft, Unclear
from agent.offline.understanding.one_draft import as_title
from agent.offline.words import any_of, starts_with_verb
from todos.rules import NOTES_LENGTH

LONG_LINE = 80
"""Characters; a longer line is hardly an item of a list."""
FEW_WORDS = 25
"""What is shorter is no paragraph."""
LONGEST_PROSE_TITLE = 80

SALUTATION = any_of(
    r"(?:dear|hi|hello|hey|good (?:morning|afternoon|evening))\b(?: [\w.&'-]+){0,5}\s?[,!:.–-]?"
)
SIGN_OFF = any_of(
    r"(?:(?:with )?(?:(?:best|kind|warm|kindest|warmest|many)(?: (?:regards|wishes|thanks))"
    r"|regards|sincerely(?: yours)?|yours(?: \w+)?|cheers|best|all the best|br|love|xoxo"
    r"|thanks(?: again| so much)?|thank you|thx|rgds|talk soon|see you(?: soon)?))\s?[,.!]{0,2}"
)
HEADER = any_of(r"(?P<name>from|to|subject|date|sent|cc|re|fwd?|betreff)\s?: ?(?P<value>.+)")
QUOTES = any_of(r"[>\s]{0,9}.{1,200} wrote\s?:")
"""On Monday, Tom wrote: what follows is a mail."""
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=\S)")
ORDER = any_of(
    r"(?:please )?(?:add|create|make|put|remind|delete|remove|mark|move|rename|complete|show|set"
    r"|postpone|what|which|is|are|also|then|and|undo)\b"
)
KEEP = any_of(
    r"(?:please )?(?:(?:add|create|make|save|keep|put down|note down|note) ?(?:me )?"
    r"(?:this|the following|a|an|one)?(?: new)? ?(?:e?mail|message|letter|text|note|task|todo)?"
    r"(?: (?:as|to) (?:a |my )?(?:task|todo|list|note))?"
    r"(?: (?:from|with) (?:this|the following)(?: \w+)?)?)\s?[:–-]\s*"
)


def is_letter(lines: list[str]) -> bool:
    """Whether lines are those of a mail: its headers, or a greeting or an end around sentences."""
    headers = sum(bool(HEADER.fullmatch(line)) for line in lines[:8])
    if headers > 1 or any(map(QUOTES.fullmatch, lines)):
        return True
    ends = any(SIGN_OFF.fullmatch(line) for line in lines[1:][-5:])
    greets = any(SALUTATION.fullmatch(line) for line in lines[:2])
    return (ends or greets) and any(map(is_sentence, lines))


def is_sentence(line: str) -> bool:
    """Whether a line is rather a part of a text than an item of a list."""
    words = len(line.split())
    return words > 14 or len(line) > LONG_LINE or (words > 5 and line.endswith((".", "?", "!")))


def is_paragraph(text: str) -> bool:
    """Whether one line is a text of several sentences that are no orders."""
    if len(text.split()) < FEW_WORDS:
        return False
    sentences = [each for each in SENTENCE_END.split(text) if each]
    orders = sum(bool(ORDER.match(each)) or starts_with_verb(each) for each in sentences[1:])
    return len(sentences) > 2 and orders * 2 <= len(sentences) - 1


def read_prose(text: str) -> Add | Unclear:
    """One task with the text in its notes; asked for, unless it was said to add it."""
    text = text.strip()
    order = KEEP.match(text)
    notes = text[order.end() :].strip() if order else text
    draft = Draft(_title(notes), notes=notes[:NOTES_LENGTH])
    return Add((draft,)) if order else Unclear((draft,))


def _title(text: str) -> str:
    """The subject of a mail, or the first sentence; its beginning where that is long."""
    lines = [line.strip(" >#*-") for line in text.splitlines()]
    headers = [match for line in lines[:8] if (match := HEADER.fullmatch(line))]
    subjects = [each["value"] for each in headers if each["name"].lower() in ("subject", "betreff")]
    told = [
        line
        for line in lines
        if line and not (SALUTATION.fullmatch(line) or HEADER.fullmatch(line))
    ]
    first = SENTENCE_END.split((subjects or told or lines)[0], maxsplit=1)[0]
    if len(first) <= LONGEST_PROSE_TITLE:
        return as_title(first)
    return as_title(first[:LONGEST_PROSE_TITLE].rsplit(" ", 1)[0]) + "…"
