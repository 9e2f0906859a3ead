"""What a client of ChatKit asks for, read; what it says beyond that is ignored."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError

from chat.doors.chatkit.items import as_message
from chat.serializers import ContentSerializer
from conversations.models import Feedback
from web.fields import RequestBody, TextField, TitleField
from web.pagination import DEFAULT_LIMIT, MAX_LIMIT

NO_FILES = "Todo Chat takes no files. Say it in words."


class NotServed(APIException):
    status_code = 400
    default_code = "not_served"


class IdField(TextField):
    """To the letter."""

    def __init__(self, **options: Any) -> None:
        super().__init__(trim_whitespace=False, allow_blank=True, **options)


class Params(RequestBody, serializers.Serializer[Any]):
    """Of one type of request; null is absent."""


class RequestSerializer(Params):
    type = TextField()
    params = serializers.DictField(default=dict)


class PartSerializer(Params):
    type = serializers.ChoiceField(["input_text", "input_tag"])
    text = TextField(trim_whitespace=False, allow_blank=True)


class InputSerializer(Params):
    """``message`` is what the person says by it: of a tag its text, and below what they marked."""

    content = PartSerializer(many=True)
    attachments = serializers.ListField(default=list)
    quoted_text = TextField(trim_whitespace=False, allow_blank=True, default="")

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        if said["attachments"]:
            raise ValidationError({"attachments": [ErrorDetail(NO_FILES, code="not_served")]})
        text = "".join(part["text"] for part in said["content"])
        own = ContentSerializer(data={"content": text})
        own.is_valid(raise_exception=True)
        whole = ContentSerializer(data={"content": as_message(text, said["quoted_text"])})
        whole.is_valid(raise_exception=True)
        return said | {"message": whole.validated_data["content"]}


class PageParams(Params):
    limit = serializers.IntegerField(default=DEFAULT_LIMIT, min_value=1)
    order = serializers.ChoiceField(["asc", "desc"], default="desc")
    after = IdField(default="")

    def validate_limit(self, limit: int) -> int:
        return min(limit, MAX_LIMIT)  # ChatKit's own page asks for 9999 threads


class CreateParams(Params):
    input = InputSerializer()


class ThreadParams(Params):
    thread_id = IdField()


class AddMessageParams(ThreadParams):
    input = InputSerializer()


class AnswerSerializer(Params):
    values = serializers.ListField(child=TextField(), default=list, max_length=1)
    skipped = serializers.BooleanField(default=False)


class SubmissionSerializer(Params):
    status = serializers.ChoiceField(["answered", "skipped"], default="answered")
    answers = serializers.DictField(child=AnswerSerializer(), default=dict)

    def validate(self, said: dict[str, Any]) -> dict[str, Any]:
        passed = said["status"] == "skipped"
        answers = {
            id: [] if passed or answer["skipped"] else answer["values"]
            for id, answer in said["answers"].items()
        }
        return said | {"answers": answers}


class AddAnswersParams(ThreadParams):
    item_id = IdField()
    input = SubmissionSerializer()


class ItemParams(ThreadParams):
    item_id = IdField()


class ItemsParams(ThreadParams, PageParams):
    pass


class FeedbackParams(ThreadParams):
    item_ids = serializers.ListField(child=IdField(), min_length=1, max_length=MAX_LIMIT)
    kind = serializers.ChoiceField(Feedback.Kind.choices)


class RenameParams(ThreadParams):
    title = TitleField(max_length=200)


NOT_SERVED = {
    "threads.add_client_tool_output": "Todo Chat asks no page to run a tool.",
    "threads.custom_action": "Todo Chat shows no widgets, so there is no action to take.",
    "threads.sync_custom_action": "Todo Chat shows no widgets, so there is no action to take.",
    "attachments.create": NO_FILES,
    "attachments.delete": NO_FILES,
    "input.transcribe": "Todo Chat takes no speech. Say it in text.",
}
