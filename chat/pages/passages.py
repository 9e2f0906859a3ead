"""What was found, in its place: a piece of a text around it, with the words marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from text.folding import places

BEFORE, AFTER = 40, 100
"""Characters of a passage beside the first word that is found."""


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    marked: bool = False


def marked(text: str, words: Sequence[str]) -> list[Piece]:
    """The whole text; ``words`` are folded."""
    return _pieces(text, places(text, words) if words else [], 0, len(text))


def passage(text: str, words: Sequence[str]) -> list[Piece]:
    """What stands around the first of ``words``, as one line; at its edges are whole words."""
    text = " ".join(text.split())
    found = places(text, words)
    first, after = found[0] if found else (0, 0)
    start, end = _begin(text, first), _end(text, after)
    pieces = _pieces(text, found, start, end)
    before, behind = [Piece("… ")] * (start > 0), [Piece(" …")] * (end < len(text))
    return [*before, *pieces, *behind]


def _begin(text: str, first: int) -> int:
    if first <= BEFORE:
        return 0
    space = text.find(" ", first - BEFORE - 1, first)
    return first - BEFORE if space < 0 else space + 1


def _end(text: str, after: int) -> int:
    if len(text) <= after + AFTER:
        return len(text)
    space = text.rfind(" ", after, after + AFTER + 1)
    return after + AFTER if space < 0 else space


def _pieces(text: str, found: list[tuple[int, int]], start: int, end: int) -> list[Piece]:
    pieces, told = [], start
    for first, after in found:
        first, after = max(first, start), min(after, end)
        if first < after:
            pieces += [Piece(text[told:first]), Piece(text[first:after], marked=True)]
            told = after
    return [piece for piece in (*pieces, Piece(text[told:end])) if piece.text]
