"""The loop: ask the model, do what it asks for, tell it the results, until it only talks."""

from collections.abc import Callable, Generator
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
from agent.outcome import Outcome
from agent.reply import FILTERED, Reply
from agent.written import Written
from text import clean_text

CALLS_AT_ONCE = 100
"""Calls of one step that are recorded, made or refused; a model that asks for more is broken."""

TOO_MANY = (
    "Not done: no more calls may be made for this message. Say what was done and what is left; "
    "tools that change tasks take several at once."
)
NOT_ALL_DONE = "Not all of it was done: it took more calls than one message may make."
NOT_ALL_STEPS = "The answer was cut short: it took more steps than one message may take."
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


def run(
    llm: LLM,
    messages: list[Message],
    execute: Callable[[Call], RecordedCall],
    outcome: Outcome,
    *,
    limits: Limits,
    first_step: int = 0,
    idle: Callable[[], None] = wait_on,
    closing: Callable[[], str] = str,
) -> Generator[Event, None, None]:
    """Answer the prompt ``messages``. ``execute`` makes a call and keeps its record, or raises.
    ``outcome`` grows with each step, also of an answer that fails. ``closing`` gives a question to
    end with, or nothing. Raises LLMError.

    ``messages`` and calls have whole ids; the model reads and writes handles in their place. Calls
    beyond the limit are refused, and the model is told so in one more step. Once in a turn a step
    does not count: the first that asks for nothing that could be made. ``first_step`` is past the
    steps of an earlier attempt at the same turn.
    """
    deadline = monotonic() + limits.seconds
    handles, reply = Handles(), Reply(limits.characters, deadline)
    messages, now = handles.tell(messages), prompt.local_now(messages)
    in_time = _in_time(deadline, idle)
    calls_left, has_changed, has_erred = limits.tool_calls, False, False
    step, last = first_step, first_step + limits.steps
    while step < last:
        written = Written(messages, tools.TOOLS, partial(takes_as_text, now=now))
        response = yield from _said(reply, written, llm, messages, in_time)
        outcome.add(response)
        if written.is_vain:
            outcome.warning = COMMAND_IN_WORDS
        if reply.is_cut or not response.tool_requests:
            outcome.finish_reason = "length" if reply.is_cut else outcome.finish_reason
            yield from reply.end(outcome.finish_reason, closing(), has_changed=has_changed)
            return
        calls = _calls_of(response, step, llm.model, handles, calls_left)
        if len(calls) > calls_left:
            outcome.warning = NOT_ALL_DONE
        calls_left = max(0, calls_left - len(calls))
        made = yield from _make(calls, execute)
        has_changed |= any(map(_has_changed, made))
        if not has_erred and _are_misread(calls, now):
            has_erred, last = True, last + 1
        if monotonic() > deadline:
            break
        messages = [*messages, *handles.tell(prompt.step_messages(made, llm.model, reply.told()))]
        step += 1
    yield from reply.stop(CUT_SHORT, closing())
    outcome.warning = NOT_ALL_STEPS


def _has_changed(done: RecordedCall) -> bool:
    return done.status == "succeeded" and tools.has_changed(done.name, done.result)


def _said(
    reply: Reply, written: Written, llm: LLM, messages: list[Message], idle: Callable[[], None]
) -> Generator[TextDelta, None, Response]:
    """One step. Where the provider refuses the person's words, that is all there is to say."""
    stream = llm.stream(messages, tools.specifications(), idle)
    try:
        return (yield from reply.take(written.read(stream)))
    except LLMFiltered:
        yield reply.closing(FILTERED)
        return Response("", finish_reason="content_filter", model=llm.model)


def takes_as_text(name: str, arguments: str, now: datetime) -> bool:
    """Whether there is such a tool and it takes these arguments, as a model has written them."""
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
