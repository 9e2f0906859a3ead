"""What somebody looks for, and the rows that have it: the same on every database."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Func, Q, TextField
from django.db.models.lookups import Contains

from text.folding import LETTERS, MARKS, PLAIN, fold

PHRASE = re.compile(r'(?<!\S)["“„«](.*?)(?:["“”»](?!\S)|\Z)|(\S+)', re.DOTALL)


class Folded(Func):
    """A column as :func:`text.folding.fold` spells it; immutable, so that an index may be on it."""

    function = "fold"
    output_field = TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **_more: Any) -> Any:
        column, params = compiler.compile(self.source_expressions[0])
        small = _replaced(f"lower({column})", [each for each in LETTERS if each in PLAIN])
        apart = f"regexp_replace(normalize({column}, NFKD), '[{MARKS}]+', '', 'g')"
        folded = _replaced(f"lower({apart})", LETTERS)
        plain = f"{column} !~ '[^{PLAIN}]'"
        return f"CASE WHEN {plain} THEN {small} ELSE {folded} END", params * 3


def _replaced(sql: str, letters: Iterable[str]) -> str:
    for letter in letters:
        sql = f"replace({sql}, {_quoted(letter)}, {_quoted(LETTERS[letter])})"
    return sql


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def words_of(text: str) -> list[str]:
    """The words that somebody looks for, folded; a phrase in quotes is one. Blank: none.

    What is a part of another one is left out, for it is found with that.
    """
    parts = [phrase or word for phrase, word in PHRASE.findall(text)]
    words = {" ".join(fold(part).split()) for part in parts} - {""}
    words = words or {" ".join(fold(text).split())} - {""}
    return sorted(word for word in words if not any(word in other for other in words - {word}))


def has(word: str, *columns: str) -> Q:
    """The folded word stands in one of the columns."""
    found = Q()
    for column in columns:
        found |= Q(Contains(Folded(F(column)), word))
    return found


def has_all(words: Iterable[str], *columns: str) -> Q:
    """Every folded word stands in one of the columns or another."""
    found = Q()
    for word in words:
        found &= has(word, *columns)
    return found
