"""What is left of a text when words were cut out of it."""

import re

EMPTY_BRACKETS = re.compile(r"\( {0,3}\)|\[ {0,3}\]")
SPACE_BEFORE = re.compile(r" ([,.;:!?)])(?!\w)")
COMMAS = re.compile(r",(?: ?,)+")
EDGES = " \t,;:-–—"


def tidy(text: str) -> str:
    """Text after something was cut out of it: no double spaces, no loose commas at its ends."""
    text = EMPTY_BRACKETS.sub(" ", text)
    text = SPACE_BEFORE.sub(r"\1", " ".join(text.split()))
    return COMMAS.sub(",", text).strip(EDGES)


def cut(text: str, start: int, end: int) -> str:
    """``text`` without what stands from ``start`` to ``end``."""
    return f"{text[:start].rstrip()} {text[end:].lstrip()}"
