"""The loop: ask the model, do what it asks for, tell it the results, until it only talks."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from time import monotonic
from typing import Any, Protocol
from uuid import UUID

from uuid_utils.compat import uuid7

from agent import prompt, tools
from agent.events import Event, TextDelta, ToolFinished, ToolStarted
from agent.llm import LLM, Message, Response, wait_on
from rest.text import clean_text

NO_WORDS = "I have nothing to say to that."
CUT_SHORT = (
    "I stopped here, because this took more steps than I may take for one message. "
    "What the list above shows as done is done; tell me how to go on."
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one turn may use: model calls, tool calls, seconds in all."""

    steps: int
    tool_calls: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call about to be made; step and position are its place in the turn, from 0."""

    id: UUID
    step: int
    position: int
    name: str
    arguments: dict[str, Any]


class RecordedCall(prompt.CallRow, Protocol):
    status: str
    duration_ms: int


@dataclass(slots=True)
class Outcome:
    """What the answer cost, and what should be said beside it."""

    model: str = ""
    finish_reason: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    warning: str = ""

    def add(self, response: Response) -> None:
        self.model = response.model
        self.finish_reason = response.finish_reason
        if response.input_tokens is not None:
            self.input_tokens = (self.input_tokens or 0) + response.input_tokens
        if response.output_tokens is not None:
            self.output_tokens = (self.output_tokens or 0) + response.output_tokens


def run(
    llm: LLM,
    messages: list[Message],
    execute: Callable[[Call], RecordedCall],
    *,
    limits: Limits,
    first_step: int = 0,
    idle: Callable[[], None] = wait_on,
) -> Generator[Event, None, Outcome]:
    """Answer the prompt ``messages``. ``execute`` makes a call and keeps its record, or raises.

    Raises LLMError. ``first_step`` is past the steps of an earlier attempt at the same turn.
    """
    deadline = monotonic() + limits.seconds
    specifications = tools.specifications()
    outcome = Outcome()
    calls_left = limits.tool_calls
    said = False
    for step in range(first_step, first_step + limits.steps):
        stream = llm.stream(messages, specifications, idle)
        response = yield from _paragraph(stream, after=said)
        outcome.add(response)
        said = said or bool(response.text)
        if not response.tool_requests:
            if not said:
                yield TextDelta(NO_WORDS)
            return outcome
        calls = []
        for position, request in enumerate(response.tool_requests[:calls_left]):
            name, arguments = clean_text(request.name)[:64], tools.read_arguments(request.arguments)
            call = Call(uuid7(), step, position, name, arguments)
            yield ToolStarted(call.id, call.name, call.arguments)
            done = execute(call)
            yield ToolFinished(done.id, done.name, done.status, done.result, done.duration_ms)
            calls.append(done)
        calls_left -= len(calls)
        if not calls_left or monotonic() > deadline:
            break
        messages = [*messages, *prompt.step_messages(calls, response.text)]
    yield TextDelta("\n\n" + CUT_SHORT if said else CUT_SHORT)
    outcome.warning = "The answer was cut short: it took more steps than one message may take."
    return outcome


def _paragraph(
    stream: Generator[TextDelta, None, Response], *, after: bool
) -> Generator[TextDelta, None, Response]:
    """The same stream; what follows earlier words begins a paragraph of its own."""
    while True:
        try:
            delta = next(stream)
        except StopIteration as stop:
            response: Response = stop.value
            return response
        if after:
            yield TextDelta("\n\n")
            after = False
        yield delta
