"""How long a prompt may be: tried with ever longer ones."""

from collections.abc import Callable
from dataclasses import dataclass

from agent.llm import LLM
from agent.trying.asking import Heard, NoAnswer, ask, asked

SHORTEST = 1_000  # tokens
USUAL = (2_048, 4_096, 8_192, 16_384, 32_768, 65_536, 131_072)
CHARACTERS = 4
"""Of a token, roughly: until a server that counts them tells better."""

NEARER = 3
"""Further prompts between the last that was taken and the first that was not."""

OK = "Answer with the one word OK, without any tool."


@dataclass(frozen=True, slots=True)
class Taken:
    tokens: int
    seconds: float = 0.0


class _Ladder:
    """Prompts of as many tokens as wished, as far as the counts of earlier ones tell."""

    def __init__(self, make: Callable[..., LLM], short: Heard) -> None:
        self._make = make
        self._base = short.response.input_tokens
        self._per_token = float(CHARACTERS)
        self._is_measured = False
        self.is_silent = False

    def take(self, tokens: int) -> Taken | None:
        """None where it is refused, or read in part.

        Raises NoAnswer where that may be for another reason than its length.
        """
        length = int((tokens - (self._base or 1_000)) * self._per_token)
        words = "\n".join(f"{number}. A note of no weight." for number in range(length // 25 + 1))
        try:
            heard = ask(self._make(), asked(f"{words[:length]}\n{OK}"))
        except NoAnswer as why:
            if why.is_of_the_server:
                raise
            return None
        read = heard.response.input_tokens
        if read is None or self._base is None:
            return Taken(tokens, heard.first)
        if self._is_measured and read < tokens * 3 // 4:
            self.is_silent = True
            return None
        if read > self._base:
            self._per_token, self._is_measured = length / (read - self._base), True
        return Taken(read, heard.first)


def context_of(make: Callable[..., LLM], short: Heard, longest: int) -> tuple[Taken, int, bool]:
    """The longest that was taken, the context as it seems to be (0: ``longest`` fits), and whether
    what goes beyond it is cut in silence.
    """
    ladder = _Ladder(make, short)
    best = Taken(short.response.input_tokens or 0, short.first)
    size = max(2 * SHORTEST, best.tokens + SHORTEST)
    while size <= longest:
        taken = ladder.take(size)
        if taken is None:
            best, least = _between(ladder, best, size)
            return best, _likely(best.tokens, least), ladder.is_silent
        best, size = taken, 2 * size
    return best, 0, False


def _between(ladder: _Ladder, best: Taken, refused: int) -> tuple[Taken, int]:
    for _ in range(NEARER):
        taken = ladder.take((best.tokens + refused) // 2)
        if taken:
            best = taken
        else:
            refused = (best.tokens + refused) // 2
    return best, refused


def _likely(taken: int, refused: int) -> int:
    """A usual size, if one is in between, as well as the tokens of a refused prompt are known."""
    return next((size for size in USUAL if taken <= size <= refused * 1.05), taken)
