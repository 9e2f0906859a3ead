"""Tasks in and out over HTTP."""

from typing import Any, BinaryIO

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers, status
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import key_of, user_of
from accounts.models import User
from accounts.scopes import Need, need
from todos.serializers import OneOfField
from todos.versions import ACT
from transfer.exporting import KINDS, export
from transfer.formats import FORMATS
from transfer.importing import MOST_TOLD, Plan, UnknownFormat, carry_out, plan
from transfer.incoming import FileBroken
from web.schema import describe

SAMPLE = 20
PREVIEW = {
    "format": "todoist",
    "would_make": 12,
    "already": 3,
    "lists": ["Home"],
    "tasks": [{"line": 2, "title": "Water the plants", "list": "Home", "due_date": "2026-12-01"}],
    "skipped": [{"line": 7, "why": "“Call Ann” comes without its deadline: Dec 9."}],
    "skipped_count": 1,
}


class ImportSerializer(serializers.Serializer[Any]):
    """A file as another program, or this one, has written it."""

    file = serializers.FileField(allow_empty_file=True)
    format = OneOfField([*FORMATS], required=False, help_text="Found out, if it is not said.")
    preview = serializers.BooleanField(
        default=False, help_text="Only tell what would be made, and what cannot be kept."
    )


class SkippedSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField(help_text="Of the file, from 1.")
    why = serializers.CharField()


class SampleSerializer(serializers.Serializer[Any]):
    line = serializers.IntegerField()
    title = serializers.CharField()
    list = serializers.CharField(help_text="Its name; blank is the Inbox.")
    due_date = serializers.DateField(allow_null=True)


class PreviewSerializer(serializers.Serializer[Any]):
    """What a file would become."""

    format = serializers.CharField()
    would_make = serializers.IntegerField(help_text="How many tasks.")
    already = serializers.IntegerField(help_text="How many are there from an import before.")
    lists = serializers.ListField(child=serializers.CharField(), help_text="That would be made.")
    tasks = SampleSerializer(many=True, help_text=f"The first {SAMPLE}.")
    skipped = SkippedSerializer(
        many=True,
        help_text=f"What is not made, or made without a part, and why: the first {MOST_TOLD:,}.",
    )
    skipped_count = serializers.IntegerField()


class MadeSerializer(serializers.Serializer[Any]):
    """What was made of a file."""

    format = serializers.CharField()
    made = serializers.IntegerField(help_text="How many tasks.")
    already = serializers.IntegerField(help_text="How many were there from an import before.")
    skipped = SkippedSerializer(many=True)
    skipped_count = serializers.IntegerField()
    act = serializers.UUIDField(allow_null=True, help_text="What undoes it; null: nothing made.")


class ExportQuerySerializer(serializers.Serializer[Any]):
    format = OneOfField([*KINDS], default="ndjson")


@describe(tags=["tasks"])
class ImportView(GenericAPIView[Any]):
    parser_classes = (MultiPartParser,)
    serializer_class = ImportSerializer
    only_reads = frozenset({"POST"})  # a preview does

    @describe(responses={200: PreviewSerializer, 201: MadeSerializer})
    def post(self, request: Request) -> Response:
        """Make tasks of a file, as one act; what was imported before is not made again."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        user, file = user_of(request), form.validated_data["file"]
        made = read_plan(user, file.file, file.name, form.validated_data.get("format"))
        if form.validated_data["preview"]:
            return Response(previewed(made))
        need(request, Need.CHANGE)
        act = carry_out(user, made, key=key_of(request))
        told = told_of(made) | {"made": len(made.to_make) if act else 0, "act": act}
        return Response(told, status.HTTP_201_CREATED, headers={ACT: str(act)} if act else None)


@describe(tags=["tasks"])
class ExportView(GenericAPIView[Any]):
    serializer_class = ExportQuerySerializer

    @describe(
        parameters=[ExportQuerySerializer],
        responses={(200, kind.media_type): OpenApiTypes.STR for kind in KINDS.values()},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """All tasks and lists as a file. `ndjson` has everything, and comes back as it was."""
        query = self.get_serializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        return as_file(user_of(request), query.validated_data["format"])


def as_file(user: User, form: str) -> StreamingHttpResponse:
    kind = KINDS[form]
    response = StreamingHttpResponse(export(user, form), content_type=kind.content_type)
    response["Content-Disposition"] = f'attachment; filename="tasks.{kind.ending}"'
    return response


def read_plan(user: User, file: BinaryIO, name: str, form: str | None) -> Plan:
    """As :func:`plan`. Raises ValidationError, in words."""
    try:
        return plan(user, file, name, form)
    except UnknownFormat as unknown:
        raise _fault("format", "invalid_choice", str(unknown)) from None
    except FileBroken as broken:
        raise _fault("file", "broken", f"Line {broken.line}: {broken.sentence}") from None


def previewed(made: Plan) -> dict[str, Any]:
    """As the API tells it."""
    to_make = made.to_make
    return told_of(made) | {
        "would_make": len(to_make),
        "lists": made.new_lists,
        "tasks": [
            {
                "line": each.task.line,
                "title": each.task.title,
                "list": each.task.list,
                "due_date": each.task.due_date,
            }
            for each in to_make[:SAMPLE]
        ],
    }


def told_of(made: Plan) -> dict[str, Any]:
    return {
        "format": made.format,
        "already": made.already,
        "skipped": [{"line": each.line, "why": each.why} for each in made.skipped[:MOST_TOLD]],
        "skipped_count": len(made.skipped),
    }


def _fault(field: str, code: str, sentence: str) -> ValidationError:
    return ValidationError({field: [ErrorDetail(sentence, code=code)]})
