"""When tasks ring, over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, inline_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import ErrorDetail, NotFound, ValidationError
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.settings import api_settings
from rest_framework.viewsets import GenericViewSet

from accounts.authentication import user_of
from accounts.models import User
from accounts.once import once
from todos.asked import ASK, as_text, told
from todos.models import Origin, Reminder, ReminderQuerySet, Task
from todos.origins import origin_of
from todos.reminding import LONGEST, Clock, Habits, read_moment
from todos.rules import RuleBroken
from todos.serializers import OneOfField, RowIdField, TimeOfDayField, WholeNumberField
from todos.versions import ACT
from web.fields import RequestBody, TextField
from web.idempotency import IDEMPOTENCY_KEY
from web.schema import describe

ASKS_FOR_NONE = 'This asks for none: DELETE takes one away, PATCH of the task with "reminders" all.'
ASKS = [
    OpenApiExample("Before its time", {"before_minutes": 10}, request_only=True),
    OpenApiExample("At a time", {"at": "09:00"}, request_only=True),
    OpenApiExample("In words", {"words": "the evening before"}, request_only=True),
]


class TaskOfReminderSerializer(serializers.Serializer[Task]):
    """What rings."""

    id = serializers.UUIDField(read_only=True)
    title = serializers.CharField(read_only=True)
    due_date = serializers.DateField(read_only=True, allow_null=True)
    due_time = TimeOfDayField(read_only=True, allow_null=True)
    list = RowIdField(read_only=True, allow_null=True)


class ReminderSerializer(serializers.Serializer[Reminder]):
    """One reminder of one task. `rang_at` is when its channels were told."""

    id = serializers.UUIDField(read_only=True)
    before_minutes = serializers.IntegerField(required=False)
    days_before = serializers.IntegerField(required=False)
    time = serializers.CharField(required=False)
    at = serializers.CharField(required=False)
    words = serializers.CharField(read_only=True)
    rings_at = serializers.DateTimeField(read_only=True, allow_null=True)
    rang_at = serializers.DateTimeField(read_only=True, allow_null=True)
    status = OneOfField(["waiting", "due", "answered", "never"], read_only=True)
    failed = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="Of one that is due: the channels that could not be told, and are given up.",
    )
    task = TaskOfReminderSerializer(read_only=True)

    def to_representation(self, instance: Reminder) -> dict[str, Any]:
        assert instance.spec is not None  # noqa: S101 # who loads it sees to that
        task = TaskOfReminderSerializer(instance.task).data
        return {
            **told(instance.spec, instance),
            "rang_at": as_text(instance.rang_at),
            "failed": instance.failed if instance.status == "due" else [],
            "task": task,
        }


class RemindersQuerySerializer(serializers.Serializer[Any]):
    """Which of them. What is left blank counts as not given."""

    due = OneOfField(
        ["true", "false"],
        required=False,
        help_text="`true`: those that rang, or would have, and that nobody has answered, the "
        "latest first; `false`: those that will ring. Without it both, as they ring.",
    )


class SnoozeSerializer(RequestBody, serializers.Serializer[Any]):
    """For how long, or until when in words."""

    minutes = WholeNumberField(required=False, min_value=1, max_value=LONGEST)
    words = TextField(required=False, max_length=200, help_text="Like `tomorrow`, `in an hour`.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise ValidationError('Give "minutes" or "words".', code="invalid")
        return attrs


@describe(tags=["reminders"])
class ReminderViewSet(GenericViewSet[Reminder]):
    queryset = Reminder.objects.none()  # for the OpenAPI document, which asks on nobody's behalf
    serializer_class = ReminderSerializer

    @cached_property
    def origin(self) -> Origin:
        return origin_of(self.request)

    def get_queryset(self) -> ReminderQuerySet:
        return Reminder.objects.for_user(user_of(self.request)).of_kept_tasks()

    def get_object(self) -> Reminder:
        found = super().get_object()
        if found.spec is None:
            raise NotFound
        return found

    @describe(parameters=[RemindersQuerySerializer])
    def list(self, request: Request) -> Response:
        """What rings, and what rang and was not answered."""
        query = RemindersQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        page = self.paginate_queryset(self.get_queryset().which(query.validated_data.get("due")))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @describe(request=None)
    @action(detail=True, methods=["post"])
    def done(self, request: Request, pk: str) -> Response:
        """Mark its task as done, as `complete` does; so all its reminders are answered."""
        found = self.get_object()
        found.task.complete(self.origin)
        answer = self._answer(found)
        if self.origin.touched:
            answer[ACT] = str(self.origin.act)
        return answer

    @describe(request=SnoozeSerializer)
    @action(detail=True, methods=["post"])
    def snooze(self, request: Request, pk: str) -> Response:
        """Let it ring again later; within quiet hours, at their end."""
        found, form = self.get_object(), SnoozeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        until = _until(user_of(request), **form.validated_data)
        with told_as(api_settings.NON_FIELD_ERRORS_KEY):
            found.snooze(until)
        return self._answer(found)

    @describe(request=None)
    @action(detail=True, methods=["post"])
    def dismiss(self, request: Request, pk: str) -> Response:
        """It has been seen: it rings no more, and its task stays as it is."""
        found = self.get_object()
        found.dismiss()
        return self._answer(found)

    def _answer(self, found: Reminder) -> Response:
        found.refresh_from_db(from_queryset=self.get_queryset())
        return Response(self.get_serializer(found).data)


@contextmanager
def told_as(field: str) -> Iterator[None]:
    """Words that say nothing, and what cannot be, as an error of the field that was sent."""
    try:
        yield
    except RuleBroken as broken:
        raise ValidationError({field: [ErrorDetail(broken.sentence, code=broken.code)]}) from None


def _named_in(body: Any) -> str:
    """The field that an ask was spelled with."""
    named = [name for name in ASK["properties"] if isinstance(body, dict) and name in body]
    return named[0] if len(named) == 1 else api_settings.NON_FIELD_ERRORS_KEY


def _until(user: User, minutes: int = 0, words: str = "") -> datetime:
    """Raises ValidationError."""
    if minutes:
        return timezone.now() + timedelta(minutes=minutes)
    with told_as("words"):
        wall = read_moment(words, user.local_now(), Habits.of(user))
    return Clock.of(user).moment(wall)


Told = inline_serializer(
    "TaskReminder",
    {
        "id": serializers.UUIDField(),
        "words": serializers.CharField(),
        "rings_at": serializers.DateTimeField(allow_null=True),
        "status": serializers.CharField(),
    },
    many=True,
)
AllOfATask = inline_serializer(
    "TaskReminders",
    {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": Told,
    },
)


@describe(tags=["reminders"])
class TaskRemindersView(GenericAPIView[Task]):
    queryset = Task.objects.none()
    serializer_class: Any = ReminderSerializer
    pagination_class = None

    def get_task(self) -> Task:
        return get_object_or_404(Task.objects.for_user(user_of(self.request)), pk=self.kwargs["pk"])

    @describe(responses=AllOfATask)
    def get(self, request: Request, pk: UUID) -> Response:
        """The reminders of a task, as its `reminders` has them, on one page."""
        task = self.get_task()
        results = [told(spec, task.ringing.get(spec["id"])) for spec in task.reminders]
        return Response({"next": None, "previous": None, "results": results})

    @describe(
        parameters=[IDEMPOTENCY_KEY],
        request={"application/json": ASK},
        responses={201: ASK},
        examples=ASKS,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Add a reminder; one that it has already stays as it is.

        Words may ask for several: the first is told, and the others with it under `also`.
        """
        return once(request, self._post)

    def _post(self) -> Response:
        task, origin = self.get_task(), origin_of(self.request)
        with told_as(_named_in(self.request.data)):
            specs = task.add_reminders(origin, [self.request.data])
            if not specs:
                raise RuleBroken("reminders", "invalid", ASKS_FOR_NONE)
        first, *also = [told(spec, task.ringing.get(spec["id"])) for spec in specs]
        acted = {ACT: str(origin.act)} if origin.touched else {}
        return Response({**first, "also": also}, status.HTTP_201_CREATED, headers=acted)


@describe(tags=["reminders"])
class TaskReminderView(GenericAPIView[Task]):
    queryset = Task.objects.none()
    serializer_class: Any = ReminderSerializer

    @describe(responses={204: None})
    def delete(self, request: Request, pk: UUID, reminder: UUID) -> Response:
        """Take a reminder away from its task; an undo brings it back."""
        task = get_object_or_404(Task.objects.for_user(user_of(request)), pk=pk)
        origin = origin_of(request)
        if not task.drop_reminder(origin, reminder):
            raise NotFound
        return Response(status=status.HTTP_204_NO_CONTENT, headers={ACT: str(origin.act)})
