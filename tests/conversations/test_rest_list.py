"""The list of conversations over REST."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.factories import LEASE, ConversationFactory, say

LIST = "/api/conversations/"
AUTHENTICATION = 1

CountQueries = Callable[[int], Any]


def path(conversation: Conversation, rest: str = "") -> str:
    return f"{LIST}{conversation.pk}/{rest}"


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [row["title"] for row in answer.json()["results"]]


def test_the_latest_activity_comes_first(client: APIClient, user: User) -> None:
    old, new = ConversationFactory(user=user, title="old"), ConversationFactory(user=user)
    Conversation.objects.filter(pk=new.pk).update(title="new")
    assert titles(client.get(LIST)) == ["new", "old"]

    say(old, "Are you there?")

    assert titles(client.get(LIST)) == ["old", "new"]


def test_a_row_of_the_list_has_all_that_a_side_bar_needs(client: APIClient, user: User) -> None:
    conversation = Conversation(user=user)
    say(conversation, "Remind me of the milk", "Added “Milk”.")

    (row,) = client.get(LIST).json()["results"]

    assert row == {
        "id": str(conversation.pk),
        "title": "Remind me of the milk",
        "created_at": conversation.created_at.isoformat().replace("+00:00", "Z"),
        "updated_at": conversation.updated_at.isoformat().replace("+00:00", "Z"),
        "message_count": 2,
        "last_message_preview": "Added “Milk”.",
        "status": "idle",
    }


def test_a_conversation_with_an_open_turn_is_busy(client: APIClient, user: User) -> None:
    conversation = Conversation(user=user)
    turn = conversation.begin_turn("Wait for me", LEASE)
    assert client.get(LIST).json()["results"][0]["status"] == "busy"
    assert client.get(path(conversation)).json()["status"] == "busy"

    turn.finish(Turn.Status.COMPLETED, "Done.")

    assert client.get(LIST).json()["results"][0]["status"] == "idle"
    assert client.get(path(conversation)).json()["status"] == "idle"


def test_a_turn_whose_process_died_leaves_no_conversation_busy(
    client: APIClient, user: User
) -> None:
    conversation = Conversation(user=user)
    conversation.begin_turn("Wait for me", -LEASE)

    assert client.get(LIST).json()["results"][0]["status"] == "idle"


@pytest.mark.parametrize("count", [1, 100])
def test_the_list_is_one_query(
    client: APIClient, user: User, count: int, django_assert_num_queries: CountQueries
) -> None:
    for _ in range(count):
        say(ConversationFactory(user=user), "Hello")

    with django_assert_num_queries(AUTHENTICATION + 1):
        answer = client.get(LIST, {"limit": 100})

    assert len(answer.json()["results"]) == count


def test_pages_show_every_conversation_once_though_all_are_equally_old(
    client: APIClient, user: User
) -> None:
    now = timezone.now()
    made = {str(ConversationFactory(user=user, updated_at=now).pk) for _ in range(7)}

    seen, url, pages = [], f"{LIST}?limit=3", 0
    while url:
        page = client.get(url).json()
        seen += [row["id"] for row in page["results"]]
        url, pages = page["next"], pages + 1

    assert pages == 3
    assert len(seen) == 7
    assert set(seen) == made
    assert seen == sorted(seen, reverse=True)


def test_a_page_can_be_turned_back(client: APIClient, user: User) -> None:
    for _ in range(5):
        ConversationFactory(user=user)
    first = client.get(LIST, {"limit": 2}).json()
    assert first["previous"] is None

    second = client.get(first["next"]).json()

    assert client.get(second["previous"]).json()["results"] == first["results"]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "-1"},
        {"limit": "abc"},
        {"limit": "٣"},
        {"limit": ""},
        {"cursor": "garbage"},
        {"cursor": "bnVsbA"},
        {"cursor": "x" * 10_000},
    ],
)
def test_a_bad_limit_or_cursor_is_400(client: APIClient, query: dict[str, str]) -> None:
    answer = client.get(LIST, query)

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"
    assert answer.json()["errors"][0]["field"] == next(iter(query))


def test_a_cursor_of_another_list_is_400(client: APIClient, user: User) -> None:
    conversation = ConversationFactory(user=user)
    say(conversation, "Hello")
    url = client.get(path(conversation, "messages/"), {"limit": 1}).json()["next"]
    cursor = url.partition("cursor=")[2].partition("&")[0]

    assert client.get(LIST, {"cursor": cursor}).status_code == 400
