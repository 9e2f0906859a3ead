"""A turn as the events of the Responses API; they are numbered by how much was told.

https://developers.openai.com/api/reference/resources/responses/streaming-events
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from agent.events import TextDelta, ToolFinished, ToolStarted
from chat.doors.openai import items
from chat.doors.openai.response import begun, settled
from chat.sse import data_line
from chat.telling import Frame
from chat.turns import TurnEnded, TurnEvent, TurnStarted
from conversations.models import Turn

PER_ATTEMPT = 1_000_000
"""More than is told of any; so the numbers rise, too, where a reply is begun again."""


class ResponseWire:
    """``previous`` is the turn before this one."""

    def __init__(self, turn: Turn, previous: UUID | None) -> None:
        self.number_before = (turn.attempt - 1) * PER_ATTEMPT
        self._reply = turn.reply.pk
        self._previous = previous
        self._calls = 0
        self._index = 0  # of the item that is told, or comes next
        self._piece = ""  # of text, as far as it has come

    def frames(self, event: TurnEvent) -> Iterator[Frame]:
        match event:
            case TurnStarted(turn):
                response = begun(turn, self._previous)
                yield Frame({"response": response}, "response.created")
                yield Frame({"response": response}, "response.in_progress")
            case TextDelta(text):
                yield from self._text(text)
            case ToolStarted():
                yield from self._end_text(items.COMPLETED)
                yield from self._call(event)
            case ToolFinished():
                self._calls += 1
                yield from self._item(items.result(event.id, event.result))
            case TurnEnded(turn):
                yield from self._end_text(items.ends_as(turn))
                response = settled(turn, self._previous)
                yield Frame({"response": response}, f"response.{_ending(response['status'])}")

    def line(self, frame: Frame, number: int) -> bytes:
        place = {"sequence_number": self.number_before + number}
        return data_line({"type": frame.event, **place, **frame.data}, event=frame.event)

    def _text(self, text: str) -> Iterator[Frame]:
        if not self._piece:
            empty = items.text(self._text_id, "", items.IN_PROGRESS) | {"content": []}
            yield self._added(empty)
            yield self._part("response.content_part.added")
        self._piece += text
        told = {**self._place, "delta": text, "logprobs": []}
        yield Frame(told, "response.output_text.delta", text="delta")

    def _end_text(self, status: str) -> Iterator[Frame]:
        if not self._piece:
            return
        told = {**self._place, "text": self._piece, "logprobs": []}
        yield Frame(told, "response.output_text.done")
        yield self._part("response.content_part.done")
        yield self._done(items.text(self._text_id, self._piece, status))
        self._piece = ""

    def _call(self, call: ToolStarted) -> Iterator[Frame]:
        item = items.called(call.id, call.name, call.arguments, items.COMPLETED)
        where = {"item_id": item["id"], "output_index": self._index}
        arguments = {"arguments": item["arguments"]}
        yield self._added(item | {"arguments": "", "status": items.IN_PROGRESS})
        delta = {**where, "delta": item["arguments"]}
        yield Frame(delta, "response.function_call_arguments.delta")
        done = {**where, "name": call.name, **arguments}
        yield Frame(done, "response.function_call_arguments.done")
        yield self._done(item)

    def _item(self, item: items.Item) -> Iterator[Frame]:
        yield self._added(item)
        yield self._done(item)

    def _added(self, item: items.Item) -> Frame:
        data = {"output_index": self._index, "item": item}
        return Frame(data, "response.output_item.added")

    def _done(self, item: items.Item) -> Frame:
        data = {"output_index": self._index, "item": item}
        self._index += 1
        return Frame(data, "response.output_item.done")

    def _part(self, event: str) -> Frame:
        return Frame({**self._place, "part": items.text_part(self._piece)}, event)

    @property
    def _text_id(self) -> str:
        return items.piece_id(self._reply, self._calls)

    @property
    def _place(self) -> dict[str, Any]:
        return {"item_id": self._text_id, "output_index": self._index, "content_index": 0}


def _ending(status: str) -> str:
    """There is no event of a response that was cancelled."""
    return "incomplete" if status == "cancelled" else status
