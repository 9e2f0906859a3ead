"""JSON as language models write it.

Most of them write what Python takes; the rest has single quotes, comments, commas at the end,
names without quotes, True and None, or line ends in its texts. What was cut off stays broken:
nothing that is open is ever closed here. The libraries that read such JSON either close it, or
take seconds for what is long; this goes over the text once.
"""

import json
import re
from math import isfinite
from typing import Any

from text.expressions import expression

DEEPEST = 100
"""Braces within braces. Arguments have three; a reader of JSON may have no room for many more."""

SPELLED_BY_POWERS = 1e16

GAP = r"(?:\s+|//[^\n]*|\#[^\n]*|/\*.*?\*/)"
GAPS = expression(GAP, re.DOTALL)
TOKEN = expression(
    rf"""
      (?P<gap>{GAP})
    | "(?P<double>(?:[^"\\]|\\.)*)"
    | '(?P<single>(?:[^'\\]|\\.)*)'
    | (?P<number>-?[0-9][0-9.eE+-]*)
    | (?P<word>[A-Za-z_$][\w$-]*)
    | (?P<mark>[][{{}}:,])
    """,
    re.VERBOSE | re.DOTALL,
)
WORDS = {"true": "true", "false": "false", "null": "null", "none": "null", "undefined": "null"}
ESCAPE = expression(
    r"""\\(?P<escaped>u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)|(?P<bare>["\x00-\x1f])""", re.DOTALL
)


def read(text: str) -> Any:
    """The one value that ``text`` is. Raises ValueError, also for what is nested too deeply."""
    [value] = read_all(text)
    return value


def read_all(text: str) -> list[Any]:
    """The values that stand one behind the other. Raises ValueError."""
    values = []
    place = _behind_gaps(text, 0)
    while place < len(text):
        value, end = read_from(text, place)
        values.append(value)
        place = _behind_gaps(text, end)
    return values


def read_from(text: str, start: int) -> tuple[Any, int]:
    """The value that begins at ``start``, and where it ends. Raises ValueError."""
    end = _end(text, start)
    try:
        return DECODER.decode(text[start:end]), end
    except ValueError:
        return DECODER.decode(_strict(text, start, end)), end


def _behind_gaps(text: str, place: int) -> int:
    while gap := GAPS.match(text, place):
        place = gap.end()
    return place


def _end(text: str, start: int) -> int:
    """Where the first value of ``text`` from ``start`` on is complete."""
    depth, place = 0, start
    while match := TOKEN.match(text, place):
        place = match.end()
        if (mark := match["mark"]) in ("{", "["):
            depth += 1
        elif mark in ("}", "]"):
            depth -= 1
        if depth > DEEPEST:
            raise ValueError("it is nested too deeply")
        if depth <= 0 and match["gap"] is None:
            return place
    raise ValueError("it is no JSON, or not all of it is there")


def _strict(text: str, start: int, end: int) -> str:
    """The same value as the standard has it."""
    tokens: list[str] = []
    for match in TOKEN.finditer(text, start, end):
        kind = match.lastgroup
        if kind in ("double", "single"):
            tokens.append(f'"{ESCAPE.sub(_escaped, match[kind])}"')
        elif kind == "word":
            tokens.append(match[0])
        elif kind != "gap":
            if match[0] in ("}", "]") and tokens[-1:] == [","]:
                tokens.pop()
            if match[0] == ":" and tokens and not tokens[-1].startswith('"'):
                tokens[-1] = json.dumps(tokens[-1])
            tokens.append(match[0])
    return " ".join(WORDS.get(token.lower(), token) for token in tokens)


def _escaped(match: re.Match[str]) -> str:
    """A character of a text. A stroke before a mark says that it is this mark."""
    if bare := match["bare"]:
        return json.dumps(bare)[1:-1]
    escaped = match["escaped"]
    if escaped == "\n":
        return ""
    if escaped[0] == "u" or escaped in '"\\/bfnrt':
        return match[0]
    if len(escaped) == 3:
        return f"\\u00{escaped[1:]}"
    return f"\\\\{escaped}" if escaped.isalnum() else json.dumps(escaped)[1:-1]


def _kept(number: str) -> int | float:
    """As PostgreSQL gives it back: what Python spells by powers of ten is an int there, and zero
    has no sign.
    """
    value = float(number)
    if not isfinite(value):
        raise ValueError(f"{number} is no number that can be kept")
    return int(value) if abs(value) >= SPELLED_BY_POWERS else value + 0.0


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Nobody knows which of two values was meant."""
    value = dict(pairs)
    if len(value) < len(pairs) and any(value[name] != each for name, each in pairs):
        raise ValueError("a name has two values")
    return value


DECODER = json.JSONDecoder(
    strict=False, parse_constant=_kept, parse_float=_kept, object_pairs_hook=_object
)
