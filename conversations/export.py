"""A conversation as a file that is written while it is read, so that its length does not matter."""

import json
from collections.abc import Iterator
from operator import attrgetter

from django.http import StreamingHttpResponse
from rest_framework.utils.encoders import JSONEncoder

from accounts.ownership import in_pieces
from conversations.models import Conversation, Message
from conversations.serializers import (
    ConversationSerializer,
    MessageSerializer,
    MessageWithoutThinkingSerializer,
)


def as_file(conversation: Conversation, form: str, *, thinking: bool) -> StreamingHttpResponse:
    """``form`` is ``json`` or ``markdown``; ``thinking`` goes along only if it is wanted."""
    write, content_type, ending = {
        "json": (_json, "application/json", "json"),
        "markdown": (_markdown, "text/markdown; charset=utf-8", "md"),
    }[form]
    response = StreamingHttpResponse(write(conversation, thinking), content_type=content_type)
    name = f"conversation-{conversation.pk}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _json(conversation: Conversation, thinking: bool) -> Iterator[str]:
    shown = MessageSerializer if thinking else MessageWithoutThinkingSerializer
    head = json.dumps(
        ConversationSerializer(conversation).data, cls=JSONEncoder, ensure_ascii=False
    )
    yield head.removesuffix("}") + ', "messages": ['
    for place, message in enumerate(_messages(conversation, thinking)):
        text = json.dumps(shown(message).data, cls=JSONEncoder, ensure_ascii=False)
        yield (",\n" if place else "\n") + text
    yield "\n]}\n"


def _markdown(conversation: Conversation, thinking: bool) -> Iterator[str]:
    yield f"# {conversation.shown_title}\n"
    for message in _messages(conversation, thinking):
        who = "You" if message.role == Message.Role.USER else "Assistant"
        back = " (taken back)" if message.turn.withdrawn_at else ""
        yield f"\n## {who}, {message.created_at:%Y-%m-%d %H:%M} UTC{back}\n\n"
        if thinking and message.turn_behind and message.turn_behind.thinking:
            lines = ["**Thinking**", "", *message.turn_behind.thinking.split("\n")]
            yield "".join(f"> {line}\n" for line in lines) + "\n"
        for call in message.calls:
            arguments = json.dumps(call.arguments, ensure_ascii=False)
            yield f"- `{call.name}` {call.status}: `{arguments}`\n"
        if message.calls:
            yield "\n"
        yield f"{message.content}\n"


def _messages(conversation: Conversation, thinking: bool) -> Iterator[Message]:
    messages = conversation.messages.with_turns()
    wanted = messages if thinking else messages.without_thinking()
    return in_pieces(wanted, attrgetter("seq"), by="seq")
