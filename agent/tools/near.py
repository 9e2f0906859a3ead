"""Names that are nearly the same: "Grocery" and "Groceries", "Café" and "cafe", "Wrok"."""

import re
from collections.abc import Iterable

from text.folding import fold

ENDINGS = (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("shes", "sh"), ("ches", "ch"))
SLIP_LENGTH = 4
"""Letters that a word must have for one of them to be a slip of the fingers."""
SILENT = frozenset({"the", "my", "our", "a", "an", "list", "lists", "tag"})
NOT_A_LETTER = re.compile(r"[\W_]+")


def near(name: str, others: Iterable[str]) -> list[str]:
    """Those of ``others`` that may be what ``name`` means, but for case, marks, an ending or one
    letter; digits tell names apart."""
    words = _words(name)
    return [other for other in others if words and _alike(words, _words(other))]


def _words(name: str) -> list[str]:
    words = NOT_A_LETTER.sub(" ", fold(name)).split()
    return [word for word in words if word not in SILENT] or words


def _alike(one: list[str], other: list[str]) -> bool:
    if "".join(one) == "".join(other):
        return True
    return len(one) == len(other) and all(map(_same, one, other))


def _same(one: str, other: str) -> bool:
    return _singular(one) == _singular(other) or _is_slip(one, other)


def _singular(word: str) -> str:
    for ending, single in ENDINGS:
        if word.endswith(ending) and len(word) > len(ending) + 1:
            return word.removesuffix(ending) + single
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _is_slip(one: str, other: str) -> bool:
    """One letter more, less or another, or two that changed places; the first is seldom wrong."""
    short, long = sorted((one, other), key=len)
    if len(short) < SLIP_LENGTH or one[0] != other[0] or not (one + other).isalpha():
        return False
    first = next((at for at, each in enumerate(short) if each != long[at]), len(short))
    if len(long) > len(short):
        return long[first + 1 :] == short[first:]
    swapped = long[:first] + long[first + 1 : first + 2] + long[first : first + 1]
    return short[first + 1 :] == long[first + 1 :] or short == swapped + long[first + 2 :]
