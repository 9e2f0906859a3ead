"""What the assistant yields while it answers, one event after the other."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class TextDelta:
    """The next piece of the reply's text."""

    text: str


@dataclass(frozen=True, slots=True)
class ToolStarted:
    id: UUID
    name: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ToolFinished:
    id: UUID
    name: str
    status: str
    result: dict[str, Any]
    duration_ms: int


Event = TextDelta | ToolStarted | ToolFinished
