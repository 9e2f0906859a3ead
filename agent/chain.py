"""Language models in the order in which they are tried: where one fails, the next goes on."""

import logging
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from math import ceil, inf
from time import monotonic
from typing import Any

from agent import plainer
from agent.breaker import Breaker
from agent.events import TextDelta
from agent.llm import LLM, BuiltIn, LLMError, LLMTimeout, LLMUnavailable, Message, Response, wait_on
from agent.measuring import MeasuredLLM
from telemetry.measured import Measured
from text import is_blank

logger = logging.getLogger(__name__)

LAST_SECONDS = 3.0
"""Of a turn, at most half of it: they are for the built-in assistant, which waits for nobody."""

BUILT_IN_ANSWERED = "The language model could not be reached; the built-in assistant answered."
ANOTHER_ANSWERED = "The usual language model gave no answer; another one answered."


@dataclass(frozen=True, slots=True)
class Link:
    """A language model of the chain. ``name`` is for the log, and tells no address."""

    llm: LLM
    name: str
    breaker: Breaker = field(default_factory=Breaker)

    @property
    def is_built_in(self) -> bool:
        return isinstance(self.llm, BuiltIn)


class Chain:
    """For one turn, of ``seconds`` in all. A step that fails is given to the next link; later steps
    of the turn stay with it.

    Once a step has said something, only the built-in assistant goes on with it, in a paragraph of
    its own: two models would talk in one sentence.

    ``measured`` gets to know how each call of a link goes.
    """

    def __init__(self, links: Sequence[Link], seconds: float = inf) -> None:
        self._links = links
        self._seconds = max(seconds - LAST_SECONDS, seconds / 2)
        self._over_at = monotonic() + self._seconds
        self._waits: list[float] = []  # seconds after which a link may answer again
        self._given = 0  # messages that were made for an earlier link
        self.measured = Measured()
        self._place = self._next(0)

    @property
    def usual(self) -> Link:
        return self._links[0]

    @property
    def link(self) -> Link:
        """Which has the turn; the last one, when all have failed."""
        return self._links[min(self._place, len(self._links) - 1)]

    @property
    def model(self) -> str:
        return self.link.llm.model

    def stream(
        self,
        messages: list[Message],
        tools: list[dict[str, Any]],
        idle: Callable[[], None] = wait_on,
    ) -> Generator[TextDelta, None, Response]:
        """See ``agent.llm.LLM``. Raises the error of the last link that was asked."""
        error: LLMError = LLMUnavailable()
        said: list[str] = []
        while self._place < len(self._links):
            try:
                return (yield from self._ask(self.link, messages, tools, idle, said))
            except LLMError as failure:
                error = failure
            idle()  # they may have gone meanwhile
            has_spoken = not is_blank("".join(said))
            self._move_on(error, messages, has_spoken)
            if has_spoken and self._place < len(self._links):
                yield TextDelta("\n\n")
        error.retry_after = ceil(min(self._waits)) if self._waits else None
        raise error

    def _ask(
        self,
        link: Link,
        messages: list[Message],
        tools: list[dict[str, Any]],
        idle: Callable[[], None],
        said: list[str],
    ) -> Generator[TextDelta, None, Response]:
        """The step of one link; what it says is added to ``said``.

        Raises LLMTimeout when remote models have had their time of the turn.
        """
        began = monotonic()
        prompt = [*plainer.bare(messages[: self._given]), *messages[self._given :]]
        over_at = inf if link.is_built_in else self._over_at

        def check() -> None:
            idle()
            if monotonic() > over_at:
                raise LLMTimeout

        llm = MeasuredLLM(link.llm, self.measured, link.name)
        try:
            with closing(llm.stream(prompt, tools, check)) as stream:
                response = yield from _heard(stream, said, over_at)
        except LLMError as error:
            if self._counts(error, began) and link.breaker.failed(began, error.retry_after):
                logger.warning("%s is left alone for a while: %s", link.name, error.code)
            raise
        if link.breaker.succeeded():
            logger.warning("%s answers again", link.name)
        return response

    def _counts(self, error: LLMError, began: float) -> bool:
        """Whether the link is to blame: the end of a turn is for who has used up most of it."""
        if error.is_of_the_prompt:
            return False
        now = monotonic()
        return now < self._over_at or now - began > self._seconds / 2

    def _move_on(self, error: LLMError, messages: list[Message], has_spoken: bool) -> None:
        failed = self._links[self._place].name
        if error.retry_after is not None:
            self._waits.append(error.retry_after)
        only_built_in = has_spoken or monotonic() > self._over_at
        self._place = self._next(self._place + 1, only_built_in=only_built_in)
        self._given = len(messages)
        if self._place < len(self._links):
            name = self._links[self._place].name
            logger.warning("%s failed: %s; %s goes on", failed, error.code, name)

    def _next(self, first: int, *, only_built_in: bool = False) -> int:
        """The first place from there on whose link may be asked; past the end if there is none."""
        for place, link in enumerate(self._links[first:], first):
            if link.is_built_in or (not only_built_in and link.breaker.admits()):
                return place
            if wait := link.breaker.wait():
                self._waits.append(wait)
        return len(self._links)


def measured_llm(llm: LLM, measured: Measured) -> LLM:
    """It, and how each call of a language model goes is told to ``measured``."""
    if not isinstance(llm, Chain):
        return MeasuredLLM(llm, measured)
    llm.measured = measured
    return llm


def who_answered_instead(llm: LLM) -> str:
    """A sentence for the user where it was not the usual model; empty where it was."""
    if not isinstance(llm, Chain) or llm.link is llm.usual:
        return ""
    return BUILT_IN_ANSWERED if llm.link.is_built_in else ANOTHER_ANSWERED


def _heard(
    stream: Generator[TextDelta, None, Response], said: list[str], over_at: float
) -> Generator[TextDelta, None, Response]:
    while True:
        try:
            delta = next(stream)
        except StopIteration as stop:
            response: Response = stop.value
            return response
        if monotonic() > over_at:
            raise LLMTimeout
        said.append(delta.text)
        yield delta
