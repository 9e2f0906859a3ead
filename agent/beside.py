"""What a model gives beside its words and calls, and wants back with them within the same turn.

Gemini signs its calls (``extra_content``), OpenRouter tells ``reasoning_details`` and DeepSeek
``reasoning_content``; each refuses the next step without them. Nobody else has a use for it, so it
is handed back to the same model as it came, with the ids that this model gave its calls.
"""

import json
from collections import defaultdict
from collections.abc import Iterable
from itertools import chain, groupby
from typing import Any

from agent.llm import Response
from text import clean_json

Beside = dict[str, Any]

IN_A_MESSAGE = frozenset(
    {"role", "content", "tool_calls", "function_call", "refusal", "annotations", "audio", "name"}
)
IN_A_CALL = frozenset({"index", "id", "type", "function", "name", "arguments"})
TEXTS = ("text", "summary")
LARGEST = 200_000
"""Characters of JSON for the calls of one step; of more than that nothing is kept."""


def unknown(piece: Beside, known: frozenset[str]) -> Beside:
    """The fields with a value that the protocol does not know."""
    return {
        name: value
        for name, value in piece.items()
        if name not in known and value not in (None, "", [], {})
    }


def joined(pieces: Iterable[Beside]) -> Beside:
    """Of the pieces of one message: texts and lists grow, of all else the last one stands."""
    values = defaultdict(list)
    for piece in pieces:
        for name, value in piece.items():
            values[name].append(value)
    return {name: _joined(each) for name, each in values.items()}


def _joined(values: list[Any]) -> Any:
    if all(isinstance(value, str) for value in values):
        return "".join(values)
    if all(isinstance(value, list) for value in values):
        parts = groupby(chain.from_iterable(values), key=_part)
        return [whole for _, pieces in parts for whole in _whole(list(pieces))]
    return values[-1]


def _part(piece: Any) -> Any:
    """What pieces of one part have in common; what is encrypted comes in one piece."""
    if not isinstance(piece, dict) or "data" in piece:
        return object()
    return piece.get("type"), piece.get("index")


def _whole(pieces: list[Any]) -> list[Any]:
    if len(pieces) == 1:
        return pieces
    whole: Beside = {}
    for piece in pieces:
        whole |= {name: value for name, value in piece.items() if value or name not in whole}
    for name in TEXTS:
        if isinstance(whole.get(name), str):
            whole[name] = "".join(piece.get(name) or "" for piece in pieces)
    return [whole]


def of_calls(response: Response, model: str) -> list[Beside | None]:
    """For each call of the step what is kept with it; None if that is nothing or too much."""
    requests = response.tool_requests
    nothing: list[Beside | None] = [None] * len(requests)
    if not (response.beside or any(request.beside for request in requests)):
        return nothing
    kept: list[Beside | None] = [
        {
            "model": model,
            "id": request.id,
            "call": request.beside,
            "message": {} if place else response.beside,
        }
        for place, request in enumerate(requests)
    ]
    try:
        cleaned: list[Beside | None] = clean_json(kept)
        is_short = len(json.dumps(cleaned, allow_nan=False)) <= LARGEST
    except (ValueError, RecursionError):  # a number without end, too deep, …
        return nothing
    return cleaned if is_short else nothing


def is_for(model: str, kept: Any) -> bool:
    """Whether it was given by this model; rows may hold anything."""
    return isinstance(kept, dict) and model != "" and kept.get("model") == model


def part(kept: Any, name: str) -> Beside:
    """``call`` or ``message`` of what is kept with a call."""
    value = kept.get(name) if isinstance(kept, dict) else None
    return value if isinstance(value, dict) else {}


def given_id(kept: Any) -> str:
    value = kept.get("id") if isinstance(kept, dict) else None
    return value if isinstance(value, str) else ""
