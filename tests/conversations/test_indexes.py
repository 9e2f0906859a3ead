"""The lists are read along an index, however many rows other users have."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from conversations.models import Conversation
from tests.factories import ConversationFactory, say

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Callable[[QuerySet[Any]], str]:
    """How the database would read a page of many rows; PostgreSQL would scan so few as we have."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for way in ("seqscan", "bitmapscan", "sort"):  # where there is any other way
                cursor.execute(f"SET LOCAL enable_{way} = off")
    return lambda rows: rows[:20].explain()


def test_the_list_of_conversations(user: User, plan: Callable[[QuerySet[Any]], str]) -> None:
    for _ in range(3):
        say(ConversationFactory(user=user), "Hello")

    steps = plan(Conversation.objects.for_user(user).latest_first())

    assert "conversation_latest" in steps
    assert "sort" not in steps.lower()
    assert "b-tree" not in steps.lower()


def test_the_messages_of_a_conversation(user: User, plan: Callable[[QuerySet[Any]], str]) -> None:
    conversation = ConversationFactory(user=user)
    say(conversation, "Hello")

    for rows in (conversation.messages.oldest_first(), conversation.messages.order_by("-seq")):
        steps = plan(rows)
        assert "message_seq" in steps or "sqlite_autoindex_conversations_message_2" in steps
        assert "sort" not in steps.lower()
        assert "b-tree" not in steps.lower()
