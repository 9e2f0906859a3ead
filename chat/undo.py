"""Taking back what was done: an act, which is all that one request or one tool call changed."""

from collections.abc import Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Case, DateTimeField, Exists, Value, When
from django.http import Http404
from django.utils import timezone
from rest_framework.generics import get_object_or_404

from accounts.models import User
from accounts.scopes import ASKS_FIRST, MissingScope
from chat.errors import TaskChangedSince
from conversations.models import Conversation, Message, ToolCall
from todos.models import ChangedSince, Origin, TaskChange
from todos.models.change import TaskChangeQuerySet


def undo(changes: TaskChangeQuerySet, origin: Origin) -> list[TaskChange]:
    """Take back all of them or, with TaskChangedSince (409), none; their tool calls show it, too.

    Returns what was taken back now, newest first. Raises MissingScope for who asks before each
    change, as that cannot be asked for.
    """
    if origin.asks and changes.exists():
        raise MissingScope(ASKS_FIRST)
    try:
        with transaction.atomic():
            undone = changes.undo(origin)
            show_undone(undone)
    except ChangedSince as moved:
        raise TaskChangedSince(moved.tasks) from None
    return undone


def undo_act(user: User, act: UUID, origin: Origin) -> list[TaskChange]:
    """As :func:`undo`. Raises Http404 where there is no such act of theirs."""
    changes = TaskChange.objects.for_user(user).of_acts([act])
    if not changes.exists():
        raise Http404
    return undo(changes, origin)


def show_undone(changes: Sequence[TaskChange]) -> None:
    """Let tool calls show whether what they did is undone; in the transaction of the undoing.

    ``changes`` are what was taken back, of one user. What took them back, or what they took back,
    may have been done by tool calls, too.
    """
    if not changes:
        return
    owner = changes[0].user_id
    mine = TaskChange.objects.filter(user=owner)
    families = mine.of_families(change.family for change in changes)
    calls = ToolCall.objects.filter(
        user=owner, pk__in=families.exclude(tool_call_id=None).values("tool_call_id")
    )
    standing = Exists(TaskChange.objects.of_same_owner(tool_call_id="pk").not_undone())
    now = Value(timezone.now(), DateTimeField())
    if calls.update(undone_at=Case(When(standing, then=None), default=now)):
        where = calls.values("turn__conversation")
        Conversation.objects.filter(user=owner, pk__in=where).note_change()


def left_of_turn(changes: Sequence[TaskChange]) -> int:
    """How many other acts of the same turn nobody has taken back; what it undid is none."""
    owners = {each.user_id for each in changes}
    calls = ToolCall.objects.filter(
        user__in=owners, turn__tool_calls__in=[each.tool_call_id for each in changes]
    )
    mine = TaskChange.objects.filter(user__in=owners)
    return mine.of_calls(calls.values_list("pk", flat=True)).count_of_acts()


def undo_reply(user: User, reply_id: UUID, origin: Origin) -> list[TaskChange]:
    """What the reply did and is taken back now, newest first. Raises Http404, TaskChangedSince."""
    messages = Message.objects.for_user(user).of_kept_conversations()
    message = get_object_or_404(messages.with_turns(), pk=reply_id)
    calls = [call.pk for call in message.calls]
    return undo(TaskChange.objects.for_user(user).of_calls(calls), origin)
