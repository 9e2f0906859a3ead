"""What a request of `useChat` says. Of all it brings along the newest message alone is read."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from chat.serializers import LONGEST_MESSAGE
from web.fields import ObjectsField, RequestBody, SpokenTextField, TextField

LONGEST_ID = 1000
NOT_NEWEST = "The newest message must be one of the user, or answer what was asked for."
NO_FILES = "Only text can be read here; a message must not bring files along."


@dataclass(frozen=True, slots=True)
class Said:
    """``message_id`` is the client's; ``again``: it may be there already, maybe with other words,
    and with ``regenerates`` it is to be answered anew even if they are the same.
    """

    message_id: str
    text: str
    again: bool
    regenerates: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """``chat`` is the client's name for it; what it says is ``said`` or, by proposal, ``given``."""

    chat: str
    said: Said | None
    given: dict[str, bool]
    by_5: bool


class MessageSerializer(serializers.Serializer[Any]):
    id = TextField(max_length=LONGEST_ID)
    role = serializers.ChoiceField(["user", "assistant", "system"])
    parts = ObjectsField()


class RequestSerializer(RequestBody, serializers.Serializer[Any]):
    """A request; nothing of the earlier messages is looked at."""

    id = TextField(max_length=LONGEST_ID, trim_whitespace=False)
    messages = serializers.ListField(allow_empty=False)
    trigger = serializers.ChoiceField(
        ["submit-message", "regenerate-message"], default="submit-message"
    )
    messageId = TextField(required=False)  # noqa: N815 (their word)

    def validate_messages(self, messages: list[Any]) -> dict[str, Any]:
        newest = MessageSerializer(data=messages[-1])
        newest.is_valid(raise_exception=True)
        return dict(newest.validated_data)


class TextSerializer(serializers.Serializer[Any]):
    text = SpokenTextField(max_length=LONGEST_MESSAGE)


def read(data: Any) -> Asked:
    """Raises ValidationError."""
    form = RequestSerializer(data=data)
    form.is_valid(raise_exception=True)
    asked = form.validated_data
    newest = asked["messages"]
    said = _said(newest, asked) if newest["role"] == "user" else None
    given = {} if said else dict(_answers(newest["parts"]))
    is_answer = newest["role"] == "assistant" and asked["trigger"] == "submit-message" and given
    if not said and not is_answer:
        raise ValidationError({"messages": [NOT_NEWEST]})
    return Asked(asked["id"], said, given, _is_by_5(data["messages"]))


def _said(newest: dict[str, Any], asked: dict[str, Any]) -> Said:
    if any(part.get("type") == "file" for part in newest["parts"]):
        raise ValidationError({"messages": [NO_FILES]})
    texts = [part.get("text") for part in newest["parts"] if part.get("type") == "text"]
    if not all(isinstance(text, str) for text in texts):
        raise ValidationError({"messages": ["The text of a part must be a string."]})
    form = TextSerializer(data={"text": "\n".join(texts)})
    form.is_valid(raise_exception=True)
    regenerates = asked["trigger"] == "regenerate-message"
    again = regenerates or asked.get("messageId") == newest["id"]
    return Said(newest["id"], form.validated_data["text"], again, regenerates)


def _answers(parts: list[dict[str, Any]]) -> Iterator[tuple[str, bool]]:
    """Of what is told about a tool call only this is believed."""
    for part in parts:
        approval = part.get("approval")
        if part.get("state") != "approval-responded" or not isinstance(approval, dict):
            continue
        id, approved = approval.get("id"), approval.get("approved")
        if not isinstance(id, str) or not isinstance(approved, bool):
            raise ValidationError({"messages": ["An approval has an id, and is approved or not."]})
        yield id, approved


def _is_by_5(messages: list[Any]) -> bool:
    """Whether the client has dropped the title of a tool call, as `ai` 5 does, but not 6 and 7."""
    for message in reversed(messages):
        parts = message.get("parts") if isinstance(message, dict) else None
        for part in reversed(parts if isinstance(parts, list) else []):
            if isinstance(part, dict) and part.get("type") == "dynamic-tool":
                return "title" not in part
    return False
