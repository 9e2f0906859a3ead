"""A reply as messages of AG-UI: pieces of its text, each with the tool call that follows it.

A message of the protocol has its text before its calls, so what is said after a call is another
one. Their ids tell the reply, and which piece of it this is, so that the transcript and the stream
agree. An answer to an interrupt is no message there: a client would put it behind all it has.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from chat.doors.ag_ui.asked import id_in, is_answer
from conversations.models import Message, ToolCall
from conversations.pieces import in_order
from text import as_json

Told = dict[str, Any]


def piece_id(reply: UUID, place: int) -> str:
    return f"{reply}.{place}" if place else str(reply)


def result_id(call: UUID) -> str:
    return f"{call}.result"


def transcript(messages: Iterable[Message]) -> list[Told]:
    """What was said and done, with the turns and calls brought along."""
    return [told for message in messages for told in _told(message)]


def _told(message: Message) -> Iterator[Told]:
    if message.role == Message.Role.USER:
        key = message.turn.idempotency_key
        if is_answer(key):
            return
        id = id_in(key) or str(message.pk)
        yield {"id": id, "role": "user", "content": message.content}
        return
    place = 0
    said: Told = {}
    for piece in in_order(message.content, message.calls):
        if isinstance(piece, str):
            said = {"content": piece}
            continue
        id = piece_id(message.pk, place)
        yield {"id": id, "role": "assistant", **said, "toolCalls": [_call(piece)]}
        yield _result(piece)
        place, said = place + 1, {}
    if said:
        yield {"id": piece_id(message.pk, place), "role": "assistant", **said}


def _call(call: ToolCall) -> Told:
    function = {"name": call.name, "arguments": as_json(call.arguments)}
    return {"id": str(call.pk), "type": "function", "function": function}


def _result(call: ToolCall) -> Told:
    told = {
        "id": result_id(call.pk),
        "role": "tool",
        "toolCallId": str(call.pk),
        "content": as_json(call.result),
    }
    why = call.result.get("error") if isinstance(call.result, dict) else None
    return told | ({"error": why} if call.status == ToolCall.Status.FAILED and why else {})
