"""What was said and done, as items of the Responses and Conversations APIs.

A message of the user is one item. A reply is the pieces of its text, and between them each tool
call with its output: a finished pair, for the server has made the call.
https://developers.openai.com/api/reference/resources/responses
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chat.doors.openai import ids
from conversations.models import Message, ToolCall, Turn
from conversations.pieces import in_order
from text import as_json

Item = dict[str, Any]
IN_PROGRESS, COMPLETED, INCOMPLETE = "in_progress", "completed", "incomplete"


def items_of(message: Message) -> list[Item]:
    """In their order; the message was read with its turn."""
    if message.role == Message.Role.USER:
        return [said(message)]
    return replied(message, message.calls, ends_as(message.turn))


def said(message: Message) -> Item:
    content = [{"type": "input_text", "text": message.content}]
    id = ids.made("msg", message.pk)
    return {
        "id": id,
        "type": "message",
        "role": "user",
        "status": COMPLETED,
        "content": content,
    }


def replied(reply: Message, calls: Sequence[ToolCall], status: str) -> list[Item]:
    """``status`` is that of the text that comes last."""
    items: list[Item] = []
    made = 0
    for piece in in_order(reply.content, calls):
        if isinstance(piece, str):
            ends = status if made == len(calls) else COMPLETED
            items.append(text(piece_id(reply.pk, made), piece, ends))
            continue
        made += 1
        items.append(called(piece.pk, piece.name, piece.arguments, COMPLETED))
        items.append(result(piece.pk, piece.result))
    return items


def ends_as(turn: Turn) -> str:
    """The status of the last text of its reply."""
    shown = turn.shown_status
    return shown if shown in (IN_PROGRESS, COMPLETED) else INCOMPLETE


def piece_id(reply: UUID, calls_before: int) -> str:
    """Of the text that follows so many tool calls."""
    id = ids.made("msg", reply)
    return f"{id}_{calls_before}" if calls_before else id


def text(id: str, text: str, status: str) -> Item:
    return {
        "id": id,
        "type": "message",
        "role": "assistant",
        "status": status,
        "content": [text_part(text)],
    }


def text_part(text: str) -> Item:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def called(call: UUID, name: str, arguments: Any, status: str) -> Item:
    return {
        "id": ids.made("fc", call),
        "type": "function_call",
        "status": status,
        "call_id": ids.made("call", call),
        "name": name,
        "arguments": as_json(arguments),
    }


def result(call: UUID, result: Any) -> Item:
    return {
        "id": ids.made("fco", call),
        "type": "function_call_output",
        "status": COMPLETED,
        "call_id": ids.made("call", call),
        "output": as_json(result),
    }


def listed(found: list[Item], limit: int) -> Item:
    """A page, of more than ``limit`` items where there are more."""
    data = found[:limit]
    return {
        "object": "list",
        "data": data,
        "first_id": data[0]["id"] if data else None,
        "last_id": data[-1]["id"] if data else None,
        "has_more": len(found) > limit,
    }
