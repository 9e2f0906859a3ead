"""How texts are compared where one looks for words: case, accents and a few signs do not count.

The rule has two spellings, which a test holds together: :func:`fold`, which SQLite calls as well,
and the SQL that :mod:`text.searching` makes of the same tables for PostgreSQL.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from unicodedata import normalize

MARKS = (
    "\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff"  # accents
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u064b-\u065f\u0670"  # vowels, as points
    "\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff"  # not seen at all
)
"""Ranges of what stands on letters or between them, in an expression's square brackets."""

LETTERS = {
    "ß": "ss",
    "æ": "ae",
    "œ": "oe",
    "þ": "th",
    "ð": "d",
    "đ": "d",
    "ħ": "h",
    "ı": "i",
    "ł": "l",
    "ø": "o",
    "ŧ": "t",
    "ς": "σ",
    "’": "'",
    "‘": "'",
    "ʼ": "'",
    "\n": " ",
    "\r": " ",
    "\t": " ",
}
"""What Unicode does not take apart, and is written in another way by other people."""

PLAIN = " -~\n“”–—’"
"""Ranges of what takes no more than small letters and LETTERS. Most texts are of nothing else,
and spared what takes ten times as long."""

_MARKS = re.compile(f"[{MARKS}]+")
_NOT_PLAIN = re.compile(f"[^{PLAIN}]")


def fold(text: str) -> str:
    """``Ärger`` is ``arger``, ``Straße`` ``strasse``, ``İstanbul`` ``istanbul``."""
    if _NOT_PLAIN.search(text):
        text = _MARKS.sub("", normalize("NFKD", text))
    folded = text.lower()
    for letter, others in LETTERS.items():  # str.translate takes five times as long
        folded = folded.replace(letter, others)
    return folded


def places(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Where folded ``words`` stand in ``text``: beginnings and ends, in order, none in another."""
    parts = [_letters_of(character) for character in text]
    folded = "".join(parts)
    origin = [place for place, part in enumerate(parts) for _ in part]
    found = sorted(
        (origin[match.start()], origin[match.end() - 1] + 1)
        for word in words
        for match in re.finditer(re.escape(word), folded)
    )
    apart: list[tuple[int, int]] = []
    for start, end in found:
        if apart and start <= apart[-1][1]:
            apart[-1] = apart[-1][0], max(end, apart[-1][1])
        else:
            apart.append((start, end))
    return [(start, _with_marks(text, end)) for start, end in apart]


@lru_cache(maxsize=10_000)
def _letters_of(character: str) -> str:
    return fold(character)


def _with_marks(text: str, end: int) -> int:
    """Past the marks that belong to the last letter."""
    beyond = _MARKS.match(text, end)
    return beyond.end() if beyond else end
