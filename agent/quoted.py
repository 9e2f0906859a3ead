"""What a message holds of others: a mail that is pasted, a quotation, what somebody said."""

import re

from text.expressions import expression

QUOTATION = expression(
    r"\"[^\"]+\"|“[^“”]+”|„[^„“”]+[“”]|«[^«»]+»|```.*?```|(?<!\w)'[^'\n]{2,}'(?!\w)",
    re.DOTALL,
)
FEW_WORDS = 2
"""A quotation as short as this names something: my week starts on “Sunday”."""
SAYS = r"(?:wrote|writes|says?|said|tells?|told|thinks?|texted|mailed|replied)"
TOLD = expression(r"\b(?:remember|keep in mind|note)(?: that|:)? ?\Z", re.IGNORECASE)
"""What stands in quotation marks behind this is the person's own."""
NOBODY_ELSE = r"(?:i|i've|have|has|had|never|always|to|when|if|please|must|did|already)"
_MARKED = r"^[ \t]*>[^\n]*"
MARKED = expression(_MARKED, re.MULTILINE)
"""A line of what somebody else has said, as mails and ChatKit mark it."""
LINES = expression(
    rf"{_MARKED}|^[ \t]*(?:from|sent|subject|cc|fwd?)[ \t]?:.*",
    re.IGNORECASE | re.DOTALL | re.MULTILINE,
)
"""Those of a mail that is answered; from its headers on a mail as a whole."""
SPEECH = expression(
    rf"(?<![\w'’])(?!{NOBODY_ELSE}\b)[^\W\d][\w'’.@<>-]*,? (?:(?:just|also|has|have|always) )?"
    rf"{SAYS}\b(?:[^\n:.!?]{{0,40}}:.*|[^\n.!?]*)",
    re.IGNORECASE | re.DOTALL,
)
"""Ann says that …, up to the end of the sentence; behind a colon, all that follows."""


def without_others(message: str) -> str:
    """With "…" for it; a message that is nothing but a quotation is the person's own."""
    if QUOTATION.fullmatch(message.strip()):
        return message
    text = QUOTATION.sub(_own, message)
    return SPEECH.sub(" … ", LINES.sub(" … ", text))


def without_marked(message: str) -> str:
    """Only without the lines that are marked as those of somebody else."""
    return MARKED.sub("", message)


def _own(match: re.Match[str]) -> str:
    is_told = TOLD.search(match.string[max(0, match.start() - 30) : match.start()])
    return match[0] if is_told or len(match[0].split()) <= FEW_WORDS else " … "
