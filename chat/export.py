"""A conversation as a file that is written while it is read, so that its length does not matter."""

import json
import re
from collections.abc import Iterator
from datetime import date
from operator import attrgetter

from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from rest_framework.utils.encoders import JSONEncoder

from accounts.ownership import in_pieces
from chat.pages.cards import card
from conversations import as_json
from conversations.models import Conversation, Message, ToolCall

LONGEST_NAME = 60


def as_file(conversation: Conversation, form: str, *, thinking: bool) -> StreamingHttpResponse:
    """``form`` is ``json``, or ``markdown`` or ``md``; ``thinking`` goes along only if wanted."""
    as_markdown = (_markdown, "text/markdown; charset=utf-8", "md")
    write, content_type, ending = {
        "json": (_json, "application/json", "json"),
        "markdown": as_markdown,
        "md": as_markdown,
    }[form]
    response = StreamingHttpResponse(write(conversation, thinking), content_type=content_type)
    name = f"{_fit_for_a_file(conversation.shown_title)}.{ending}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


def _fit_for_a_file(title: str) -> str:
    """Without what some system does not take in a name, and no longer than all take."""
    words = re.sub(r'[\x00-\x1f\x7f<>:"/\\|?*]+', " ", title).split()
    return " ".join(words)[:LONGEST_NAME].strip(" .") or "Conversation"


def _json(conversation: Conversation, thinking: bool) -> Iterator[str]:
    head = json.dumps(as_json.of_conversation(conversation), cls=JSONEncoder, ensure_ascii=False)
    yield head.removesuffix("}") + ', "messages": ['
    for place, message in enumerate(_messages(conversation, thinking)):
        told = as_json.of_message(message, thinking=thinking)
        text = json.dumps(told, cls=JSONEncoder, ensure_ascii=False)
        yield (",\n" if place else "\n") + text
    yield "\n]}\n"


def _markdown(conversation: Conversation, thinking: bool) -> Iterator[str]:
    zone = conversation.user.zone
    yield f"# {conversation.shown_title}\n"
    for message in _messages(conversation, thinking):
        who = "You" if message.role == Message.Role.USER else "Assistant"
        back = " (taken back)" if message.turn.withdrawn_at else ""
        yield f"\n## {who}, {message.created_at:%Y-%m-%d %H:%M} UTC{back}\n\n"
        if thinking and message.turn_behind and message.turn_behind.thinking:
            lines = ["**Thinking**", "", *message.turn_behind.thinking.split("\n")]
            yield "".join(f"> {line}\n" for line in lines) + "\n"
        for call in message.calls:
            yield f"- {_in_words(call, message.created_at.astimezone(zone).date())}\n"
        if message.calls:
            yield "\n"
        yield f"{message.content}\n"


def _in_words(call: ToolCall, today: date) -> str:
    """In one line, as its card on the page."""
    told = card(call, today)
    words = " ".join(f"{told.words} {told.trouble}".split())
    return f"{words} (`{call.name}`{', undone' if call.undone else ''})"


def _messages(conversation: Conversation, thinking: bool) -> Iterator[Message]:
    messages = conversation.messages.with_turns()
    wanted = messages if thinking else messages.without_thinking()
    return in_pieces(wanted, attrgetter("seq"), by="seq")
