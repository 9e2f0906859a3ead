"""What every tab asks for all the time is read from indexes, in their order."""

from typing import Any

import pytest
from django.db import connection

from accounts.models import User
from chat.pages.news import marks_of
from tests.factories import ConversationFactory, say
from tests.plans import sorts, told

# An index has another name in each partition.
pytestmark = [pytest.mark.django_db, pytest.mark.not_on("sharded")]

INDEXES = {
    "change_followed",
    "proposal_followed",
    "conversation_followed",
    "task_open_by_due",
    "proposal_expiring",
    "reminder_due",
}


def plan_of(user: User, conversation: Any) -> str:
    """With so few rows PostgreSQL would rather read all of them, and put them in order itself."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        marks_of(user, conversation)
    ((sql, params),) = asked
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for way in ("seqscan", "bitmapscan", "sort"):
                cursor.execute(f"SET LOCAL enable_{way} = off")
    return told(sql, params)


def test_each_part_of_it_is_read_in_the_order_of_an_index(user: User) -> None:
    conversation = ConversationFactory(user=user)
    say(conversation, "Hello")

    plan = plan_of(user, conversation.pk)

    assert {index for index in INDEXES if index not in plan} == set(), plan
    assert not sorts(plan), plan
    assert "Seq Scan" not in plan
