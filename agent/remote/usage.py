"""What an answer has cost, in tokens, from whatever a server tells of it."""

from typing import Any

from agent.outcome import LARGEST_COUNT

INPUT = ("prompt_tokens", "input_tokens")
OUTPUT = ("completion_tokens", "output_tokens")
CACHED = (
    "prompt_tokens_details.cached_tokens",  # OpenAI, Azure, OpenRouter, Mistral, xAI, Qwen, vLLM
    "input_tokens_details.cached_tokens",
    "prompt_cache_hit_tokens",  # DeepSeek
    "cache_read_input_tokens",  # Anthropic behind a gateway
    "num_cached_tokens",
    "cached_tokens",  # Kimi, Together
)
"""Of the tokens of the prompt, those that the server had read before; by the names of makers."""


class Usage:
    """Of one answer; a later event of the stream may tell more, or correct what one has told."""

    def __init__(self) -> None:
        self._told: dict[str, Any] = {}
        self._timings: dict[str, Any] = {}

    def note(self, told: dict[str, Any]) -> None:
        """``told`` is an event of the stream, or one of its choices, where Kimi tells it."""
        if isinstance(usage := told.get("usage"), dict):
            self._told |= usage
        if isinstance(timings := told.get("timings"), dict):  # llama.cpp
            self._timings |= timings

    def counts(self) -> dict[str, int | None]:
        """As ``input_tokens``, ``output_tokens`` and ``cached_tokens``; None where it is untold."""
        cached = _first(self._told, CACHED)
        return {
            "input_tokens": _first(self._told, INPUT),
            "output_tokens": _first(self._told, OUTPUT),
            "cached_tokens": _count(self._timings.get("cache_n")) if cached is None else cached,
        }


def _first(told: dict[str, Any], names: tuple[str, ...]) -> int | None:
    counts = (_count(_at(told, name)) for name in names)
    return next((count for count in counts if count is not None), None)


def _at(told: dict[str, Any], name: str) -> Any:
    outer, _, inner = name.partition(".")
    value = told.get(outer)
    return value.get(inner) if inner and isinstance(value, dict) else value


def _count(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():  # as some gateways write it
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value if 0 <= value <= LARGEST_COUNT else None
