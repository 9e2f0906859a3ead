"""The language model behind any OpenAI-compatible endpoint."""

import logging
import math
import random
from collections.abc import Callable, Generator, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cached_property, partial
from typing import Any
from urllib.parse import parse_qsl

import httpx2
import openai

from agent import plainer
from agent.completion import Completion
from agent.events import TextDelta
from agent.llm import LLMError, LLMMisconfigured, LLMUnavailable, Message, Response, wait_on
from agent.transport import TRY_AGAIN, CallError, Deadline, Transport, exchange

logger = logging.getLogger(__name__)

ATTEMPTS = 2
PAUSE = (0.1, 0.4)  # seconds between the attempts; random, lest all come back at once
LONGEST_RETRY_AFTER = 120  # seconds that a user is ever told to wait
TAIL_SECONDS = 0.2
FINISHED_SECONDS = 0.8
"""How long an answer that has told why it ends may take for its usage and its end mark."""
REFUSED = {400, 413, 422}
USAGE: dict[str, Any] = {"stream_options": {"include_usage": True}}
LIMITS = ("max_tokens", "max_completion_tokens")


AZURE = "api-version"
"""In the query of a base URL, it tells a server that takes the key in a header of its own."""

# What the package tells of this machine, and an account that belongs to another endpoint.
NOT_SENT = (
    "X-Stainless-Lang",
    "X-Stainless-Package-Version",
    "X-Stainless-OS",
    "X-Stainless-Arch",
    "X-Stainless-Runtime",
    "X-Stainless-Runtime-Version",
    "X-Stainless-Async",
    "X-Stainless-Retry-Count",
    "X-Stainless-Read-Timeout",
    "OpenAI-Organization",
    "OpenAI-Project",
)
HEADERS: dict[str, str | openai.Omit] = {
    "User-Agent": "todo-chat",
    **dict.fromkeys(NOT_SENT, openai.Omit()),
}


class RemoteLLM:
    """Build one per process: it keeps its connections, and threads may share it.

    ``deadline`` is the seconds that one call may take in all, a second attempt included;
    ``first_byte`` those until an answer begins, and ``silence`` those between two pieces of it.
    ``longest_pause`` is what it waits for that attempt, where the server asks for a pause.
    Servers without keys take an empty one. ``max_tokens`` are those of one answer; 0: no limit.
    What stands behind a ``?`` in the base URL, as Azure wants it, goes along with each request.
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
        longest_pause: float = math.inf,
        max_bytes: int = 16_000_000,
    ) -> None:
        self._base_url, _, query = base_url.partition("?")
        self._query = dict(parse_qsl(query))
        self._api_key = api_key
        self.model = model
        self._deadline = deadline
        self._first_byte = first_byte
        self._silence = silence
        self._longest_pause = longest_pause
        self._max_bytes = max_bytes
        self._optional = _optional(max_tokens)

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
        for attempt in range(1, ATTEMPTS + 1):
            completion = Completion(self.model, names)
            try:
                response = yield from self._attempt(completion, messages, tools, deadline)
                if attempt == ATTEMPTS or not self._ran_out(response):
                    return response
                self._optional = _optional(0)  # it thinks for longer than it may answer
                failure = CallError(LLMUnavailable, "no answer within max_tokens")
            except CallError as error:
                failure = error
            _log(failure)
            retry = attempt < ATTEMPTS and failure.error is LLMUnavailable and not completion.text
            if not (retry and _pause(failure, deadline, self._longest_pause)):
                break
        raise _shown(failure)

    def close(self) -> None:
        """Its connections are closed, if it has any; not for use while it answers."""
        client = vars(self).pop("_client", None)
        if client is not None:
            client.close()

    def _attempt(
        self,
        completion: Completion,
        messages: list[Message],
        tools: list[dict[str, Any]],
        deadline: Deadline,
    ) -> Generator[TextDelta, None, Response]:
        with closing(self._post(messages, tools, deadline)) as response:
            pieces = response.iter_raw()
            when_finished = partial(deadline.shorten, FINISHED_SECONDS)
            for text in completion.read(pieces, when_finished):
                yield TextDelta(text)
                deadline.resume()
            for text in completion.finish():
                yield TextDelta(text)
            _read_tail(pieces, deadline)
        return completion.response()

    def _post(
        self, messages: list[Message], tools: list[dict[str, Any]], deadline: Deadline
    ) -> httpx2.Response:
        """The response of an accepted request, its body unread. Raises CallError.

        What a server refuses is asked again in ever plainer forms, until it takes one. That it
        takes no optional fields is remembered; how many messages it takes depends on them.
        """
        refusal = None
        for optional, body in self._bodies(messages, tools):
            try:
                response = self._send(body, deadline)
            except _Refused as refused:
                if refused.status not in REFUSED:
                    raise
                refusal = refusal or refused
                continue
            _log_what_was_left_out(self._optional[0].keys() - body.keys(), messages, body)
            self._optional = optional
            return response
        raise refusal or CallError(LLMMisconfigured, "no request")

    def _bodies(
        self, messages: list[Message], tools: list[dict[str, Any]]
    ) -> Iterator[tuple[list[dict[str, Any]], dict[str, Any]]]:
        """The request in ever plainer forms, and the optional fields to begin with after each."""
        body: dict[str, Any] = {"model": self.model, "messages": messages, "stream": True}
        if tools:
            body["tools"] = tools
        optional = self._optional
        for place, fields in enumerate(optional):
            yield optional[place:], body | fields
        for form in plainer.forms(messages):
            yield optional, body | optional[0] | {"messages": form}

    def _ran_out(self, response: Response) -> bool:
        """Whether it came to the limit of its tokens before it had said or asked for anything."""
        is_limited = bool(self._optional[0].keys() & LIMITS)
        is_empty = not (response.text or response.tool_requests)
        return is_limited and is_empty and response.finish_reason == "length"

    def _send(self, body: dict[str, Any], deadline: Deadline) -> httpx2.Response:
        """The request goes out as it stands: the typed methods of the package would check each
        message again, at more cost than all the rest of a turn.
        """
        deadline.begin()
        options: openai.RequestOptions = {"headers": HEADERS, "timeout": deadline.remaining()}
        token = exchange.set(deadline)
        try:
            stream = self._client.post(
                "/chat/completions",
                cast_to=object,
                body=body,
                options=options,
                stream=True,
                stream_cls=openai.Stream[object],
            )
        except openai.APIStatusError as error:
            raise _Refused(error.response) from None
        except (ValueError, httpx2.InvalidURL) as error:
            raise CallError(LLMMisconfigured, type(error).__name__) from None
        finally:
            exchange.reset(token)
        return stream.response

    @cached_property
    def _client(self) -> openai.OpenAI:
        """Costs some 30 ms. Two threads that come first together may build one each."""
        return openai.OpenAI(
            base_url=self._base_url,
            api_key=self._api_key or "none",  # the package refuses an empty one
            default_query=self._query,
            default_headers={"api-key": self._api_key} if AZURE in self._query else None,
            max_retries=0,
            http_client=httpx2.Client(
                transport=Transport(self._max_bytes),
                headers={"Accept-Encoding": "identity"},  # so that the cap is on what is read
                follow_redirects=False,  # it would send the prompt to another host
                trust_env=False,
            ),
        )


def _read_tail(pieces: Iterator[bytes], deadline: Deadline) -> None:
    """Past the end mark, so that the connection can be used again; but not wait for it long."""
    deadline.shorten(TAIL_SECONDS)
    with suppress(CallError):
        for _ in pieces:
            pass


class _Refused(CallError):
    """The server answered with an error status."""

    def __init__(self, response: httpx2.Response) -> None:
        self.status = response.status_code
        error = LLMUnavailable if self._may_pass() else LLMMisconfigured
        retry_after = _seconds(response.headers.get("Retry-After", ""))
        super().__init__(error, f"HTTP {self.status}", retry_after=retry_after)

    def _may_pass(self) -> bool:
        return self.status >= 500 or self.status in TRY_AGAIN


def _seconds(retry_after: str) -> float | None:
    """The header's value, seconds or a date (RFC 9110, 10.2.3); None where it is neither."""
    if retry_after.isdecimal():
        return float(retry_after)
    try:
        moment = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())


def _pause(failure: CallError, deadline: Deadline, longest: float) -> bool:
    """Wait as the server asks; False, at once, if that would last too long."""
    seconds = (failure.retry_after or 0) + random.uniform(*PAUSE)  # noqa: S311 (no secret)
    return seconds <= longest and deadline.pause(seconds)


def _optional(max_tokens: int) -> list[dict[str, Any]]:
    """The fields that some servers refuse, and what to send in their place, one after the other."""
    if not max_tokens:
        return [USAGE, {}]
    named, named_anew = ({name: max_tokens} for name in LIMITS)
    return [USAGE | named, USAGE | named_anew, named, {}]


def _log_what_was_left_out(fields: set[str], messages: list[Message], body: dict[str, Any]) -> None:
    left_out = sorted(fields) + ["some of the messages"] * (body["messages"] is not messages)
    if left_out:
        logger.warning("the model's server took a request only without %s", ", ".join(left_out))


def _log(failure: CallError) -> None:
    level = logging.ERROR if failure.error is LLMMisconfigured else logging.WARNING
    logger.log(level, "the model gave no answer: %s (%s)", failure.error.code, failure.reason)


def _shown(failure: CallError) -> LLMError:
    """An exception of its own, so that nothing of what the server sent hangs on it."""
    if failure.retry_after is None:
        return failure.error()
    return failure.error(math.ceil(min(failure.retry_after, LONGEST_RETRY_AFTER)))
