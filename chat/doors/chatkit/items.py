"""The items of a thread, made of messages: those of the rows are those that a stream ends with.

What a person said is one item, which has the id of its message. A reply is several, in the order
in which they came about: each piece of its text, each run of tools between them, what it asks,
and the end of the turn. Their ids are that of the message, a dot and the part.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.http import Http404

from accounts.models import User
from chat.doors.chatkit.tasks import finished
from conversations.models import Conversation, Message, ToolCall, Turn
from conversations.pieces import in_order

Item = dict[str, Any]

ASK, END = "ask", "end"
ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(?:\.(?:ask|end|0|[1-9]\d{0,3}))?")
QUOTED = re.compile(r"((?:>[^\n]*\n)+)\n")


def item_id(message: Message, part: int | str = "") -> str:
    return f"{message.pk}.{part}" if part != "" else str(message.pk)


def message_of(item: str) -> UUID:
    """The message that an item was made of. Raises Http404 for what is no id of ours."""
    found = ID.fullmatch(item)
    if found is None:
        raise Http404
    return UUID(found[1])


def item(message: Message, part: int | str, type_: str, **fields: Any) -> Item:
    whole = {
        "id": item_id(message, part),
        "thread_id": str(message.conversation_id),
        "created_at": message.created_at,
        "type": type_,
    }
    return whole | fields


def thread(conversation: Conversation, items: Item | None = None) -> Item:
    title = {"title": conversation.title} if conversation.title else {}
    return {
        "id": str(conversation.pk),
        **title,
        "created_at": conversation.created_at,
        "status": {"type": "active"},
        "items": items or {"data": [], "has_more": False},
    }


def as_message(text: str, quoted: str) -> str:
    """What a person says to something that they have marked: below it, as in a mail."""
    if not quoted.strip():
        return text
    return "".join(f"> {line}\n" for line in quoted.strip().splitlines()) + "\n" + text


def said(message: Message) -> Item:
    quoted = QUOTED.match(message.content)
    text = message.content[quoted.end() :] if quoted else message.content
    lines = quoted[1].splitlines() if quoted else []
    marked = "\n".join(line.removeprefix(">").removeprefix(" ") for line in lines)
    return item(
        message,
        "",
        "user_message",
        content=[{"type": "input_text", "text": text}],
        attachments=[],
        inference_options={},
        **({"quoted_text": marked} if marked else {}),
    )


def output_text(text: str) -> Item:
    return {"type": "output_text", "text": text, "annotations": []}


def text_item(reply: Message, part: int, text: str) -> Item:
    return item(reply, part, "assistant_message", content=[output_text(text)] if text else [])


def tools_item(reply: Message, part: int, tasks: list[Item]) -> Item:
    workflow = {"type": "custom", "tasks": tasks, "expanded": True}
    return item(reply, part, "workflow", workflow=workflow)


def end_item(reply: Message) -> Item:
    return item(reply, END, "end_of_turn")


def items_of(message: Message, user: User, ask: Item | None) -> list[Item]:
    """Its items, oldest first; ``ask`` is what it asks, and is left out while it is written."""
    behind = message.turn_behind
    if behind is None:
        return [said(message)]
    parts = [_part(message, number, part, user) for number, part in enumerate(_parts(message))]
    if behind.shown_status == Turn.Status.IN_PROGRESS:
        return parts
    return [*parts, *([ask] if ask else []), end_item(message)]


def _part(reply: Message, number: int, part: str | list[ToolCall], user: User) -> Item:
    if isinstance(part, str):
        return text_item(reply, number, part)
    return tools_item(reply, number, [finished(call, user, reply.created_at) for call in part])


def _parts(reply: Message) -> Iterator[str | list[ToolCall]]:
    """Its text in pieces, and the runs of tools between them."""
    run: list[ToolCall] = []
    for piece in in_order(reply.content, reply.calls):
        if not isinstance(piece, str):
            run.append(piece)
        elif text := piece.lstrip():
            yield from _whole(run)
            yield text
            run = []
    yield from _whole(run)


def _whole(run: list[ToolCall]) -> Iterable[list[ToolCall]]:
    return [run] if run else []
