"""A turn told in the frames of a door, so that a reader can go on behind any of them.

A frame is one message of the door's protocol. Each has a number, which says how much was told with
it: a frame counts 1, and a piece of the reply's text as many as its characters. So the numbers are
the same in whatever pieces the text came, live and from the rows.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Protocol
from uuid import UUID

from agent.events import TextDelta, ToolFinished, ToolStarted
from chat.sse import KEEP_ALIVE
from chat.turns import TurnEvent
from conversations.models import Turn


@dataclass(frozen=True, slots=True)
class Frame:
    """``text`` names the member of ``data`` that is a piece of the reply's text, if one is."""

    data: dict[str, Any]
    event: str = ""
    text: str = ""

    @property
    def weight(self) -> int:
        return len(self.data[self.text]) if self.text else 1

    def behind(self, told: int) -> "Frame":
        """What is left of it once so much was told."""
        return replace(self, data=self.data | {self.text: self.data[self.text][told:]})


class Wire(Protocol):
    """What the events of one turn are in a protocol.

    ``frames`` depends on the events alone, and on the pieces of the text only by where they are
    cut. ``line`` is a frame as it goes over the wire.
    """

    def frames(self, event: TurnEvent) -> Iterator[Frame]: ...

    def line(self, frame: Frame, number: int) -> bytes: ...


@dataclass(slots=True)
class Telling:
    """One attempt at a turn, told from its start; what is not behind the number is left out."""

    turn: UUID
    attempt: int
    wire: Wire
    behind: int = 0
    keep_alive: bytes = KEEP_ALIVE
    number: int = field(default=0, init=False)
    characters: int = field(default=0, init=False)
    tool_events: int = field(default=0, init=False)

    @classmethod
    def of(
        cls, turn: Turn, wire: Wire, behind: int = 0, keep_alive: bytes = KEEP_ALIVE
    ) -> "Telling":
        return cls(turn.pk, turn.attempt, wire, behind, keep_alive)

    def tell(self, event: TurnEvent) -> bytes:
        if isinstance(event, TextDelta):
            self.characters += len(event.text)
        elif isinstance(event, (ToolStarted, ToolFinished)):
            self.tool_events += 1
        return b"".join(map(self._line, self.wire.frames(event)))

    def _line(self, frame: Frame) -> bytes:
        told, self.number = self.behind - self.number, self.number + frame.weight
        if told >= frame.weight:
            return b""
        return self.wire.line(frame.behind(told) if told > 0 else frame, self.number)
