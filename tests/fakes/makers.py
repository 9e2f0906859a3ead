"""How a maker's server speaks Chat Completions: what it refuses, and how it bends its answers.

``tests.fakes.table`` has one for each of the servers that people use. Whatever it is asked, it
answers with the words and calls of the built-in assistant, which reads the prompt as it came: so
the same people talk to all of them, and the same rows must come of it.
"""

import json
import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any, ClassVar

from agent.llm import Response, ToolRequest
from agent.offline.assistant import OfflineLLM
from tests.fakes.answers import USAGE, event, plain
from tests.fakes.providers import Provider
from tests.fakes.rules import validate_messages
from tests.fakes.server import Answer, Request

Body = dict[str, Any]
Delta = dict[str, Any]
Rule = Callable[[Body], str | None]


class Refusal(Exception):
    """In a sentence of the server's."""


class Maker:
    """The protocol as OpenAI writes it; who bends it overrides what it bends."""

    base_url = "{url}"
    rules: ClassVar[list[Rule]] = []
    status = HTTPStatus.BAD_REQUEST
    refusals: int | None = 0
    """How many requests it refuses in all its life; None: how many does not matter."""

    finish_of_words, finish_of_calls = "stop", "tool_calls"
    done = True
    piece = 12
    """The characters of arguments in one delta; 0: all of them."""

    def __init__(self) -> None:
        self.refused: list[str] = []

    def answer(self, request: Request) -> Answer:
        try:
            self.check(request)
        except Refusal as refusal:
            self.refused.append(str(refusal))
            return plain(self.error(str(refusal)), self.status)
        return self.told(request.body, _think(request.body))

    def check(self, request: Request) -> None:
        """Raises Refusal."""
        for rule in (self.fault_of_messages, *self.rules):
            if fault := rule(request.body):
                raise Refusal(fault)

    def fault_of_messages(self, body: Body) -> str | None:
        return validate_messages(body["messages"])

    def error(self, words: str) -> Any:
        return {"error": {"message": words, "type": "invalid_request_error", "code": None}}

    def told(self, body: Body, response: Response) -> Answer:
        return self.stream(list(self.events(body, response)))

    def stream(self, events: list[Any]) -> Answer:
        """Bytes as they are, all else as the data of an event."""

        def answer(exchange: Any) -> None:
            exchange.begin()
            for told in [*events, *([b"data: [DONE]\n\n"] if self.done else [])]:
                is_raw = isinstance(told, bytes)
                exchange.send(told if is_raw else b"data: %s\n\n" % json.dumps(told).encode())
            exchange.end()

        return answer

    def events(self, body: Body, response: Response) -> Iterator[Any]:
        """The chunks of a stream, in their order."""
        yield from self.beginning(response)
        *deltas, last = self.deltas(response)
        yield from map(event, deltas)
        yield from self.ending(last, response, "stream_options" in body)

    def beginning(self, response: Response) -> Iterator[Any]:
        yield event({"role": "assistant", "content": None if response.tool_requests else ""})

    def deltas(self, response: Response) -> Iterator[Delta]:
        words = re.findall(r"\S+\s*|\s+", response.text)
        yield from ({"content": word} for word in words or ([] if response.tool_requests else [""]))
        for number, request in enumerate(response.tool_requests):
            yield from self.call(number, request)

    def ending(self, last: Delta, response: Response, counts: bool) -> Iterator[Any]:
        yield event(last)
        yield event({}, self.finish_of(response))
        if counts:
            yield {"choices": [], "usage": USAGE}

    def finish_of(self, response: Response) -> str:
        return self.finish_of_calls if response.tool_requests else self.finish_of_words

    def call(self, number: int, request: ToolRequest) -> Iterator[Delta]:
        """The deltas of one call."""
        head = {"index": number, "id": self.id_of(number, request), "type": "function"}
        if not self.piece:
            yield _calls(head | {"function": _function(request)})
            return
        yield _calls(head | {"function": {"name": request.name, "arguments": ""}})
        for start in range(0, len(request.arguments), self.piece):
            part = request.arguments[start : start + self.piece]
            yield _calls(self.more(number) | {"function": {"arguments": part}})

    def more(self, number: int) -> Delta:
        """What stands with each further piece of a call."""
        return {"index": number}

    def id_of(self, number: int, request: ToolRequest) -> str:
        return f"call_{number:024}"


class HandsBack(Maker):
    """Wants back, within the turn, what it gives beside its calls."""

    provider: type[Provider]

    def __init__(self) -> None:
        super().__init__()
        self.memory = self.provider()

    def fault_of_messages(self, body: Body) -> str | None:
        if body["messages"][-1]["role"] == "user":
            self.memory = self.provider()
        return self.memory.fault_of(body["messages"])

    def told(self, body: Body, response: Response) -> Answer:
        if response.tool_requests:
            return self.memory.asks(*response.tool_requests)
        return super().told(body, response)


def _function(request: ToolRequest) -> Delta:
    return {"name": request.name, "arguments": request.arguments}


def _calls(*calls: Delta) -> Delta:
    return {"tool_calls": list(calls)}


def _think(body: Body) -> Response:
    stream = OfflineLLM().stream(body["messages"], body.get("tools", []))
    while True:
        try:
            next(stream)
        except StopIteration as stop:
            response: Response = stop.value
            return response
