from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from conversations import as_json
from conversations.models import Conversation, Message, ToolCall, Turn
from conversations.models.shown import ShownConversation, ShownMessage
from web.fields import RequestBody, TextField, TitleField


class ConversationSerializer(serializers.ModelSerializer[Conversation]):
    title = serializers.CharField(source="shown_title", read_only=True)
    status = serializers.ChoiceField(["idle", "busy"], read_only=True)

    class Meta:
        model = Conversation
        fields = [
            "id",
            "title",
            "created_at",
            "updated_at",
            "message_count",
            "last_message_preview",
            "status",
        ]

    def to_representation(self, instance: Conversation | ShownConversation) -> dict[str, Any]:
        return as_json.of_conversation(instance)


class NewConversationSerializer(RequestBody, serializers.Serializer[Conversation]):
    title = TitleField(max_length=200, required=False)


class TitleSerializer(RequestBody, serializers.Serializer[Conversation]):
    title = TitleField(max_length=200)


class ToolCallSerializer(serializers.ModelSerializer[ToolCall]):
    arguments = serializers.DictField()
    result = serializers.DictField()

    class Meta:
        model = ToolCall
        fields = [
            "id",
            "name",
            "arguments",
            "result",
            "status",
            "started_at",
            "duration_ms",
            "undone",
        ]


class ErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    detail = serializers.CharField()


class UsageSerializer(serializers.Serializer[Any]):
    """Tokens, as the server of the model has counted them."""

    input_tokens = serializers.IntegerField(allow_null=True)
    output_tokens = serializers.IntegerField(allow_null=True)
    cached_tokens = serializers.IntegerField(
        allow_null=True, help_text="Of the input: those that the server had read before."
    )


class MessageSerializer(serializers.ModelSerializer[Message]):
    """All that is of the turn behind a reply is null on a message of the user."""

    status = serializers.ChoiceField(
        Turn.Status.choices, source="turn_behind.shown_status", allow_null=True
    )
    tool_calls = ToolCallSerializer(many=True, source="calls")
    error = ErrorSerializer(source="turn_behind.error", allow_null=True)
    model = serializers.CharField(source="turn_behind.model", allow_null=True)
    duration_ms = serializers.IntegerField(source="turn_behind.duration_ms", allow_null=True)

    usage = UsageSerializer(source="turn_behind.usage", allow_null=True)

    thinking = serializers.CharField(
        read_only=True, allow_null=True, help_text="What the model thought, if it tells."
    )

    proposals = serializers.ListField(
        read_only=True,
        child=serializers.UUIDField(),
        help_text="What it asks for before it is done.",
    )

    withdrawn_at = serializers.DateTimeField(
        allow_null=True,
        help_text="Since when it counts no more, with the other message of its turn.",
    )

    class Meta:
        model = Message
        fields = [
            "id",
            "seq",
            "role",
            "content",
            "status",
            "created_at",
            "tool_calls",
            "error",
            "model",
            "duration_ms",
            "usage",
            "thinking",
            "proposals",
            "withdrawn_at",
        ]

    def to_representation(self, instance: Message | ShownMessage) -> dict[str, Any]:
        return as_json.of_message(instance)


class ConversationDetailSerializer(ConversationSerializer):
    """The conversation with its latest messages, and where to read the ones before them."""

    messages = MessageSerializer(many=True)
    previous_messages = serializers.URLField(allow_null=True)

    class Meta(ConversationSerializer.Meta):
        fields = [*ConversationSerializer.Meta.fields, "messages", "previous_messages"]


class MessagePageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    total_count = serializers.IntegerField()
    results = MessageSerializer(many=True)


@extend_schema_field(OpenApiTypes.STR)
class MomentField(TextField):
    """A place in a conversation: a ``seq``, or an ISO 8601 time (UTC where it names no zone)."""

    def to_internal_value(self, data: Any) -> int | datetime:  # type: ignore[override]
        text = super().to_internal_value(data)
        # Digits are never a time, though "20261120170000" could be read as one.
        moment = _seq(text) if text.isdecimal() else _time(text)
        if moment is None:
            self.fail("invalid")
        return moment


def _seq(digits: str) -> int | None:
    return int(digits) if digits.isascii() and len(digits) < 10 else None


def _time(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text.replace(" ", "+"))  # a "+" of a zone that nobody escaped
        if moment is None:
            return None
        aware = timezone.make_aware(moment) if timezone.is_naive(moment) else moment
        return aware.astimezone(UTC)  # what is no time there (of the year 0) no database takes
    except (ValueError, OverflowError):
        return None


SEARCH = "Words that all stand in the title or in one message, or phrases in quotes."


class SearchSerializer(serializers.Serializer[Any]):
    search = TextField(max_length=200, required=False, allow_blank=True, help_text=SEARCH)


def searched_for(asked: Mapping[str, Any]) -> str:
    """Blank where nothing is. Raises ValidationError."""
    if "search" not in asked:
        return ""
    query = SearchSerializer(data=asked)
    query.is_valid(raise_exception=True)
    return str(query.validated_data["search"])


class SinceSerializer(serializers.Serializer[Any]):
    since = MomentField(required=False, help_text="A seq or a time: only later messages.")


class ExportSerializer(serializers.Serializer[Any]):
    format = serializers.ChoiceField(["json", "markdown", "md"], default="json")
    thinking = serializers.BooleanField(
        default=False, help_text="With what the model thought, as far as it is kept."
    )
