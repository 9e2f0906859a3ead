"""A turn as a completion, whole or in chunks; what the tools did is told as reasoning."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from agent.events import TextDelta, ToolFinished, ToolStarted
from chat.doors.openai.errors import failure
from chat.doors.openai.models import MODEL
from chat.doors.openai.response import CUT
from chat.doors.openai.usage import completion_usage
from chat.pages.cards import card
from chat.sse import data_line
from chat.telling import Frame
from chat.turns import TurnEnded, TurnEvent, TurnStarted
from conversations.models import ToolCall, Turn

Body = dict[str, Any]

FIRST: Body = {"role": "assistant", "content": ""}
DONE = b"data: [DONE]\n\n"


def completion(head: Body, text: str, reason: str, usage: Body, reasoning: str = "") -> Body:
    """A whole answer."""
    message = {"role": "assistant", "content": text, "refusal": None}
    message |= {"reasoning_content": reasoning} if reasoning else {}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": reason}
    return {**head, "object": "chat.completion", "choices": [choice], "usage": usage}


def chunk(head: Body, delta: Body, reason: str | None = None) -> Body:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}
    return {**head, "object": "chat.completion.chunk", "choices": [choice]}


def head(key: UUID, made: datetime) -> Body:
    """What a completion and each of its chunks begin with."""
    return {"id": f"chatcmpl-{key.hex}", "created": int(made.timestamp()), "model": MODEL}


def whole(turn: Turn, today: date) -> Body:
    """A settled turn."""
    told = "".join([_line_of(call, today) for call in turn.calls] + _warning(turn))
    top = head(turn.pk, turn.created_at)
    return completion(top, turn.reply.content, _reason(turn), completion_usage(turn), told)


@dataclass(slots=True)
class Chunks:
    """One turn, as a wire tells it (chat/telling.py)."""

    turn: Turn
    today: date
    usage: bool
    arguments: Body = field(default_factory=dict)

    def frames(self, event: TurnEvent) -> Iterator[Frame]:
        """Their data are deltas; what has another place in a chunk, or is none, is named so."""
        match event:
            case TurnStarted():
                yield Frame(FIRST)
            case TextDelta(text):
                yield Frame({"content": text}, text="content")
            case ToolStarted():
                self.arguments = event.arguments
            case ToolFinished(_, name, status, result):
                call = ToolCall(name=name, arguments=self.arguments, result=result, status=status)
                yield Frame({"reasoning_content": _line_of(call, self.today)})
            case TurnEnded(turn):
                yield from self._end(turn)

    def _end(self, turn: Turn) -> Iterator[Frame]:
        for line in _warning(turn):
            yield Frame({"reasoning_content": line})
        if turn.error:
            yield Frame({"error": failure(turn)})
            return
        yield Frame({"finish_reason": _reason(turn)})
        if self.usage:
            yield Frame({"usage": completion_usage(turn)})
        yield Frame({"done": True})

    def line(self, frame: Frame, number: int) -> bytes:
        top = head(self.turn.pk, self.turn.created_at)
        match frame.data:
            case {"done": _}:
                return DONE
            case {"error": _}:
                return data_line(frame.data)
            case {"usage": usage}:
                return data_line({**chunk(top, {}), "choices": [], "usage": usage})
            case {"finish_reason": reason}:
                return data_line(chunk(top, {}, reason))
        return data_line(chunk(top, frame.data))


def _line_of(call: ToolCall, today: date) -> str:
    told = card(call, today)
    return f"{told.words}: {told.trouble}\n" if told.trouble else f"{told.words}\n"


def _warning(turn: Turn) -> list[str]:
    return [f"{turn.warning}\n"] if turn.warning else []


def _reason(turn: Turn) -> str:
    return turn.finish_reason if turn.finish_reason in CUT else "stop"
