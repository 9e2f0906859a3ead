"""One question to a model as a turn asks it, and all that is to be learnt of the answer."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import get_ident
from time import monotonic
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from agent import prompt, tools
from agent.beside import Beside, of_calls
from agent.llm import LLM, LLMError, LLMTimeout, Message, Response, ToolRequest


@dataclass(slots=True)
class Heard:
    """One answer; ``notes`` are what was logged about it. ``first`` is in seconds."""

    response: Response
    pieces: int
    first: float
    notes: list[str]

    @property
    def left_out(self) -> str:
        """What of the request the server does not take."""
        words = "took a request only without "
        return "; ".join(note.split(words)[1] for note in self.notes if words in note)


class NoAnswer(Exception):
    """The text is why, in words for the operator."""

    def __init__(self, error: LLMError, notes: list[str]) -> None:
        told = [note.partition("no answer: ")[2] for note in notes if "no answer: " in note]
        super().__init__(told[-1] if told else error.code)
        self.is_timeout = isinstance(error, LLMTimeout)


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
    began, first, pieces = monotonic(), 0.0, 0
    with _noted() as notes:
        stream = llm.stream(messages, tools.specifications() if with_tools else [])
        try:
            while True:
                next(stream)
                pieces += 1
                first = first or monotonic() - began
        except StopIteration as stop:
            return Heard(stop.value, pieces, first or monotonic() - began, notes)
        except LLMError as error:
            raise NoAnswer(error, notes) from None


def made_of(response: Response, model: str) -> list[Made]:
    came_with = of_calls(response, model)
    return [Made.of(*pair) for pair in zip(response.tool_requests, came_with, strict=True)]
