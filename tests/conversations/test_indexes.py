"""What is read often is read along an index, however many rows other users have."""

from collections import Counter
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Message, ToolCall, Turn
from conversations.models.told import history
from tests.plans import plans, sorts

# An index has another name in each partition, and a small one other plans.
pytestmark = [pytest.mark.django_db, pytest.mark.not_on("sharded")]

MINE, OTHERS, EACH = 1000, 100, 10  # conversations; users, and conversations of each
LONG = 150  # turns
TEXT = "word " * 100
CONVERSATION, MESSAGE = "conversations_conversation", "conversations_message"
TURN, TOOL_CALL = "conversations_turn", "conversations_toolcall"
# By their names on PostgreSQL and on SQLite, which has none for a constraint.
MESSAGE_SEQ = ("message_seq", "sqlite_autoindex_conversations_message_2")
TOOL_CALL_PLACE = ("tool_call_place", "sqlite_autoindex_conversations_toolcall_2")
OPEN_TURNS = ("turn_one_in_progress", "turn_slot")  # which hold nothing but these
TURN_KEY = ("turn_key_unique_per_user", "sqlite_autoindex_conversations_turn_2")


@pytest.fixture
def conversation(user: User) -> Conversation:
    """Of 150 turns; the user has many more, and so have many others."""
    users = User.objects.bulk_create(User(username=f"other{each}") for each in range(OTHERS))
    owners = [user] * MINE + [other for other in users for _ in range(EACH)]
    conversations = Conversation.objects.bulk_create(Conversation(user=each) for each in owners)
    long = conversations[0]
    turns = Turn.objects.bulk_create(
        Turn(
            user_id=each.user_id,
            conversation=each,
            status=Turn.Status.COMPLETED,
            idempotency_key=str(uuid4()),
            lease_expires_at=timezone.now(),
        )
        for each in [long] * LONG + conversations[1:]
    )
    seqs: Counter[Any] = Counter()
    messages, calls = [], []
    for turn in turns:
        whose = {"user_id": turn.user_id, "turn": turn}
        for role in Message.Role:
            seqs[turn.conversation_id] += 1
            place = {"conversation_id": turn.conversation_id, "seq": seqs[turn.conversation_id]}
            messages.append(Message(**whose, **place, role=role, content=TEXT))
        done = {"started_at": timezone.now(), "duration_ms": 7}
        made = {"name": "create_task", "arguments": {"title": TEXT}, "result": {}}
        calls.append(ToolCall(**whose, **done, **made, step=0, position=0))
    Message.objects.bulk_create(messages)
    ToolCall.objects.bulk_create(calls)
    return long


def test_the_list_of_conversations(client: APIClient, conversation: Conversation) -> None:
    (plan,) = plans(lambda: client.get("/api/conversations/"), CONVERSATION)

    assert "conversation_latest" in plan
    assert any(name in plan for name in OPEN_TURNS)  # whether it is busy
    assert not sorts(plan)


def test_the_messages_of_a_conversation(client: APIClient, conversation: Conversation) -> None:
    path = f"/api/conversations/{conversation.pk}/"
    newest = conversation.turns.order_by("-pk")[0]
    newest.load_messages()
    assert newest.reply.seq == 2 * LONG

    for act in (
        lambda: client.get(path),
        lambda: client.get(f"{path}messages/"),
        lambda: history(newest, 50),
    ):
        (messages,) = plans(act, MESSAGE)
        assert any(name in messages for name in MESSAGE_SEQ)
        assert not sorts(messages)
        calls = plans(act, TOOL_CALL)
        assert calls
        assert all(any(name in plan for name in TOOL_CALL_PLACE) for plan in calls)


def test_what_a_message_looks_up(conversation: Conversation) -> None:
    (open_turn,) = plans(conversation.turns.live().exists, TURN)
    (earlier,) = plans(Turn.objects.with_key(conversation.user_id, "key").first, TURN)

    assert any(name in open_turn for name in OPEN_TURNS)
    assert any(name in earlier for name in TURN_KEY)


def test_the_turns_that_may_have_to_be_finished(conversation: Conversation) -> None:
    def look() -> None:
        Turn.objects.dead().exists()
        list(Turn.objects.broken_off().in_line()[:100])

    dead, broken_off = plans(look, TURN)

    assert any(name in dead for name in OPEN_TURNS)
    assert "turn_broken_off" in broken_off
