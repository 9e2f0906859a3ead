"""Quick add: what is made of a line, and of what words of it; nothing is kept here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import user_of
from accounts.models import User
from agent.offline.dates import Habits, LocalTime
from agent.preferences import pairs_of
from agent.quick import Place, Read, Span, read_line
from agent.tools.reminding import Wanted
from chat.pages.days import due_words, length_words
from todos import reminding
from todos.models import Priority, Task, TaskList
from todos.rules import RuleBroken
from todos.serializers import (
    DayField,
    OneOfField,
    RepeatsField,
    TimeOfDayField,
    WholeNumberField,
)
from web.fields import RequestBody, SpokenTextField
from web.schema import describe, problems

LONGEST_LINE = 1_000
MOST_WORDS = 100
KINDS = ("due", "time", "duration", "priority", "list", "tag", "repeats", "reminders")


class PlaceSerializer(serializers.Serializer[Any]):
    start = WholeNumberField(min_value=0, help_text="The first of its characters, from 0.")
    end = WholeNumberField(min_value=0, help_text="The one behind its last.")


class LineSerializer(RequestBody, serializers.Serializer[Any]):
    text = SpokenTextField(max_length=LONGEST_LINE)
    words = serializers.ListField(
        child=PlaceSerializer(),
        default=[],
        max_length=MOST_WORDS,
        help_text="What shall stay in the title as it stands, whatever it may mean.",
    )


class SpanSerializer(PlaceSerializer):
    kind = OneOfField(KINDS)
    words = serializers.CharField(help_text="What was understood, for a person.")


class ReadLineSerializer(serializers.Serializer[Any]):
    """A task that is not made, and where in the text its parts stand."""

    title = serializers.CharField()
    due_date = DayField(allow_null=True)
    due_time = TimeOfDayField(allow_null=True)
    duration_minutes = serializers.IntegerField(allow_null=True)
    priority = OneOfField(Priority.choices)
    list = serializers.UUIDField(allow_null=True)
    tags = serializers.ListField(child=serializers.CharField())
    repeats = RepeatsField(allow_null=True)
    reminders = serializers.ListField(
        child=serializers.DictField(), help_text="As a task takes them, without ids."
    )
    spans = SpanSerializer(many=True)


@dataclass(frozen=True)
class Line:
    """A text as one task of this user; a query for their lists, and one for what they told."""

    user: User
    text: str
    words: Sequence[Place] = ()

    @cached_property
    def fields(self) -> dict[str, Any]:
        """As ``POST /api/tasks/`` takes them."""
        read, when = self._read, self._read.when
        return {
            "title": read.title,
            "due_date": when.day and when.day.isoformat(),
            "due_time": when.at and f"{when.at:%H:%M}",
            "duration_minutes": read.minutes or None,
            "priority": read.priority,
            "list": self._lists.get(read.in_list),
            "tags": list(read.tags),
            "repeats": read.repeat and read.repeat.as_json(),
            "reminders": [reminder.fields for reminder in self._reminders],
        }

    @cached_property
    def spans(self) -> list[dict[str, Any]]:
        told = zip(self._read.spans, self._told(), strict=True)
        return [{**span.place._asdict(), "kind": span.kind, "words": words} for span, words in told]

    @cached_property
    def _read(self) -> Read:
        return read_line(self.text, self._local, self._lists, self.words)

    @cached_property
    def _local(self) -> LocalTime:
        habits = Habits.of(each.line for each in self.user.preferences())
        return LocalTime.of(self._now, habits)

    @cached_property
    def _reminders(self) -> list[reminding.Reminding]:
        """None where they cannot be kept."""
        when = self._read.when
        habits = reminding.Habits.told(pairs_of(self._local.habits.lines))
        occasion = reminding.Occasion(self._now, when.day, when.at, habits)
        try:
            specs = reminding.read(Wanted(occasion).asks(self._read.reminders), occasion)
        except RuleBroken:
            return []
        return [reminding.Reminding.of(spec) for spec in specs]

    @cached_property
    def _now(self) -> Any:
        return self.user.local_now()

    @cached_property
    def _lists(self) -> dict[str, str]:
        """Their ids by their names."""
        return {name: key for key, name in TaskList.objects.for_user(self.user).names().items()}

    def _told(self) -> Iterator[str]:
        """Each thing once, by the first of its spans; another one is told as it was written."""
        kinds = [span.kind for span in self._read.spans]
        rings = ", ".join(each.words for each in self._reminders)
        for place, span in enumerate(self._read.spans):
            again = span.kind in kinds[:place] or span.kind == "tag"
            yield (
                self._written(span)
                if again
                else rings or self._written(span)
                if span.kind == "reminders"
                else _words_of(span.kind, self._read, kinds, self._now.date())
            )

    def _written(self, span: Span) -> str:
        return self.text[span.place.start : span.place.end]


def _words_of(kind: str, read: Read, kinds: Sequence[str], today: date) -> str:
    """A day or a time that has no words of its own is told with what it follows from."""
    at = None if "time" in kinds else read.when.at
    due = due_words(read.when.day, at, today) if read.when.day else ""
    match kind:
        case "due":
            return due
        case "time":
            clock = f"{read.when.at:%H:%M}"
            return clock if {"due", "repeats"} & {*kinds} else f"{due} {clock}"
        case "repeats":
            rule = read.repeat.words if read.repeat else ""
            return rule if "due" in kinds else f"{rule} · {due}"
        case "duration":
            return length_words(read.minutes)
        case "list":
            return read.in_list
    label = Priority(read.priority).label
    return _("%(level)s priority") % {"level": label}


class ReadLineView(GenericAPIView[Task]):
    serializer_class = LineSerializer
    pagination_class = None
    only_reads = frozenset({"POST"})

    @describe(
        tags=["tasks"],
        responses={200: ReadLineSerializer, **problems()},
        examples=[
            OpenApiExample("A line", {"text": "Buy milk tomorrow 5pm !high"}, request_only=True)
        ],
    )
    def post(self, request: Request) -> Response:
        """What quick add would make of a line; nothing is made.

        Places count characters as Unicode code points.
        """
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        said = form.validated_data
        words = [Place(**each) for each in said["words"]]
        line = Line(user_of(request), said["text"], words)
        return Response({**line.fields, "spans": line.spans})
