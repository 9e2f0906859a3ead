from functools import cache
from typing import Any

from rest_framework import serializers

from conversations.models import Turn
from conversations.serializers import MessageSerializer
from web.fields import IdField, RequestBody, SpokenTextField

LONGEST_MESSAGE = 10_000


class ChatSerializer(RequestBody, serializers.Serializer[Any]):
    message = SpokenTextField(max_length=LONGEST_MESSAGE)
    conversation_id = serializers.UUIDField(required=False)
    stream = serializers.BooleanField(default=False)


class ContentSerializer(RequestBody, serializers.Serializer[Any]):
    content = SpokenTextField(max_length=LONGEST_MESSAGE)
    stream = serializers.BooleanField(default=False)


class WithdrawSerializer(RequestBody, serializers.Serializer[Any]):
    keep = serializers.BooleanField(default=False)


class CancelSerializer(RequestBody, serializers.Serializer[Any]):
    assistant_message_id = IdField(
        required=False, help_text="The reply that is to stop, and no later one."
    )


class AnswerSerializer(serializers.Serializer[Turn]):
    """A settled turn, as it is answered."""

    conversation_id = serializers.UUIDField()
    user_message = MessageSerializer()
    assistant_message = MessageSerializer(source="reply")
    warning = serializers.SerializerMethodField()
    degraded = serializers.BooleanField()

    def get_warning(self, turn: Turn) -> str | None:
        return turn.warning or None


def shown(turn: Turn) -> dict[str, Any]:
    """A settled turn, as AnswerSerializer describes it."""
    return _answer().to_representation(turn)


@cache
def _answer() -> AnswerSerializer:
    """One for all turns, of which it keeps nothing: to build it takes longer than to use it."""
    return AnswerSerializer()
