"""What a request of Chat Completions says: its newest message, and the history it resends.

The newest message is believed, and it alone. The history tells which conversation is meant, and
nothing of it is kept.
"""

import re
from dataclasses import dataclass
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from chat.serializers import LONGEST_MESSAGE
from web.fields import ObjectsField, RequestBody, SpokenTextField, TextField

Value = TypeVar("Value")

TEXT_PARTS = ("text", "input_text", "output_text")
PART = TextField(allow_blank=True, trim_whitespace=False)
REASONING = re.compile(r"<(think|details)\b[^<>]*>")  # as clients write it into replies


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message of the user and the reply to it, as a client has them; None: it has none."""

    words: str
    reply: str | None


@dataclass(frozen=True, slots=True)
class Said:
    text: str
    history: list[Exchange]


class CompletionSerializer(RequestBody, serializers.Serializer[Any]):
    """What would mislead a client if it were ignored is refused; all else is ignored."""

    messages = ObjectsField(allow_empty=False)
    stream = serializers.BooleanField(default=False)
    stream_options = serializers.DictField(default=dict)
    user = TextField(default="", allow_blank=True)
    n = serializers.IntegerField(default=1)
    response_format = serializers.DictField(default=dict)
    modalities = serializers.ListField(default=list)
    tool_choice = serializers.JSONField(required=False)

    def validate_n(self, n: int) -> int:
        return _served(n, n == 1, "There is one answer to a message.")

    def validate_response_format(self, form: dict[str, Any]) -> dict[str, Any]:
        plain = form.get("type", "text") == "text"
        return _served(form, plain, "Replies are text, not JSON.")

    def validate_modalities(self, modalities: list[Any]) -> list[Any]:
        return _served(modalities, "audio" not in modalities, "Replies are text, not audio.")

    def validate_tool_choice(self, choice: Any) -> Any:
        free = choice in ("auto", "none")
        return _served(choice, free, "The assistant has tools of its own, and calls no others.")


def _served(value: Value, is_served: bool, otherwise: str) -> Value:
    if not is_served:
        raise ValidationError(otherwise, code="unsupported_value")
    return value


def read(messages: list[dict[str, Any]]) -> Said:
    """Raises ValidationError where the newest message is nothing that a user can have said."""
    newest, field = messages[-1], f"messages.{len(messages) - 1}"
    if newest.get("role") != "user":
        detail = "The last message must be the user's: it is the one that is answered."
        raise ValidationError({f"{field}.role": [ErrorDetail(detail, code="invalid")]})
    text = text_of(newest.get("content"), f"{field}.content")
    return Said(text, history_of(messages[:-1]))


def text_of(content: Any, field: str) -> str:
    """The text of a message as it came: whole, or in parts. Raises ValidationError."""
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    for part in parts:
        kind = part.get("type") if isinstance(part, dict) else type(part).__name__
        if kind not in TEXT_PARTS:
            detail = f"Only text can be read here, and this message has a part of type {kind}."
            raise ValidationError({field: [ErrorDetail(detail, code="unsupported_content")]})
    try:
        texts = [PART.run_validation(part.get("text")) for part in parts]
        field_of_text = SpokenTextField(max_length=LONGEST_MESSAGE)
        spoken: str = field_of_text.run_validation("\n".join(texts))
    except ValidationError as error:
        raise ValidationError({field: error.detail}) from None
    return spoken


def history_of(messages: list[dict[str, Any]]) -> list[Exchange]:
    """What other roles than these two have said is left out: it is not part of a conversation."""
    exchanges: list[Exchange] = []
    for message in messages:
        text = plain("\n".join(_texts(message.get("content"))))
        if message.get("role") == "user":
            exchanges.append(Exchange(text, None))
        elif message.get("role") == "assistant" and exchanges:
            last = exchanges[-1]
            exchanges[-1] = Exchange(last.words, f"{last.reply or ''} {text}".strip())
    return exchanges


def plain(text: str) -> str:
    """By it a text is compared: without white space that counts for nothing, and reasoning."""
    return " ".join(_without_reasoning(text).split())


def _without_reasoning(text: str) -> str:
    """In one pass, for there may be a megabyte of tags."""
    kept: list[str] = []
    never_closed: set[str] = set()
    place = 0
    for opening in REASONING.finditer(text):
        closing = f"</{opening[1]}>"
        if opening.start() < place or closing in never_closed:
            continue
        end = text.find(closing, opening.end())
        if end < 0:
            never_closed.add(closing)
            continue
        kept.append(text[place : opening.start()])
        place = end + len(closing)
    return " ".join([*kept, text[place:]])


def _texts(content: Any) -> list[str]:
    parts = content if isinstance(content, list) else [{"text": content}]
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return [text for text in texts if isinstance(text, str)]
