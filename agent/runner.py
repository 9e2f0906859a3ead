"""The loop: ask the model, do what it asks for, tell it the results, until it only talks."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, Protocol
from uuid import UUID

from uuid_utils.compat import uuid7

from agent import beside, prompt, tools
from agent.beside import Beside
from agent.events import Event, TextDelta, ToolFinished, ToolStarted
from agent.handles import Handles
from agent.llm import LLM, LLMFiltered, LLMTimeout, Message, Response, ToolRequest, wait_on
from agent.thinking import capped
from agent.usage import added
from agent.written import Written
from text import clean_text, is_blank

NO_WORDS = "I have nothing to say to that."
DONE = "Done."
FILTERED = LLMFiltered.detail
TOO_LONG = "(My answer was cut short here.)"
CALLS_AT_ONCE = 100
"""Calls of one step that are recorded, made or refused; a model that asks for more is broken."""

TOO_MANY = (
    "Not done: no more calls may be made for this message. Say what was done and what is left; "
    "tools that change tasks take several at once."
)
NOT_ALL_DONE = "Not all of it was done: it took more calls than one message may make."
COMMAND_IN_WORDS = "The assistant wrote down a command instead of doing it; nothing came of that."
CUT_SHORT = (
    "I stopped here, because this took more steps than I may take for one message. "
    "What the list above shows as done is done; tell me how to go on."
)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one turn may use: model calls, tool calls, seconds and characters of text in all."""

    steps: int
    tool_calls: int
    seconds: float
    characters: int


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call about to be made; step and position are its place in the turn, from 0.

    Its ids are whole, whatever handles the model wrote. ``kept`` are the arguments as its record
    has them, ``beside`` is what the ``model`` that asked for it wants back with the call;
    ``refused`` is why it shall not be made.
    """

    id: UUID
    step: int
    position: int
    name: str
    arguments: dict[str, Any]
    kept: dict[str, Any]
    beside: Beside | None
    refused: str = ""
    model: str = ""

    @classmethod
    def of(
        cls,
        request: ToolRequest,
        step: int,
        position: int,
        came_with: Beside | None,
        handles: Handles,
        refused: str = "",
        model: str = "",
    ) -> "Call":
        name = clean_text(request.name)[:64]
        arguments, kept = map(handles.whole, tools.read_arguments(name, request.arguments))
        return cls(uuid7(), step, position, name, arguments, kept, came_with, refused, model)


class RecordedCall(prompt.CallRow, Protocol):
    status: str
    duration_ms: int


@dataclass(slots=True)
class Outcome:
    """What the answer cost, and what should be told beside it."""

    model: str = ""
    finish_reason: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    thinking: str = ""
    warning: str = ""

    def add(self, response: Response) -> None:
        self.model = response.model or self.model
        self.finish_reason = response.finish_reason
        self.warning = response.warning or self.warning
        self.input_tokens = added(self.input_tokens, response.input_tokens)
        self.output_tokens = added(self.output_tokens, response.output_tokens)
        self.cached_tokens = added(self.cached_tokens, response.cached_tokens)
        self.thinking = capped("\n\n".join([self.thinking, response.thinking]))


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

    ``messages`` and calls have whole ids; the model reads and writes handles in their place. Calls
    beyond the limit are refused, and the model is told so in one more step. Once in a turn a step
    does not count: the first that asks for nothing that could be made. Raises LLMError.
    ``first_step`` is past the steps of an earlier attempt at the same turn.
    """
    deadline = monotonic() + limits.seconds
    handles = Handles()
    messages = handles.tell(messages)
    specifications = tools.specifications()
    outcome = Outcome()
    calls_left = limits.tool_calls
    has_changed = False
    reply = _Reply(limits.characters, deadline)
    in_time = _in_time(deadline, idle)
    now = prompt.local_now(messages)
    step, last, has_erred = first_step, first_step + limits.steps, False
    while step < last:
        written = Written(messages, tools.TOOLS, partial(_takes, now=now))
        try:
            stream = llm.stream(messages, specifications, in_time)
            response = yield from reply.take(written.read(stream))
        except LLMFiltered:
            yield reply.closing(FILTERED)
            outcome.model, outcome.finish_reason = llm.model, "content_filter"
            return outcome
        outcome.add(response)
        if written.is_vain:
            outcome.warning = COMMAND_IN_WORDS
        if reply.is_cut:
            outcome.finish_reason = "length"
        if reply.is_cut or not response.tool_requests:
            yield from reply.end(outcome.finish_reason, DONE if has_changed else NO_WORDS)
            return outcome
        calls = _calls_of(response, step, llm.model, handles, calls_left)
        if len(calls) > calls_left:
            outcome.warning = NOT_ALL_DONE
        calls_left = max(0, calls_left - len(calls))
        made = yield from _make(calls, execute)
        has_changed |= any(done.status == "succeeded" and tools.changes(done.name) for done in made)
        if not has_erred and _are_misread(calls, now):
            has_erred, last = True, last + 1
        if monotonic() > deadline:
            break
        told = prompt.step_messages(made, llm.model, reply.told())
        messages = [*messages, *handles.tell(told)]
        step += 1
    yield reply.closing(CUT_SHORT)
    outcome.warning = "The answer was cut short: it took more steps than one message may take."
    return outcome


def _takes(name: str, arguments: str, now: datetime) -> bool:
    return tools.takes(name, tools.read_arguments(name, arguments)[0], now)


def _calls_of(
    response: Response, step: int, model: str, handles: Handles, calls_left: int
) -> list[Call]:
    """The calls of a step; those for which none is left are to be refused."""
    came_with = beside.of_calls(response, model)
    return [
        Call.of(
            request,
            step,
            position,
            came_with[position],
            handles,
            "" if position < calls_left else TOO_MANY,
            response.model,
        )
        for position, request in enumerate(response.tool_requests[:CALLS_AT_ONCE])
    ]


def _make(
    calls: list[Call], execute: Callable[[Call], RecordedCall]
) -> Generator[Event, None, list[RecordedCall]]:
    made = []
    for call in calls:
        yield ToolStarted(call.id, call.name, call.kept)
        done = execute(call)
        yield ToolFinished(done.id, done.name, done.status, done.result, done.duration_ms)
        made.append(done)
    return made


def _are_misread(calls: list[Call], now: datetime) -> bool:
    """Whether none of them could be made, for its name or its arguments."""
    return not any(call.refused or tools.takes(call.name, call.arguments, now) for call in calls)


def _in_time(deadline: float, idle: Callable[[], None]) -> Callable[[], None]:
    """An ``idle`` that raises LLMTimeout once the turn has had its time."""

    def idle_in_time() -> None:
        idle()
        if monotonic() > deadline:
            raise LLMTimeout

    return idle_in_time


class _Reply:
    """The text of a reply as it grows from step to step: clean, and no longer than ``room``.

    What comes after the ``deadline`` is LLMTimeout.
    """

    def __init__(self, room: int, deadline: float) -> None:
        self._room = room
        self._deadline = deadline
        self._untold = ""
        self._is_blank = True
        self.is_cut = False

    def take(
        self, stream: Generator[TextDelta, None, Response]
    ) -> Generator[TextDelta, None, Response]:
        """The same stream; what follows earlier words begins a paragraph of its own.

        Where there is no more room, it gets the time of one delta to end by itself.
        """
        lead = "" if self._is_blank else "\n\n"
        while True:
            try:
                text = clean_text(next(stream).text)
            except StopIteration as stop:
                response: Response = stop.value
                return response
            if self.is_cut:
                stream.close()
                return Response("")
            if monotonic() > self._deadline:
                stream.close()
                raise LLMTimeout
            if text:
                yield from self._fit(lead)
                yield from self._fit(text)
                lead = ""

    def told(self) -> str:
        """What was said since the last time, to be told to the model."""
        text, self._untold = self._untold, ""
        return text

    def end(self, finish_reason: str, if_blank: str) -> Iterator[TextDelta]:
        """The words to add where the model's own do not stand alone."""
        if finish_reason == "length":
            yield self.closing(TOO_LONG)
        elif self._is_blank:
            yield TextDelta(FILTERED if finish_reason == "content_filter" else if_blank)

    def closing(self, words: str) -> TextDelta:
        return TextDelta(words if self._is_blank else f"\n\n{words}")

    def _fit(self, text: str) -> Iterator[TextDelta]:
        kept = text[: self._room]
        self._room -= len(kept)
        self._untold += kept
        self._is_blank = self._is_blank and is_blank(kept)
        self.is_cut = len(kept) < len(text)
        if kept:
            yield TextDelta(kept)
