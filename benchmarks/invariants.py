"""What must hold of the rows of any number of turns, however their processes ended: I1 to I8."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from django.db import connection
from django.db.models import Count

from agent import prompt
from agent.tools import changes as changes_tasks
from conversations.models import Conversation, Message, ToolCall, Turn
from tests.fakes import validate_messages
from todos.models import Task, TaskChange

HISTORY = 50

Interval = tuple[str, str, float, float]
Stop = dict[str, Any]


def overlaps(calls: list[Interval]) -> list[str]:
    """I1: two calls of the model for one conversation that went on at the same time."""
    by_conversation: dict[str, list[Interval]] = defaultdict(list)
    for call in sorted(calls, key=lambda call: call[2]):
        by_conversation[call[0]].append(call)
    return [
        f"I1 {one[1]} was asked until {one[3]:.3f}, {other[1]} from {other[2]:.3f}"
        for calls_of_one in by_conversation.values()
        for one, other in pairwise(calls_of_one)
        if other[2] < one[3]
    ]


def violations(stops: list[Stop]) -> list[str]:
    """``stops`` are the cancellations and deletions, with the times between which each was made."""
    return [
        *_open_turns(),
        *_keys(),
        *_calls_and_changes(),
        *_order(),
        *_histories(),
        *(fault for stop in stops for fault in _late_effects(stop)),
    ]


def _open_turns() -> Iterator[str]:
    """I1 by the index, and I6: after all that was done to settle them, none is open."""
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, Turn._meta.db_table)
    if not constraints["turn_one_in_progress"]["unique"]:
        yield "I1 nothing keeps a conversation from two open turns"
    for turn in Turn.objects.in_progress():
        yield f"I6 turn {turn.pk} is still open"


def _keys() -> Iterator[str]:
    """I2: one turn for a key, one message of the user and one reply for a turn."""
    sent = Turn.objects.exclude(idempotency_key=None).values("user", "idempotency_key")
    for row in sent.annotate(n=Count("pk")).filter(n__gt=1):
        yield f"I2 {row['n']} turns for key {row['idempotency_key']}"
    said = Counter(Message.objects.values_list("turn", "role"))
    for turn in Turn.objects.values_list("pk", flat=True):
        if (said[turn, "user"], said[turn, "assistant"]) != (1, 1):
            yield f"I2 turn {turn} has not one message and one reply"


def _calls_and_changes() -> Iterator[str]:
    """I3 and I4: a call that changes things has one change, and each of a chat its call."""
    changes = Counter(
        TaskChange.objects.filter(source="chat").values_list("tool_call_id", flat=True)
    )
    for call in ToolCall.objects.all():
        expected = int(call.status == ToolCall.Status.SUCCEEDED and changes_tasks(call.name))
        if changes.pop(call.pk, 0) != expected:
            yield f"I3 call {call.pk} ({call.name} {call.status}) has not {expected} change"
    for call_id in changes:
        yield f"I4 a change has no call, but names {call_id}"
    made = Counter(TaskChange.objects.filter(kind="created").values_list("task", flat=True))
    for task in Task.objects.values_list("pk", flat=True):
        if made[task] != 1:
            yield f"I4 task {task} was created {made[task]} times"


def _order() -> Iterator[str]:
    """I5: seq has no gap, the count is right, and a question is followed by its own answer."""
    for conversation in Conversation.objects.all():
        rows = list(conversation.messages.order_by("seq").values_list("seq", "role", "turn"))
        if [seq for seq, _, _ in rows] != list(range(1, conversation.message_count + 1)):
            yield f"I5 conversation {conversation.pk} has a gap, or its count is wrong"
        for (_, asks, turn), (_, answers, other) in zip(rows[::2], rows[1::2], strict=True):
            if (asks, answers, turn) != ("user", "assistant", other):
                yield f"I5 the turns of conversation {conversation.pk} are mixed"


def _histories() -> Iterator[str]:
    """I7: a strict model would take the prompt of each reply, as it could be asked for now."""
    for conversation in Conversation.objects.select_related("user"):
        zone = conversation.user.zone
        messages = list(conversation.messages.with_turns().order_by("seq"))
        for end in range(2, len(messages) + 1, 2):
            fault = validate_messages(prompt.build(messages[max(0, end - HISTORY) : end], zone))
            if fault:
                yield f"I7 {messages[end - 1].pk}: {fault}"


def _late_effects(stop: Stop) -> Iterator[str]:
    """I8: no change was made after the answer that a turn is cancelled, a conversation deleted."""
    turns = Turn.objects.filter(conversation=stop["conversation"])
    if stop["kind"] == "cancel":
        asked = (_time(stop["sent"]), _time(stop["answered"]))
        turns = turns.filter(cancel_requested_at__range=asked)
    calls = ToolCall.objects.filter(turn__in=turns).values("pk")
    late = TaskChange.objects.filter(tool_call_id__in=calls, created_at__gt=_time(stop["answered"]))
    for change in late:
        yield f"I8 change {change.pk} was made after {stop}"


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
