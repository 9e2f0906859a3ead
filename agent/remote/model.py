"""The language model behind any OpenAI-compatible endpoint."""

import json
import logging
import math
import random
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import partial
from typing import Any

from agent.events import TextDelta
from agent.llm import (
    LLMError,
    LLMMisconfigured,
    LLMNoQuota,
    LLMUnavailable,
    Message,
    Response,
    StandIn,
    wait_on,
)
from agent.remote.address import Address
from agent.remote.completion import Completion
from agent.remote.deadline import Deadline
from agent.remote.failures import CallError, of_response
from agent.remote.terms import NO_TOOLS, STOOD_IN, Asking, Terms
from agent.remote.transport import Answer, Transport
from telemetry.spans import passed_on

logger = logging.getLogger(__name__)

ATTEMPTS = 2
PAUSE = (0.1, 0.4)  # seconds between the attempts; random, lest all come back at once
LONGEST_RETRY_AFTER = 120  # seconds that a user is ever told to wait
TAIL_SECONDS = 0.2
FINISHED_SECONDS = 0.8
"""How long an answer that has told why it ends may take for its usage and its end mark."""


class RemoteLLM:
    """Build one per process: it keeps its connections, and threads may share it.

    ``deadline`` is the seconds that one call may take in all, a second attempt included;
    ``first_byte`` those until an answer begins, and ``silence`` those between two pieces of it.
    ``longest_pause`` is what it waits for that attempt, where the server asks for a pause.
    Servers without keys take an empty one. ``max_tokens`` are those of one answer; 0: no limit.
    ``temperature`` None is not sent. ``context_tokens`` are those of prompt and answer together;
    0: learnt from what the server refuses.
    What stands behind a ``?`` in the base URL, as Azure wants it, goes along with each request.
    ``stand_in`` answers what it understands where the model takes no tools.
    Keys, addresses and the server's own words are in no exception that leaves, and in no log.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str,
        model: str,
        deadline: float,
        first_byte: float = math.inf,
        silence: float = math.inf,
        max_tokens: int = 0,
        temperature: float | None = None,
        context_tokens: int = 0,
        stand_in: StandIn | None = None,
        longest_pause: float = math.inf,
        max_bytes: int = 16_000_000,
    ) -> None:
        self.model = model
        self._deadline = deadline
        self._first_byte = first_byte
        self._silence = silence
        self._longest_pause = longest_pause
        self._stand_in = stand_in
        self._terms = Terms(max_tokens, temperature, context_tokens)
        self._tools: tuple[Any, str] = (None, "")
        try:
            address = Address.read(base_url, api_key)
        except ValueError:
            self._transport = None
        else:
            self._transport = Transport(address, max_bytes)

    def stream(
        self,
        messages: list[Message],
        tools: list[dict[str, Any]],
        idle: Callable[[], None] = wait_on,
    ) -> Generator[TextDelta, None, Response]:
        """See ``agent.llm.LLM``. To close the generator is to close the connection."""
        deadline = Deadline(
            self._deadline, idle, first_byte=self._first_byte, silence=self._silence
        )
        names = {tool["function"]["name"] for tool in tools}
        asking = Asking(self._terms, self.model, messages, tools)
        attempt = 1
        while True:
            if asking.lacks_tools and self._stand_in and self._stand_in.understands(messages):
                response = yield from self._stand_in.stream(messages, tools, idle)
                return replace(response, warning=STOOD_IN)
            completion = Completion(self.model, names)
            try:
                response = yield from self._attempt(completion, asking, deadline)
                if attempt == ATTEMPTS or not self._ran_out(response):
                    return response
                failure = CallError(LLMUnavailable, "no answer within max_tokens")
                asking = Asking(self._terms, self.model, messages, tools)
            except CallError as error:
                failure = error
            if completion.text:
                break
            if failure.refusal and asking.ask_less(failure.refusal):
                continue
            if attempt == ATTEMPTS or not failure.may_pass:
                break
            _log(failure)
            if not _pause(failure, deadline, self._longest_pause):
                raise _shown(failure)
            attempt += 1
        _log(failure)
        raise _shown(failure)

    def close(self) -> None:
        """Its connections are closed, if it has any; not for use while it answers."""
        if self._transport:
            self._transport.close()

    def _attempt(
        self, completion: Completion, asking: Asking, deadline: Deadline
    ) -> Generator[TextDelta, None, Response]:
        deadline.begin()
        with closing(self._send(asking.body(), deadline)) as answer:
            if not answer.is_success:
                raise _refused(answer)
            when_finished = partial(deadline.shorten, FINISHED_SECONDS)
            for text in completion.read(answer.pieces, when_finished):
                yield TextDelta(text)
                deadline.resume()
            for text in completion.finish():
                yield TextDelta(text)
            _read_tail(answer.pieces, deadline)
        asking.was_taken()
        return completion.response(warning=NO_TOOLS if asking.lacks_tools else "")

    def _ran_out(self, response: Response) -> bool:
        """Whether it came to the limit of its tokens before it had said or asked for anything.

        Then there is none any more.
        """
        is_empty = not (response.text or response.tool_requests)
        return is_empty and response.finish_reason == "length" and self._terms.lift_limit()

    def _send(self, body: dict[str, Any], deadline: Deadline) -> Answer:
        traced = [(b"traceparent", parent.encode())] if (parent := passed_on.get()) else []
        try:
            content = self._written(body)
        except ValueError as error:
            raise CallError(LLMMisconfigured, type(error).__name__) from None
        if self._transport is None:
            raise CallError(LLMMisconfigured, "its address or its key is none")
        return self._transport.post(content, traced, deadline)

    def _written(self, body: dict[str, Any]) -> bytes:
        """As JSON; the tools, which are the same for all turns, are written once."""
        tools = body.pop("tools", None)
        text = _json(body)
        if tools:
            known, written = self._tools
            if known is not tools:
                written = _json(tools)
                self._tools = (tools, written)
            text = f'{text[:-1]},"tools":{written}}}'
        return text.encode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _read_tail(pieces: Iterator[bytes], deadline: Deadline) -> None:
    """Past the end mark, so that the connection can be used again; but not wait for it long."""
    deadline.shorten(TAIL_SECONDS)
    with suppress(CallError):
        for _ in pieces:
            pass


def _refused(answer: Answer) -> CallError:
    retry_after = _seconds(answer.header("retry-after"))
    return of_response(answer.status, answer.beginning(), retry_after)


def _seconds(retry_after: str) -> float | None:
    """The header's value, seconds or a date (RFC 9110, 10.2.3); None where it is neither."""
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _pause(failure: CallError, deadline: Deadline, longest: float) -> bool:
    """Wait as the server asks; False, at once, if that would last too long."""
    seconds = (failure.retry_after or 0) + random.uniform(*PAUSE)  # noqa: S311 (no secret)
    return seconds <= longest and deadline.pause(seconds)


def _log(failure: CallError) -> None:
    is_for_the_operator = issubclass(failure.error, LLMMisconfigured | LLMNoQuota)
    level = logging.ERROR if is_for_the_operator else logging.WARNING
    logger.log(level, "the model gave no answer: %s (%s)", failure.error.code, failure.reason)


def _shown(failure: CallError) -> LLMError:
    """An exception of its own, so that nothing of what the server sent hangs on it."""
    wait = failure.retry_after
    retry_after = None if wait is None else math.ceil(min(wait, LONGEST_RETRY_AFTER))
    return failure.error(retry_after, failure.status, failure.reason)
