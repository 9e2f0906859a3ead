"""A turn as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

import json
from collections.abc import Iterable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Protocol
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection
from django.http import StreamingHttpResponse
from rest_framework.utils.encoders import JSONEncoder

from agent.events import TextDelta, ToolFinished, ToolStarted
from chat.drawing import Drawing
from chat.serializers import shown
from chat.turns import TurnEnded, TurnEvent, TurnStarted
from conversations.models import Turn
from conversations.serializers import MessageSerializer
from web.connections import log_database_failure

MEDIA_TYPE = "text/event-stream"
SCHEMA: dict[str, Any] = {  # of an event, as OpenAPI tells it
    "type": "object",
    "required": ["id", "event", "data"],
    "properties": {
        "id": {"type": "string", "description": "What Last-Event-ID takes."},
        "event": {
            "type": "string",
            "enum": [
                "turn.started",
                "message.delta",
                "message.drawn",
                "tool.started",
                "tool.finished",
                "turn.completed",
                "turn.failed",
            ],
        },
        "data": {"type": "string", "description": "JSON; docs/api.md shows it for each event."},
    },
}
KEEP_ALIVE_SECONDS = 10.0
KEEP_ALIVE = b": the turn goes on\n\n"


def data_line(data: dict[str, Any], *, event: str = "", id: str = "") -> bytes:
    """One server-sent event."""
    text = json.dumps(data, cls=JSONEncoder, ensure_ascii=False)
    fields = {"id": id, "event": event, "data": text}
    return "".join(f"{name}: {value}\n" for name, value in fields.items() if value).encode() + b"\n"


class Told(Protocol):
    """An attempt at a turn as far as it was told to a reader, and the way it is told."""

    turn: UUID
    attempt: int
    characters: int
    tool_events: int
    keep_alive: bytes
    """What is written while there is nothing to tell."""

    def tell(self, event: TurnEvent) -> bytes:
        """The event on the wire; what was told moves on behind it."""


@dataclass(slots=True)
class Place:
    """How far a reader of a turn has come; the id of an event is the place behind it.

    This is how our own API tells a turn. The place is the attempt at the turn, the characters of
    the reply, and how many events of tools. So the rest can be told at any event, by any process,
    from the rows alone. With a ``drawing`` of the piece of text that comes, blocks that have ended
    are told as HTML, too.
    """

    turn: UUID
    attempt: int
    characters: int = 0
    tool_events: int = 0
    ended: bool = False
    drawing: Drawing | None = None
    keep_alive: bytes = KEEP_ALIVE

    @classmethod
    def of(cls, turn: Turn, *, drawn: bool) -> "Place":
        return cls(turn.pk, turn.attempt, drawing=Drawing() if drawn else None)

    def __str__(self) -> str:
        reached = "end" if self.ended else f"{self.characters}.{self.tool_events}"
        return f"{self.turn}.{self.attempt}.{reached}"

    @classmethod
    def read(cls, event_id: str) -> "Place | None":
        """``None`` for what is no id of ours."""
        turn, _, numbers = event_id.partition(".")
        attempt, _, reached = numbers.partition(".")
        characters, _, tool_events = reached.partition(".")
        try:
            if reached == "end":
                return cls(UUID(turn), int(attempt), ended=True)
            return cls(UUID(turn), int(attempt), int(characters), int(tool_events))
        except ValueError:
            return None

    def tell(self, event: TurnEvent) -> bytes:
        """The event on the wire, and what is drawn by it; the place moves on behind it."""
        match event:
            case TurnStarted(turn):
                return self._line("turn.started", _started(turn))
            case TextDelta(text):
                self.characters += len(text)
                return self._line("message.delta", {"text": text}) + self.draw(text)
            case ToolStarted():
                drawn = self._draw_the_rest()
                self.tool_events += 1
                return drawn + self._line("tool.started", _fields(event, "id", "name", "arguments"))
            case ToolFinished():
                self.tool_events += 1
                fields = ("id", "name", "status", "result", "duration_ms")
                return self._line("tool.finished", _fields(event, *fields))
            case TurnEnded(turn):
                self.ended = True
                return self._line(*_ended(turn))

    def draw(self, text: str) -> bytes:
        """The blocks that ``text`` has ended, and what is still open behind them."""
        if self.drawing is None:
            return b""
        first = not self.drawing.drawn
        html = self.drawing.add(text)
        return self._drawn(html, first, self.drawing.open) if html else b""

    def _draw_the_rest(self) -> bytes:
        """The piece of text before a tool has ended; what follows is another one."""
        if self.drawing is None:
            return b""
        drawing, self.drawing = self.drawing, Drawing()
        html = drawing.finish()
        return self._drawn(html, not drawing.drawn, "") if html.strip() else b""

    def _drawn(self, html: str, first: bool, rest: str) -> bytes:
        return self._line("message.drawn", {"html": html, "first": first, "open": rest})

    def _line(self, name: str, data: dict[str, Any]) -> bytes:
        return data_line(data, event=name, id=str(self))


def respond(lines: Iterable[bytes], headers: dict[str, str]) -> StreamingHttpResponse:
    unbuffered = {"X-Accel-Buffering": "no", **headers}
    return StreamingHttpResponse(lines, content_type=MEDIA_TYPE, headers=unbuffered)


class Live:
    """The events of a turn while it is taken, for a reader who may leave.

    The turn has a thread of its own and comes to its end whether anybody reads or not; ``close``,
    which the server calls when the reader has gone, waits for that end.
    """

    def __init__(self, events: Iterator[TurnEvent], told: Told) -> None:
        self._told = told
        self._events: SimpleQueue[TurnEvent | None] = SimpleQueue()
        context = copy_context()  # the logs of the thread name the request, too
        self._thread = Thread(target=context.run, args=(self._take, events))
        self._thread.start()

    def __iter__(self) -> Iterator[bytes]:
        """What has come together is written together."""
        is_over = False
        while not is_over:
            try:
                come = self._come()
            except Empty:
                yield self._told.keep_alive
                continue
            lines = b""
            for event in come:
                if is_over := event is None or _goes_on(event):
                    break
                lines += self._told.tell(event)
            if lines:
                yield lines

    def close(self) -> None:
        self._thread.join()

    def _come(self) -> list[TurnEvent | None]:
        """At least one event; raises Empty once there was none for long."""
        first = self._events.get(timeout=KEEP_ALIVE_SECONDS)
        return [first, *(self._events.get() for _ in range(self._events.qsize()))]

    def _take(self, events: Iterator[TurnEvent]) -> None:
        try:
            for event in events:
                self._events.put(event)
        except (OperationalError, InterfaceError) as error:  # a reader can follow the rows later
            log_database_failure(error)
        except Turn.DoesNotExist:  # gone with its account, and so is the reader; its end is told
            pass
        finally:
            self._events.put(None)
            connection.close()


def _goes_on(event: TurnEvent) -> bool:
    """We were so slow that another process took the turn over; a reader can follow that one."""
    return isinstance(event, TurnEnded) and event.turn.status == Turn.Status.IN_PROGRESS


def _started(turn: Turn) -> dict[str, Any]:
    return {
        "conversation_id": turn.conversation_id,
        "user_message": MessageSerializer(turn.user_message).data,
        "assistant_message_id": turn.reply.pk,
    }


def _ended(turn: Turn) -> tuple[str, dict[str, Any]]:
    answer = shown(turn)
    if turn.error is None:
        return "turn.completed", answer
    return "turn.failed", answer | {"error": turn.error}


def _fields(event: ToolStarted | ToolFinished, *names: str) -> dict[str, Any]:
    return {name: getattr(event, name) for name in names}
