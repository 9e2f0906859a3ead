from functools import cached_property
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, inline_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from accounts.authentication import user_of
from accounts.once import once
from todos import batch
from todos.models import ChangeKind, Origin, Reminder, Task, TaskChange, TaskQuerySet
from todos.origins import origin_of
from todos.proposals import PROPOSE, ProposedSerializer, asked_by_key, asked_first
from todos.serializers import (
    CatchUpSerializer,
    CompletedTaskSerializer,
    SkipSerializer,
    TaskChangeSerializer,
    TaskQuerySerializer,
    TaskSerializer,
    told_rules,
)
from todos.versions import ACT, ETAG, IF_MATCH, as_it_was, etag
from web.idempotency import IDEMPOTENCY_KEY
from web.schema import describe, problems

BAD_REQUEST = 400
TASK = {
    "id": "019a8f6e-3a52-7c41-9d3b-0d2f6c1b7a10",
    "title": "Call the dentist",
    "notes": "",
    "due_date": "2026-11-20",
    "due_time": "17:30",
    "priority": "high",
    "duration_minutes": 15,
    "list": "019a8f6e-2b14-7f03-8a55-5c1e9d7f4b22",
    "tags": ["health", "phone"],
    "parent": None,
    "steps": {"open": 2, "done": 1},
    "repeats": None,
    "reminders": [
        {
            "id": "019a8f6e-3a52-7c41-9d3b-0d2f6c1b7a11",
            "before_minutes": 10,
            "words": "10 minutes before",
            "rings_at": "2026-11-20T16:20:00Z",
            "status": "waiting",
        }
    ],
    "series": None,
    "completed": False,
    "completed_at": None,
    "created_at": "2026-11-19T08:15:30.123456Z",
    "updated_at": "2026-11-19T08:15:30.123456Z",
    "version": 1,
}
NEW_TASK = {name: TASK[name] for name in ("title", "due_date", "due_time", "priority", "tags")}
ASKED: dict[Any, Any] = {202: ProposedSerializer}
SET: dict[Any, Any] = {**ASKED, 200: TaskSerializer, **problems(412)}
EXAMPLES = [
    OpenApiExample("A new task", NEW_TASK, request_only=True),
    OpenApiExample("The task", TASK, response_only=True),
]


@describe(tags=["tasks"])
class TaskViewSet(GenericViewSet[Task]):
    queryset = Task.objects.none()  # for the OpenAPI document, which asks on nobody's behalf
    serializer_class = TaskSerializer
    asks = frozenset(
        {"create", "update", "partial_update", "destroy", "restore", "complete", "reopen"}
    )

    def get_queryset(self) -> TaskQuerySet:
        user = user_of(self.request)
        status = self.request.query_params.get("status")
        if self.action == "restore" or (self.action == "list" and status == "deleted"):
            return Task.objects.with_deleted_for_user(user).with_steps()
        return Task.objects.for_user(user).with_steps()

    @cached_property
    def origin(self) -> Origin:
        return origin_of(self.request)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """With the act that undoes what was changed."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if "origin" in vars(self) and self.origin.touched and response.status_code < BAD_REQUEST:
            response[ACT] = str(self.origin.act)
        return response

    @describe(parameters=[TaskQuerySerializer])
    def list(self, request: Request) -> Response:
        """The user's tasks, done ones too unless `status` says otherwise; newest first."""
        query = TaskQuerySerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        now = user_of(request).local_now()
        page = self.paginate_queryset(self.get_queryset().listed(now=now, **query.validated_data))
        Reminder.objects.come_along(page or ())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @describe(
        parameters=[IDEMPOTENCY_KEY, ETAG],
        responses={201: TaskSerializer, 202: ProposedSerializer, **problems(409, 422)},
        examples=EXAMPLES,
    )
    def create(self, request: Request) -> Response:
        """Add a task."""
        response = once(request, self._create)
        if response.status_code != status.HTTP_201_CREATED:
            return response
        response["ETag"] = etag(response.data["version"])
        if "Idempotency-Replayed" in response:
            made = TaskChange.objects.for_user(user_of(request)).filter(kind=ChangeKind.CREATED)
            response[ACT] = str(made.get(task=response.data["id"]).its_act)
        return response

    def _create(self) -> Response:
        form = self.get_serializer(data=self.request.data)
        form.is_valid(raise_exception=True)
        operation = {"do": "create", "tasks": [batch.spelled(form.validated_data)]}
        if asked := asked_by_key(self.request, operation):
            return asked
        task = form.save(user=user_of(self.request), origin=self.origin)
        return Response(self.get_serializer(task).data, status=status.HTTP_201_CREATED)

    @describe(parameters=[ETAG])
    def retrieve(self, request: Request, pk: str) -> Response:
        """One task."""
        return self._answer(self.get_object())

    @describe(parameters=[IF_MATCH, ETAG], responses=SET)
    def update(self, request: Request, pk: str, *, partial: bool = False) -> Response:
        """Replace a task: what is not named is set to its default, except `completed`.

        One that is done and was followed by another one is told with that as `next`.
        """
        task = self.get_object()
        form = self.get_serializer(task, data=request.data, partial=partial)
        form.is_valid(raise_exception=True)
        item = batch.spelled(form.validated_data) | {"id": str(task.pk)}
        with as_it_was(request.headers.get("If-Match"), task):
            if asked := asked_by_key(request, {"do": "update", "tasks": [item]}):
                return asked
            form.save(origin=self.origin)
        followed = task.completed and task.successor
        return _told(task, CompletedTaskSerializer(task)) if followed else self._answer(task)

    @describe(parameters=[IF_MATCH, ETAG], responses=SET)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the named fields of a task."""
        return self.update(request, pk, partial=True)

    @describe(
        parameters=[IF_MATCH, PROPOSE],
        responses={202: ProposedSerializer, 204: None, **problems(412)},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a task; `restore` brings it back."""
        task = self.get_object()
        with as_it_was(request.headers.get("If-Match"), task):
            if asked := asked_first(request, {"do": "delete", "tasks": [str(task.pk)]}):
                return asked
            task.remove(self.origin)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @describe(request=None, responses=ASKED | {200: TaskSerializer})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Bring a deleted task back; nothing changes if it is not deleted."""
        task = self.get_object()
        if asked := asked_by_key(request, {"do": "restore", "tasks": [str(task.pk)]}):
            return asked
        task.restore(self.origin)
        return self._answer(task)

    @describe(request=None, responses=ASKED | {200: CompletedTaskSerializer})
    @action(detail=True, methods=["post"])
    def complete(self, request: Request, pk: str) -> Response:
        """Mark a task as done; nothing changes if it was done before.

        One that repeats is followed by a task for its next day, told as `next`.
        """
        task = self.get_object()
        if asked := asked_by_key(request, {"do": "complete", "tasks": [str(task.pk)]}):
            return asked
        task.complete(self.origin)
        return _told(task, CompletedTaskSerializer(task))

    @describe(request=None, responses=ASKED | {200: TaskSerializer})
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        """Mark a task as not done after all; nothing changes if it is open.

        What followed it is deleted, if nobody has changed it since.
        """
        task = self.get_object()
        if asked := asked_by_key(request, {"do": "reopen", "tasks": [str(task.pk)]}):
            return asked
        task.reopen(self.origin)
        return self._answer(task)

    @describe(request=SkipSerializer)
    @action(detail=True, methods=["post"])
    def skip(self, request: Request, pk: str) -> Response:
        """Move a task that repeats to its next day, after today and after the day it is due.

        With `until` it rests: it moves to its first day from then on, be that later or earlier.
        """
        task = self.get_object()
        form = SkipSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        with told_rules():
            task.skip(self.origin, form.validated_data["until"])
        return self._answer(task)

    @describe(
        request=CatchUpSerializer,
        responses=inline_serializer(
            "CaughtUp",
            {
                "moved": serializers.IntegerField(help_text="How many were overdue."),
                "act": serializers.UUIDField(
                    allow_null=True, help_text="What undoes it; null when nothing was."
                ),
            },
        ),
    )
    @action(detail=False, methods=["post"], url_path="catch-up", pagination_class=None)
    def catch_up(self, request: Request) -> Response:
        """Let all that is overdue be due today, as one act; a time that has passed goes."""
        form = CatchUpSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        tasks = Task.objects.narrowed(**form.validated_data)
        moved = tasks.catch_up(user_of(request), self.origin)
        return Response({"moved": moved, "act": self.origin.act if moved else None})

    def _answer(self, task: Task) -> Response:
        return _told(task, self.get_serializer(task))


def _told(task: Task, shown: BaseSerializer[Task]) -> Response:
    return Response(shown.data, headers={"ETag": etag(task.version)})


class TaskHistoryView(GenericAPIView[TaskChange]):
    queryset = TaskChange.objects.none()
    serializer_class = TaskChangeSerializer

    @describe(tags=["tasks"], responses=TaskChangeSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Every change of a task, newest first."""
        task = get_object_or_404(Task.objects.for_user(user_of(request)), pk=pk)
        page = self.paginate_queryset(task.changes.newest_first())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)
