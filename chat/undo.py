"""Taking back what was done: one change of a task, or all that a reply did."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import door_of, user_of
from accounts.models import User
from chat.errors import TaskChangedSince
from conversations.models import Message, ToolCall
from todos.models import ChangedSince, ChangeKind, Origin, TaskChange
from todos.serializers import TaskChangeSerializer
from web.schema import problems


def undo(changes: Iterable[TaskChange], origin: Origin) -> None:
    """All of them or, with TaskChangedSince (409), none; their tool calls show it, too."""
    try:
        with transaction.atomic():
            for change in changes:
                change.undo(origin)
                show_undone(change)
    except ChangedSince:
        raise TaskChangedSince from None


def show_undone(change: TaskChange) -> None:
    """Let the tool call of a change show that it is undone; in the transaction of the undoing."""
    if change.tool_call_id:
        call = ToolCall.objects.filter(user=change.user_id, pk=change.tool_call_id)
        call.update(undone_at=timezone.now())


def left_of_turn(change: TaskChange) -> int:
    """How many other changes of the same turn nobody has taken back; what it undid is none."""
    calls = ToolCall.objects.filter(turn__tool_calls=change.tool_call_id)
    made = TaskChange.objects.not_undone_of(calls.values_list("pk", flat=True))
    return made.exclude(kind=ChangeKind.UNDONE).count()


def undo_reply(user: User, reply_id: UUID, origin: Origin) -> list[TaskChange]:
    """What the reply did and is taken back now, newest first. Raises Http404, TaskChangedSince."""
    messages = Message.objects.for_user(user).of_kept_conversations()
    message = get_object_or_404(messages.with_work(), pk=reply_id)
    calls = [call.pk for call in message.calls]
    mine = TaskChange.objects.for_user(user).select_related("task")
    changes = list(mine.not_undone_of(calls))
    undo(changes, origin)
    return changes


class ChangeUndoView(GenericAPIView[TaskChange]):
    queryset = TaskChange.objects.none()
    serializer_class = TaskChangeSerializer

    @extend_schema(
        tags=["tasks"], request=None, responses={200: TaskChangeSerializer, **problems(409)}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Take one change back; 409 when its task has moved on. May be repeated."""
        changes = TaskChange.objects.for_user(user_of(request)).select_related("task")
        change = get_object_or_404(changes, pk=pk)
        undo([change], Origin(door_of(request)))
        return Response(TaskChangeSerializer(change).data)


class MessageUndoView(GenericAPIView[TaskChange]):
    queryset = TaskChange.objects.none()
    serializer_class = TaskChangeSerializer
    pagination_class = None

    @extend_schema(
        tags=["tasks"],
        request=None,
        responses={200: TaskChangeSerializer(many=True), **problems(409)},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Take back all that a reply did, newest first; 409, and nothing, when a task moved on."""
        changes = undo_reply(user_of(request), pk, Origin(door_of(request)))
        return Response(self.get_serializer(changes, many=True).data)
