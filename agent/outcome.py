"""What a turn has come to, over all its steps."""

from dataclasses import dataclass

from agent.llm import Response
from text import clean_text

LARGEST_COUNT = 2**31 - 1
"""A number of tokens that a column can hold."""

LONGEST_THOUGHT = 20_000
"""Characters of what is thought in a turn that are kept."""


@dataclass(slots=True)
class Outcome:
    """What the answer cost, and what should be told beside it."""

    model: str = ""
    steps: int = 0
    finish_reason: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    thinking: str = ""
    warning: str = ""

    def add(self, response: Response) -> None:
        self.model = response.model or self.model
        self.steps += 1
        self.finish_reason = response.finish_reason
        self.warning = response.warning or self.warning
        self.input_tokens = added(self.input_tokens, response.input_tokens)
        self.output_tokens = added(self.output_tokens, response.output_tokens)
        self.cached_tokens = added(self.cached_tokens, response.cached_tokens)
        self.thinking = capped("\n\n".join([self.thinking, response.thinking]))


def added(one: int | None, more: int | None) -> int | None:
    """Both together, as far as they are known."""
    if one is None or more is None:
        return more if one is None else one
    return min(one + more, LARGEST_COUNT)


def capped(thought: str) -> str:
    """Clean, and no longer than is kept."""
    whole = clean_text(thought).strip()
    return whole if len(whole) <= LONGEST_THOUGHT else f"{whole[: LONGEST_THOUGHT - 1]}…"
