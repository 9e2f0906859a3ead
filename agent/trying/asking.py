"""One question to a model as a turn asks it, and all that is to be learnt of the answer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from threading import get_ident
from time import monotonic
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from agent import prompt, tools
from agent.beside import Beside, of_calls
from agent.llm import LLM, LLMError, LLMTimeout, LLMUnavailable, Message, Response, ToolRequest
from agent.runner import takes_as_text
from agent.written import Written


@dataclass(slots=True)
class Heard:
    """One answer; ``notes`` are what was logged about it. ``first`` is in seconds.

    ``is_written``: its calls stood in its text, and were taken for calls all the same.
    """

    response: Response
    first: float
    notes: list[str]
    is_written: bool

    @property
    def has_no_room(self) -> bool:
        """Whether its first try came to the limit of its tokens before it had said anything."""
        return any("within max_tokens" in note for note in self.notes)

    @property
    def left_out(self) -> str:
        """What of the request the server does not take."""
        words = "took a request only without "
        return "; ".join(note.split(words)[1] for note in self.notes if words in note)


ADVICE = {
    "(no connection": "Is its server running, and are host and port right?",
    "(no choices)": "Is the address that of an API? Mostly it ends with /v1.",
    "HTTP 404)": "Is the address right? Mostly it ends with /v1.",
    "HTTP 405)": "Is the address right? Mostly it ends with /v1.",
    "HTTP 403)": "Its key may not be for this model or from this address.",
    "HTTP 429)": "It is asked too often for its limits: try again later.",
    "HTTP 5": "Its own log tells more; one that is still being loaded takes a while.",
    "dropped connection": "Its own log tells more.",
    "the key is wrong": "Give another one, or one for this address: see --api-key-variable.",
    "there is no such model": "Take a name from the list that is at /models of its address.",
    "too long": "Its context has no room for the instructions and tools: give it more.",
}
"""What to do, by what is told of why there is no answer."""


class NoAnswer(Exception):
    """The text is sentences for the operator: why, and what to do."""

    def __init__(self, error: LLMError, notes: list[str]) -> None:
        told = [note.partition("no answer: ")[2] for note in notes if "no answer: " in note]
        why = told[-1] if told else error.code
        advice = next((does for words, does in ADVICE.items() if words in why), "")
        super().__init__(f"{why}. {advice}".rstrip())
        self.is_of_the_server = isinstance(error, LLMTimeout | LLMUnavailable)
        """It may have been another answer to the same prompt."""


@dataclass(slots=True)
class Made:
    """A call as a prompt tells it, which nobody has made."""

    name: str
    arguments: Any
    result: Any
    beside: Beside | None = None
    step: int = 0
    text_before: int = 0
    id: UUID = field(default_factory=uuid7)

    @classmethod
    def of(cls, request: ToolRequest, came_with: Beside | None) -> "Made":
        arguments, _ = tools.read_arguments(request.name, request.arguments)
        task = {"id": str(uuid7()), "title": "Buy oat milk", "completed": False}
        return cls(request.name, arguments, {"task": task}, came_with)


class _Notes(logging.Handler):
    """What this thread logs about a model."""

    def __init__(self) -> None:
        super().__init__()
        self.thread_of_trial = get_ident()
        self.notes: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self.thread_of_trial:
            self.notes.append(record.getMessage())


@contextmanager
def _noted() -> Iterator[list[str]]:
    handler, logger = _Notes(), logging.getLogger("agent")
    logger.addHandler(handler)
    try:
        yield handler.notes
    finally:
        logger.removeHandler(handler)


def asked(*words: str) -> list[Message]:
    """A prompt in which the user says this."""
    at = datetime.now(UTC)
    said = [{"role": "user", "content": prompt.stamped(each, at)} for each in words]
    return [{"role": "system", "content": prompt.INSTRUCTIONS}, *said]


def ask(llm: LLM, messages: list[Message], *, with_tools: bool = True) -> Heard:
    """Raises NoAnswer."""
    began, first = monotonic(), 0.0
    takes = partial(takes_as_text, now=datetime.now(UTC))
    written = Written(messages, tools.TOOLS, takes)
    with _noted() as notes:
        stream = written.read(llm.stream(messages, tools.specifications() if with_tools else []))
        try:
            while True:
                next(stream)
                first = first or monotonic() - began
        except StopIteration as stop:
            first = first or monotonic() - began
            return Heard(stop.value, first, notes, written.is_taken)
        except LLMError as error:
            raise NoAnswer(error, notes) from None


def made_of(response: Response, model: str) -> list[Made]:
    came_with = of_calls(response, model)
    return [Made.of(*pair) for pair in zip(response.tool_requests, came_with, strict=True)]
