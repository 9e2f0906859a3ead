"""What the Responses and Conversations APIs are asked for; of an input, one message is believed."""

from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from chat.doors.openai import ids
from chat.doors.openai.said import Said, history_of, text_of
from chat.serializers import LONGEST_MESSAGE
from web.fields import RequestBody, SpokenTextField, TextField

UNHEARD = ("system", "developer")
NOTHING_SAID = "The last item has to be a message of the user; the server has the earlier ones."


class InputField(serializers.Field[Said, Any, Any, Any]):
    """Text, or items: of these the newest message of the user, and the history before it."""

    def to_internal_value(self, data: Any) -> Said:
        if not isinstance(data, list):
            return Said(SpokenTextField(max_length=LONGEST_MESSAGE).run_validation(data), [])
        heard = [item for item in data if not (_is_message(item) and item.get("role") in UNHEARD)]
        newest: Any = heard[-1] if heard else None
        if not (_is_message(newest) and newest.get("role") == "user"):
            raise ValidationError([ErrorDetail(NOTHING_SAID, code="invalid")])
        text = text_of(newest.get("content"), "content")
        return Said(text, history_of([*filter(_is_message, heard[:-1])]))


def _is_message(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type", "message") == "message"


class ConversationField(TextField):
    """An id of ours, or an object with one; ``None`` in place of what is none of ours."""

    def to_internal_value(self, data: Any) -> UUID | None:  # type: ignore[override]
        id = data.get("id") if isinstance(data, dict) else data
        return ids.read("conv", super().to_internal_value(id))


class NewResponseSerializer(RequestBody, serializers.Serializer[Any]):
    """What would mislead a client if it were ignored is refused; all else is ignored."""

    input = InputField()
    conversation = ConversationField(required=False)
    previous_response_id = TextField(required=False)
    stream = serializers.BooleanField(default=False)
    background = serializers.BooleanField(default=False)
    user = TextField(default="", allow_blank=True)
    text = serializers.DictField(default=dict)

    def validate_text(self, text: dict[str, Any]) -> dict[str, Any]:
        form = text.get("format") or {}
        if not isinstance(form, dict) or form.get("type", "text") != "text":
            why = ErrorDetail("Replies are text, not JSON.", code="unsupported_value")
            raise ValidationError({"format": [why]})
        return text

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if "conversation" in asked and "previous_response_id" in asked:
            why = "Give previous_response_id or conversation, not both."
            raise ValidationError({"previous_response_id": [ErrorDetail(why, code="invalid")]})
        return asked


class RetrieveSerializer(serializers.Serializer[Any]):
    stream = serializers.BooleanField(default=False)
    starting_after = serializers.IntegerField(default=0, min_value=0)


class ItemsSerializer(serializers.Serializer[Any]):
    after = TextField(default="", allow_blank=True)
    limit = serializers.IntegerField(default=20, min_value=1, max_value=100)
    order = serializers.ChoiceField(["asc", "desc"], default="desc")


class MetadataField(serializers.DictField):
    """Up to 16 texts under names, as OpenAI has them."""

    child = TextField(max_length=512, allow_blank=True, trim_whitespace=False)

    def to_internal_value(self, data: Any) -> dict[str, str]:
        kept = super().to_internal_value(data)
        if len(kept) > 16:
            raise ValidationError([ErrorDetail("Give at most 16 pairs.", code="max_length")])
        name_of = TextField(max_length=64, trim_whitespace=False)
        return {name_of.run_validation(name): value for name, value in kept.items()}


class ConversationSerializer(RequestBody, serializers.Serializer[Any]):
    metadata = MetadataField(required=False)


class MetadataSerializer(RequestBody, serializers.Serializer[Any]):
    metadata = MetadataField()
