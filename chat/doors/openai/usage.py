"""What a turn has cost, as OpenAI's clients count it; nothing where nobody has told."""

from typing import Any

from conversations.models import Turn


def completion_usage(turn: Turn | None) -> dict[str, Any]:
    """None: no turn was taken."""
    read, written = (turn.input_tokens or 0, turn.output_tokens or 0) if turn else (0, 0)
    return {
        "prompt_tokens": read,
        "completion_tokens": written,
        "total_tokens": read + written,
        "prompt_tokens_details": {"cached_tokens": (turn and turn.cached_tokens) or 0},
    }
