"""Sentences by example: "(mark|tick) {task} [off] {done}", made into expressions.

A template is words with a space between them. ``(a|b c)`` stands for any of its alternatives, and
``[a|b]`` for any of them or nothing, its space included. ``{name}`` is an expression of the
lexicon, or a slot: a group that takes what the user has filled in. What stands without a space
belongs together: ``{task}'s``. All names are bounded, so that a text is read in linear time.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from text.expressions import expression

T = TypeVar("T")


class _Maybe(str):
    """A part that may be missing."""


PART = expression(r"[(|)\[\] ]|\{\w+\}|[^(|)\[\] {}]+")
CLOSING = {"(": ")", "[": "]"}


def template(text: str, names: Mapping[str, str]) -> re.Pattern[str]:
    """For ``fullmatch``. Raises ValueError for what is no template, KeyError for unknown names."""
    parts = PART.findall(text)
    if "".join(parts) != text:
        raise ValueError(f"not a template: {text}")
    reading = iter([*parts, ""])
    pattern = _alternatives(reading, "", names)
    if next(reading, None) is not None:
        raise ValueError(f"closed too often: {text}")
    return expression(pattern, re.IGNORECASE | re.DOTALL)


def rules(names: Mapping[str, str], *table: tuple[T, str]) -> list[tuple[re.Pattern[str], T]]:
    """For each meaning its sentences, a line each."""
    return [
        (template(line.strip(), names), meaning)
        for meaning, told in table
        for line in told.strip().splitlines()
    ]


def first_read(
    table: Sequence[tuple[re.Pattern[str], Callable[[re.Match[str], datetime], T]]],
    text: str,
    now: datetime,
) -> T | None:
    """What the first of the readers makes of ``text`` whose sentence it is, and that reads it."""
    for pattern, read in table:
        match = pattern.fullmatch(text)
        if match and (asked := read(match, now)):
            return asked
    return None


def _alternatives(parts: Iterator[str], closing: str, names: Mapping[str, str]) -> str:
    """Up to the part ``closing``, which is taken."""
    sequences: list[list[list[str]]] = [[[]]]
    for part in parts:
        words = sequences[-1]
        match part:
            case "|":
                sequences.append([[]])
            case " ":
                words.append([])
            case "(" | "[":
                inner = _alternatives(parts, CLOSING[part], names)
                group = f"(?:{inner})"
                words[-1].append(group if part == "(" else _Maybe(group))
            case _ if part == closing:
                return "|".join(map(_sequence, sequences))
            case ")" | "]" | "":
                break
            case _:
                words[-1].append(names[part[1:-1]] if part[0] == "{" else re.escape(part))
    raise ValueError(f"no “{closing}” where it should be")


def _sequence(words: list[list[str]]) -> str:
    """Words with spaces between them; one that may be missing takes its space along."""
    pattern, begun = "", False
    for word in words:
        if len(words) > 1 and len(word) == 1 and isinstance(word[0], _Maybe):
            pattern += f"(?: {word[0]})?" if begun else f"(?:{word[0]} )?"
            continue
        inner = "".join(f"{part}?" if isinstance(part, _Maybe) else part for part in word)
        pattern, begun = f"{pattern}{' ' if begun else ''}{inner}", True
    return pattern
