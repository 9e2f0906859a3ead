"""A whole conversation as a file."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Message, Turn
from tests.factories import LEASE, ConversationFactory, record_call, say

pytestmark = pytest.mark.django_db(transaction=True)


def export(client: APIClient, conversation: Conversation, **query: str) -> tuple[Any, str]:
    answer: Any = client.get(f"/api/conversations/{conversation.pk}/export/", query)
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content).decode()


@pytest.fixture
def long(user: User) -> Conversation:
    """450 messages, more than are read at a time, and some with tool calls."""
    conversation = ConversationFactory(user=user, title="Bücher & “Brot”")
    for number in range(1, 226):
        turn = conversation.begin_turn(f"question {number} – “é” 👩‍👧\n\tsecond line", LEASE)
        if number % 100 == 0:
            record_call(turn, result={"error": "</script> “no”"}, status="failed")
        turn.finish(Turn.Status.COMPLETED, f"answer {number}")
        conversation.refresh_from_db()
    return conversation


def test_the_json_file_is_what_the_pages_show(client: APIClient, long: Conversation) -> None:
    answer, text = export(client, long, thinking="true")

    assert answer["Content-Type"] == "application/json"
    name = "B%C3%BCcher%20%26%20%E2%80%9CBrot%E2%80%9D.json"
    assert answer["Content-Disposition"] == f"attachment; filename*=utf-8''{name}"
    kept = json.loads(text)
    messages, url = [], f"/api/conversations/{long.pk}/messages/?limit=100"
    while url:
        page = client.get(url).json()
        messages += page["results"]
        url = page["next"]
    assert len(kept["messages"]) == 450
    assert kept.pop("messages") == messages
    assert kept == client.get("/api/conversations/").json()["results"][0]


def test_the_markdown_file_has_every_message_in_order(
    client: APIClient, long: Conversation
) -> None:
    answer, text = export(client, long, format="markdown")

    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer["Content-Disposition"].endswith(".md")
    head, *parts = text.split("\n## ")
    assert head == "# Bücher & “Brot”\n"
    rows = list(Message.objects.order_by("seq"))
    assert len(parts) == len(rows) == 450
    for part, row in zip(parts, rows, strict=True):
        who, _, said = part.partition("\n\n")
        assert who.startswith("You, " if row.role == "user" else "Assistant, ")
        assert said.endswith(f"{row.content}\n")
    call = "- Could not create the task </script> “no” (`create_task`)\n"
    assert [number for number, part in enumerate(parts, 1) if call in part] == [200, 400]


def test_what_was_done_is_told_in_words_on_its_own_day(client: APIClient, user: User) -> None:
    conversation = ConversationFactory(user=user, title="  a/b: *what?*  ")
    turn = conversation.begin_turn("Milk and eggs", LEASE)
    record_call(turn, result={"task": {"title": "Milk", "due_date": "2026-03-05"}})
    record_call(turn, result={"task": {"title": "Eggs"}}, undone_at=turn.created_at)
    turn.finish(Turn.Status.COMPLETED, "Both.")
    Message.objects.update(created_at=datetime(2026, 3, 4, 12, tzinfo=UTC))

    answer, text = export(client, conversation, format="markdown")

    assert answer["Content-Disposition"] == 'attachment; filename="a b what.md"'
    assert "- Created task: Milk · due tomorrow (`create_task`)\n" in text
    assert "- Created task: Eggs (`create_task`, undone)\n" in text


def test_an_export_reads_in_batches(
    client: APIClient, long: Conversation, django_assert_max_num_queries: Any
) -> None:
    batches = 3  # of 200 messages, each with one query for its tool calls; and nothing behind them
    with django_assert_max_num_queries(1 + 1 + 2 * batches + 1):
        export(client, long)


@pytest.mark.parametrize("form", ["json", "markdown"])
def test_an_empty_conversation_is_a_file_too(client: APIClient, user: User, form: str) -> None:
    begun = datetime(2026, 11, 20, 16, 4, 11, tzinfo=UTC)
    conversation = ConversationFactory(user=user, created_at=begun)

    _, text = export(client, conversation, format=form)

    if form == "json":
        assert json.loads(text)["messages"] == []
    else:
        assert text == "# Chat - 2026-11-20 16:04\n"


def test_the_export_tells_of_a_failure(client: APIClient, user: User) -> None:
    conversation = ConversationFactory(user=user)
    conversation.begin_turn("Hello", LEASE).finish(
        Turn.Status.FAILED, "", error_code="llm_timeout", error_detail="It took too long."
    )

    reply = json.loads(export(client, conversation)[1])["messages"][1]

    assert reply["error"] == {"code": "llm_timeout", "detail": "It took too long."}


@pytest.mark.parametrize("form", ["xml", "JSON", "a\0b"])
def test_another_format_is_400(client: APIClient, user: User, form: str) -> None:
    conversation = ConversationFactory(user=user)
    say(conversation, "Hello")

    answer = client.get(f"/api/conversations/{conversation.pk}/export/", {"format": form})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "format"
