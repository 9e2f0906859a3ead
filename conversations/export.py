"""A conversation as a file that is written while it is read, so that its length does not matter."""

import json
from collections.abc import Iterator
from operator import attrgetter

from django.http import StreamingHttpResponse
from rest_framework.utils.encoders import JSONEncoder

from accounts.ownership import in_pieces
from conversations.models import Conversation, Message
from conversations.serializers import ConversationSerializer, MessageSerializer


def as_file(conversation: Conversation, form: str) -> StreamingHttpResponse:
    """``form`` is ``json`` or ``markdown``."""
    write, content_type, ending = {
        "json": (_json, "application/json", "json"),
        "markdown": (_markdown, "text/markdown; charset=utf-8", "md"),
    }[form]
    response = StreamingHttpResponse(write(conversation), content_type=content_type)
    name = f"conversation-{conversation.pk}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _json(conversation: Conversation) -> Iterator[str]:
    head = json.dumps(
        ConversationSerializer(conversation).data, cls=JSONEncoder, ensure_ascii=False
    )
    yield head.removesuffix("}") + ', "messages": ['
    for place, message in enumerate(_messages(conversation)):
        text = json.dumps(MessageSerializer(message).data, cls=JSONEncoder, ensure_ascii=False)
        yield (",\n" if place else "\n") + text
    yield "\n]}\n"


def _markdown(conversation: Conversation) -> Iterator[str]:
    yield f"# {conversation.shown_title}\n"
    for message in _messages(conversation):
        who = "You" if message.role == Message.Role.USER else "Assistant"
        yield f"\n## {who}, {message.created_at:%Y-%m-%d %H:%M} UTC\n\n"
        for call in message.calls:
            arguments = json.dumps(call.arguments, ensure_ascii=False)
            yield f"- `{call.name}` {call.status}: `{arguments}`\n"
        if message.calls:
            yield "\n"
        yield f"{message.content}\n"


def _messages(conversation: Conversation) -> Iterator[Message]:
    messages = conversation.messages.with_turns()
    return in_pieces(messages, attrgetter("seq"), by="seq")
