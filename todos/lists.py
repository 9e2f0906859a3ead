"""Lists and tags over REST."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException, NotFound
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.authentication import user_of
from todos import rules
from todos.models import NameTaken, Origin, Task, TaskChange, TaskList
from todos.origins import origin_of
from todos.proposals import PROPOSE, ProposedSerializer, asked_by_key, asked_first
from todos.serializers import (
    CountsSerializer,
    OneOfField,
    RowIdField,
    TagField,
    TaskChangeSerializer,
    told_rules,
)
from web.fields import RequestBody, TitleField
from web.schema import describe, problems


class NameIsTaken(APIException):
    status_code = 409
    default_code = "name_taken"
    default_detail = "There is a list with this name already."


@contextmanager
def told_names() -> Iterator[None]:
    """A broken rule, or a name that is taken, as the API tells it."""
    try:
        with told_rules():
            yield
    except NameTaken:
        raise NameIsTaken from None


class TaskListSerializer(RequestBody, serializers.Serializer[TaskList]):
    """Tasks that belong together. A task that is in none is in the Inbox."""

    id = serializers.UUIDField(read_only=True)
    name = TitleField(
        max_length=rules.LIST_NAME_LENGTH, help_text="Unique, whatever its case and spacing."
    )
    tasks = CountsSerializer(source="task_counts", read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    version = serializers.IntegerField(read_only=True)

    # save() is given the origin of the change and, for a new list, its user.

    def create(self, validated_data: dict[str, Any]) -> TaskList:
        with told_names():
            return TaskList.add(**validated_data)

    def update(self, instance: TaskList, validated_data: dict[str, Any]) -> TaskList:
        with told_names():
            instance.rename(**{"name": instance.name} | validated_data)
        return instance


class RemovalSerializer(serializers.Serializer[Any]):
    tasks = OneOfField(
        ["keep", "delete"],
        default="keep",
        help_text="Its tasks: moved to the Inbox, or deleted with it.",
    )


class MergeSerializer(RequestBody, serializers.Serializer[Any]):
    into = RowIdField(help_text="The list that its tasks move to.")


@describe(tags=["lists"])
class TaskListViewSet(GenericViewSet[TaskList]):
    queryset = TaskList.objects.none()
    serializer_class = TaskListSerializer
    asks = frozenset({"destroy", "merge"})

    def get_queryset(self) -> Any:
        user = user_of(self.request)
        if self.action == "restore":
            return TaskList.objects.with_deleted_for_user(user).with_counts()
        return TaskList.objects.for_user(user).with_counts()

    @property
    def origin(self) -> Origin:
        return origin_of(self.request)

    def list(self, request: Request) -> Response:
        """The user's lists by their names, with how many tasks are in them."""
        page = self.paginate_queryset(self.get_queryset().in_name_order())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @describe(responses={201: TaskListSerializer, **problems(409)})
    def create(self, request: Request) -> Response:
        """Add a list."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = form.save(user=user_of(request), origin=self.origin)
        return Response(self.get_serializer(made).data, status=status.HTTP_201_CREATED)

    def retrieve(self, request: Request, pk: str) -> Response:
        """One list."""
        return self._answer(self.get_object())

    @describe(responses={200: TaskListSerializer, **problems(409)})
    def partial_update(self, request: Request, pk: str) -> Response:
        """Rename a list."""
        form = self.get_serializer(self.get_object(), data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        return self._answer(form.save(origin=self.origin))

    @describe(
        parameters=[RemovalSerializer, PROPOSE], responses={202: ProposedSerializer, 204: None}
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a list; `restore` brings it back, with the tasks that were deleted with it."""
        query = RemovalSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        found, tasks = self.get_object(), query.validated_data["tasks"]
        operation = {"do": "delete_list", "list": str(found.pk), "tasks": tasks}
        if asked := asked_first(request, operation):
            return asked
        found.remove(self.origin, tasks)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @describe(request=None, responses={200: TaskListSerializer, **problems(409)})
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Bring a deleted list back; nothing changes if it is not deleted."""
        found = self.get_object()
        with told_names():
            found.restore(self.origin)
        return self._answer(found)

    @describe(request=MergeSerializer, responses={200: TaskListSerializer, 202: ProposedSerializer})
    @action(detail=True, methods=["post"])
    def merge(self, request: Request, pk: str) -> Response:
        """Move its tasks into another list, which is the answer, and delete this one."""
        found, form = self.get_object(), MergeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        ids = {"list": str(found.pk), "into": str(form.validated_data["into"])}
        if asked := asked_by_key(request, {"do": "merge_list"} | ids):
            return asked
        with told_rules():
            into = found.merge(form.validated_data["into"], self.origin)
        return self._answer(into)

    def _answer(self, found: TaskList) -> Response:
        return Response(self.get_serializer(found).data)


class TaskListHistoryView(GenericAPIView[TaskChange]):
    queryset = TaskChange.objects.none()
    serializer_class = TaskChangeSerializer

    @describe(tags=["lists"], responses=TaskChangeSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """Every change of a list, newest first; also when it is deleted."""
        lists = TaskList.objects.with_deleted_for_user(user_of(request))
        changes = get_object_or_404(lists, pk=pk).changes
        page = self.paginate_queryset(changes.newest_first())
        return self.get_paginated_response(self.get_serializer(page, many=True).data)


class TagSerializer(RequestBody, serializers.Serializer[Any]):
    """A word that tasks are found by. It is there while a task has it."""

    name = TagField()
    tasks = CountsSerializer(read_only=True)


class RenamedTagSerializer(TagSerializer):
    act = serializers.UUIDField(read_only=True, help_text="What it is undone with.")


Tags = inline_serializer(
    "Tags",
    {
        "next": serializers.URLField(read_only=True, allow_null=True),
        "previous": serializers.URLField(read_only=True, allow_null=True),
        "results": TagSerializer(many=True),
    },
)


class TagsView(GenericAPIView[Any]):
    serializer_class = TagSerializer
    pagination_class = None

    @describe(tags=["lists"], responses=Tags)
    def get(self, request: Request) -> Response:
        """All tags of the user's tasks by their names, on one page."""
        counts = Task.objects.for_user(user_of(request)).tag_counts()
        tags = [{"name": name, "tasks": count} for name, count in counts.items()]
        return Response({"next": None, "previous": None, "results": tags})


def tag_in_path(name: str) -> str:
    """As it is kept. Raises NotFound."""
    try:
        return rules.read_tag(name)
    except rules.RuleBroken:
        raise NotFound from None


class TagView(GenericAPIView[Any]):
    serializer_class = TagSerializer

    @describe(tags=["lists"], responses=RenamedTagSerializer)
    def patch(self, request: Request, name: str) -> Response:
        """Rename a tag on all tasks that have it; onto another one, the two are one from now on."""
        form = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        user, origin = user_of(request), origin_of(request)
        new = form.validated_data["name"]
        if not Task.objects.rename_tag(user, tag_in_path(name), new, origin):
            raise NotFound
        counts = Task.objects.for_user(user).tag_counts()
        return Response({"name": new, "tasks": counts[new], "act": origin.act})
