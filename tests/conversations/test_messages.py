"""The messages of a conversation, page by page."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Message, Turn
from tests.factories import LEASE, ConversationFactory, record_call, say

AUTHENTICATION = 1

CountQueries = Callable[[int], Any]


def path(conversation: Conversation) -> str:
    return f"/api/conversations/{conversation.pk}/messages/"


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def talk(conversation: Conversation, turns: int) -> None:
    for number in range(1, turns + 1):
        say(conversation, f"question {number}", f"answer {number}")


def seqs(page: dict[str, Any]) -> list[int]:
    return [message["seq"] for message in page["results"]]


def test_a_message_of_the_user_is_what_was_said(
    client: APIClient, conversation: Conversation
) -> None:
    text = "  def f():\r\n\treturn '<b>' # e\u0301 👩‍👧 ‮"
    say(conversation, text)

    message = client.get(path(conversation)).json()["results"][0]

    row = Message.objects.get(seq=1)
    assert message == {
        "id": str(row.pk),
        "seq": 1,
        "role": "user",
        "content": text,
        "status": None,
        "created_at": row.created_at.isoformat().replace("+00:00", "Z"),
        "tool_calls": [],
        "error": None,
        "model": None,
        "duration_ms": None,
        "usage": None,
        "thinking": None,
        "proposals": [],
        "withdrawn_at": None,
    }


def test_a_reply_tells_what_was_done_for_it(client: APIClient, conversation: Conversation) -> None:
    turn = conversation.begin_turn("Milk and bread", LEASE)
    made = record_call(turn)
    failed = record_call(turn, status="failed", result={"error": "There is no such task."})
    costs = {"input_tokens": 12, "output_tokens": None, "cached_tokens": 0}
    turn.finish(Turn.Status.COMPLETED, "Added milk.", model="m-1", **costs)

    reply = client.get(path(conversation)).json()["results"][1]

    assert (reply["role"], reply["content"]) == ("assistant", "Added milk.")
    assert (reply["status"], reply["error"], reply["model"]) == ("completed", None, "m-1")
    assert reply["duration_ms"] >= 0
    assert reply["usage"] == costs
    assert [call["id"] for call in reply["tool_calls"]] == [str(made.pk), str(failed.pk)]
    first, second = reply["tool_calls"]
    assert (first["name"], first["arguments"]) == ("create_task", {"title": "Milk"})
    assert (first["result"], first["status"]) == ({"id": "1", "title": "Milk"}, "succeeded")
    assert first["duration_ms"] == 7
    assert (second["status"], second["result"]) == (
        "failed",
        {"error": "There is no such task."},
    )


def test_what_began_by_a_clock_that_is_ahead_took_no_time(
    client: APIClient, conversation: Conversation
) -> None:
    conversation.begin_turn("Hello", LEASE).finish(Turn.Status.COMPLETED, "Hello.")
    Turn.objects.update(created_at=timezone.now() + timedelta(minutes=10))

    assert client.get(path(conversation)).json()["results"][1]["duration_ms"] == 0


def test_a_failed_reply_says_what_went_wrong(client: APIClient, conversation: Conversation) -> None:
    conversation.begin_turn("Hello", LEASE).finish(
        Turn.Status.FAILED, "", error_code="llm_timeout", error_detail="It took too long."
    )

    reply = client.get(path(conversation)).json()["results"][1]

    assert reply["status"] == "failed"
    assert reply["error"] == {"code": "llm_timeout", "detail": "It took too long."}


def test_a_reply_whose_process_died_is_incomplete_before_anybody_settles_it(
    client: APIClient, conversation: Conversation
) -> None:
    conversation.begin_turn("Hello", -LEASE)

    reply = client.get(path(conversation)).json()["results"][1]

    assert reply["status"] == "incomplete"
    assert reply["error"]["code"] == "interrupted"
    assert Turn.objects.get().status == Turn.Status.IN_PROGRESS


@pytest.mark.parametrize("turns", [1, 50])
def test_a_page_of_messages_is_one_query_and_one_of_tool_calls(
    client: APIClient,
    conversation: Conversation,
    turns: int,
    django_assert_num_queries: CountQueries,
) -> None:
    talk(conversation, turns)

    with django_assert_num_queries(AUTHENTICATION + 1):
        client.get(path(conversation), {"limit": 100})
    turn = conversation.begin_turn("Add Milk", LEASE)
    record_call(turn)
    turn.finish(Turn.Status.COMPLETED, "Done.")
    with django_assert_num_queries(AUTHENTICATION + 2):
        page = client.get(path(conversation), {"limit": 100, "since": 2}).json()

    assert seqs(page) == list(range(3, 2 * turns + 3))


def test_pages_go_from_the_oldest_message_to_the_latest(
    client: APIClient, conversation: Conversation
) -> None:
    talk(conversation, 5)

    pages, url = [], f"{path(conversation)}?limit=4"
    while url:
        page = client.get(url).json()
        assert page["total_count"] == 10
        pages.append(seqs(page))
        url = page["next"]

    assert pages == [[1, 2, 3, 4], [5, 6, 7, 8], [9, 10]]


def test_what_is_said_while_somebody_pages_comes_last(
    client: APIClient, conversation: Conversation
) -> None:
    talk(conversation, 2)
    first = client.get(path(conversation), {"limit": 3}).json()

    say(conversation, "One more thing")

    assert seqs(client.get(first["next"]).json()) == [4, 5, 6]


def test_an_empty_conversation_has_no_messages(
    client: APIClient, conversation: Conversation
) -> None:
    empty = {"next": None, "previous": None, "results": [], "total_count": 0}
    assert client.get(path(conversation)).json() == empty


# since


@pytest.mark.parametrize(("since", "expected"), [("0", [1, 2, 3, 4]), ("3", [4]), ("4", [])])
def test_since_a_seq(
    client: APIClient, conversation: Conversation, since: str, expected: list[int]
) -> None:
    talk(conversation, 2)

    page = client.get(path(conversation), {"since": since}).json()

    assert seqs(page) == expected
    assert page["total_count"] == 4


def test_since_a_time(client: APIClient, conversation: Conversation) -> None:
    talk(conversation, 2)
    now = timezone.now().replace(microsecond=0)
    for seq in range(1, 5):
        Message.objects.filter(seq=seq).update(created_at=now + timedelta(minutes=seq))
    second = now + timedelta(minutes=2)
    in_india = second.astimezone(timezone.get_fixed_timezone(330))

    for since in (second.isoformat(), f"{second:%Y-%m-%dT%H:%M:%SZ}", in_india.isoformat()):
        assert seqs(client.get(path(conversation), {"since": since}).json()) == [3, 4]
        assert seqs(client.get(f"{path(conversation)}?since={since}").json()) == [3, 4]


def test_since_a_day(client: APIClient, conversation: Conversation) -> None:
    talk(conversation, 1)

    assert seqs(client.get(path(conversation), {"since": "2001-01-01"}).json()) == [1, 2]
    assert seqs(client.get(path(conversation), {"since": "2999-01-01"}).json()) == []


def test_pages_of_later_messages_stay_later(client: APIClient, conversation: Conversation) -> None:
    talk(conversation, 3)
    first = client.get(path(conversation), {"since": 2, "limit": 3}).json()

    assert seqs(first) == [3, 4, 5]
    assert seqs(client.get(first["next"]).json()) == [6]


@pytest.mark.parametrize(
    "since",
    [
        "abc",
        "-1",
        "1.5",
        "1" * 10,
        "20261120170000",
        "٣",
        " ",
        "2026-13-01",
        "2026-11-20T25:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "a\0b",
    ],
)
def test_since_something_else_is_400(
    client: APIClient, conversation: Conversation, since: str
) -> None:
    answer = client.get(path(conversation), {"since": since})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "since"


# From the latest messages back


def test_a_conversation_opens_with_its_latest_messages(
    client: APIClient, conversation: Conversation
) -> None:
    talk(conversation, 75)

    latest = client.get(f"/api/conversations/{conversation.pk}/").json()

    seen = latest["messages"]
    assert [message["seq"] for message in seen] == list(range(101, 151))
    url = latest["previous_messages"]
    while url:
        page = client.get(url).json()
        seen = page["results"] + seen
        url = page["previous"]
    assert [message["content"] for message in seen] == list(
        Message.objects.order_by("seq").values_list("content", flat=True)
    )


@pytest.mark.parametrize("turns", [0, 1, 25])
def test_nothing_comes_before_the_first_message(
    client: APIClient, conversation: Conversation, turns: int
) -> None:
    talk(conversation, turns)

    body = client.get(f"/api/conversations/{conversation.pk}/").json()

    assert len(body["messages"]) == 2 * turns
    assert body["previous_messages"] is None
