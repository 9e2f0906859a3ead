"""Taking back all that was done with a key."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers
from rest_framework.generics import GenericAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.authentication import user_of
from accounts.keys import Key, KeyQuerySet
from accounts.models import User
from chat.errors import TaskChangedSince
from chat.undo import undo
from conversations.models import Turn
from todos.models import Origin, Proposal, TaskChange
from todos.origins import origin_of
from todos.serializers import TaskChangeSerializer
from web.fields import RequestBody
from web.schema import describe

MOST_CHANGES = 500
"""That are taken back in one transaction, unless one act has more: others get in between."""

ENDED_FOR = timedelta(days=30)
"""For so long a key that has ended is listed."""

Acts = Sequence[UUID]


def ended_keys() -> KeyQuerySet:
    """That nobody can sign in with for a while, and that nothing names, so that none is missed."""
    ended = Key.objects.ended_before(timezone.now() - ENDED_FOR)
    named_by = Turn.objects.all(), TaskChange.objects.all(), Proposal.objects.all()
    return ended.named_by_none_of(*named_by)


def undo_key(
    user: User, key: Key, since: datetime | None, origin: Origin
) -> tuple[list[TaskChange], dict[UUID, list[str]]]:
    """Take back each act of the key since then, the newest first and each whole.

    Returns what was taken back now, and of each act that is left, as a task or list has moved on,
    the ids of these.
    """
    changes = TaskChange.objects.for_user(user).of_key(key.pk, since).not_undone()
    undone: list[TaskChange] = []
    left: dict[UUID, list[str]] = {}
    for acts in _batches(changes.acts_by_size()):
        _undo(user, acts, origin, undone, left)
    return undone, left


def _batches(acts: Sequence[tuple[UUID, int]]) -> Iterator[Acts]:
    batch: list[UUID] = []
    room = MOST_CHANGES
    for act, number in acts:
        if batch and number > room:
            yield batch
            batch, room = [], MOST_CHANGES
        batch.append(act)
        room -= number
    if batch:
        yield batch


def _undo(
    user: User,
    acts: Acts,
    origin: Origin,
    undone: list[TaskChange],
    left: dict[UUID, list[str]],
) -> None:
    """All at once or, where that cannot be, first the newer half and then the older one."""
    try:
        undone += undo(TaskChange.objects.for_user(user).of_acts(acts), origin)
    except TaskChangedSince as moved:
        if len(acts) == 1:
            left[acts[0]] = moved.members["changed"]
            return
        half = len(acts) // 2
        _undo(user, acts[:half], origin, undone, left)
        _undo(user, acts[half:], origin, undone, left)


class SinceSerializer(RequestBody, serializers.Serializer[Any]):
    since = serializers.DateTimeField(required=False, help_text="Without it all, ever.")


TakenBack = inline_serializer(
    "TakenBack",
    {
        "undone": TaskChangeSerializer(many=True),
        "left": inline_serializer(
            "LeftAct",
            {
                "act": serializers.UUIDField(),
                "changed": serializers.ListField(child=serializers.UUIDField()),
            },
            many=True,
        ),
    },
)


class KeyUndoView(GenericAPIView[TaskChange]):
    queryset = TaskChange.objects.none()
    serializer_class = TaskChangeSerializer
    pagination_class = None
    by_hand = frozenset({"POST"})

    @describe(tags=["keys"], request=SinceSerializer, responses=TakenBack)
    def post(self, request: Request, pk: UUID) -> Response:
        """Take back all that was done with a key, also a revoked one: acts, newest first.

        An act whose tasks have moved on is left, and listed with these. May be repeated.
        """
        form = SinceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        user = user_of(request)
        key = get_object_or_404(Key.objects.for_user(user), pk=pk)
        since = form.validated_data.get("since")
        undone, left = undo_key(user, key, since, origin_of(request))
        return Response(
            {
                "undone": self.get_serializer(undone, many=True).data,
                "left": [{"act": act, "changed": changed} for act, changed in left.items()],
            }
        )
