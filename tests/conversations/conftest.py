from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from conversations.models import Conversation, Turn
from tests.factories import LEASE, UserFactory, record_call

CONVERSATIONS = "/admin/conversations/conversation/"
TURNS = "/admin/conversations/turn/"

See = Callable[..., str]


@pytest.fixture
def operator(db: None) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(UserFactory(username="operator", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def see(operator: Client) -> See:
    """The text of a page of the admin, as an operator gets it."""

    def page(path: str, **query: object) -> str:
        answer: Any = operator.get(path, query)
        assert answer.status_code == 200, answer
        return answer.content.decode()

    return page


def page_of(row: Conversation | Turn) -> str:
    return f"{CONVERSATIONS if isinstance(row, Conversation) else TURNS}{row.pk}/change/"


def failed_turn(conversation: Conversation) -> Turn:
    turn = conversation.begin_turn("Add milk", LEASE, request_id="r-17")
    record_call(turn, status="failed", result={"error": "There is no such task."})
    turn.finish(
        Turn.Status.FAILED,
        "I tried",
        error_code="llm_timeout",
        error_detail="It took too long.",
        model="m-1",
        input_tokens=120,
        output_tokens=7,
        cached_tokens=96,
    )
    conversation.refresh_from_db()
    return turn
