"""Conversations and messages as the API shows them; conversations/serializers.py describes it.

REST framework's serializers walk their fields for each row, which took longer than to read it.
"""

from datetime import UTC, datetime
from typing import Any, overload
from uuid import UUID

from conversations.asked import asked_in
from conversations.models import Conversation, Message, ToolCall
from conversations.models.shown import ShownCall, ShownConversation, ShownMessage


def of_conversation(conversation: Conversation | ShownConversation) -> dict[str, Any]:
    return {
        "id": str(conversation.id),
        "title": conversation.shown_title,
        "created_at": _time(conversation.created_at),
        "updated_at": _time(conversation.updated_at),
        "message_count": conversation.message_count,
        "last_message_preview": conversation.last_message_preview,
        "status": "busy" if conversation.busy else "idle",
    }


def of_message(message: Message | ShownMessage, *, thinking: bool = True) -> dict[str, Any]:
    """All that is of the turn behind a reply is null on a message of the user."""
    turn = message.turn_behind
    told = {
        "id": str(message.id),
        "seq": message.seq,
        "role": message.role,
        "content": message.content,
        "status": turn and turn.shown_status,
        "created_at": _time(message.created_at),
        "tool_calls": [_call(call) for call in message.calls],
        "error": turn and turn.error,
        "model": turn and turn.model,
        "duration_ms": turn and turn.duration_ms,
        "usage": turn and turn.usage,
    }
    if thinking:
        told["thinking"] = (turn and turn.thinking) or None
    return {
        **told,
        "proposals": [str(UUID(id)) for id in asked_in(message.calls)],
        "withdrawn_at": _time(message.withdrawn_at),
    }


def _call(call: ToolCall | ShownCall) -> dict[str, Any]:
    return {
        "id": str(call.id),
        "name": call.name,
        "arguments": _object(call.arguments),
        "result": _object(call.result),
        "status": call.status,
        "started_at": _time(call.started_at),
        "duration_ms": call.duration_ms,
        "undone": call.undone,
    }


def _object(value: Any) -> dict[str, Any]:
    """Also where somebody has written something else into the row by hand."""
    return value if isinstance(value, dict) else {}


@overload
def _time(moment: datetime) -> str: ...
@overload
def _time(moment: datetime | None) -> str | None: ...
def _time(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
