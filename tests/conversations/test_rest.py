"""Conversations over REST: listed, made, renamed, deleted and brought back."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

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


# The list


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


# Making one


def test_a_new_conversation_is_empty_and_has_no_title(client: APIClient, user: User) -> None:
    answer = client.post(LIST, {})

    assert answer.status_code == 201
    body = answer.json()
    assert (body["title"], body["message_count"], body["status"]) == ("", 0, "idle")
    assert Conversation.objects.get(pk=body["id"]).user == user


def test_its_title_comes_from_the_first_message(client: APIClient) -> None:
    conversation = Conversation.objects.get(pk=client.post(LIST, {}).json()["id"])

    say(conversation, "  Please\n remind me of\tall " + "very " * 20)

    title = client.get(path(conversation)).json()["title"]
    assert title == "Please remind me of all very very very very very v"
    assert len(title) == 50


def test_a_title_of_the_users_own_stays(client: APIClient) -> None:
    conversation = Conversation.objects.get(pk=client.post(LIST, {"title": "Home"}).json()["id"])

    say(conversation, "Hello")

    assert client.get(path(conversation)).json()["title"] == "Home"


BAD_TITLES = [
    ("x" * 201, "max_length"),
    ("", "blank"),
    (" \n ", "blank"),
    (None, "null"),
    (5, "invalid"),
    (["x"], "invalid"),
    ("a\0b", "null_characters_not_allowed"),
    ("a\ud800b", "surrogate_characters_not_allowed"),
]


@pytest.mark.parametrize("method", ["post", "put", "patch"])
@pytest.mark.parametrize(("title", "code"), BAD_TITLES)
def test_a_bad_title_is_400_and_nothing_changes(
    client: APIClient, user: User, method: str, title: Any, code: str
) -> None:
    conversation = ConversationFactory(user=user, title="Before")
    url = LIST if method == "post" else path(conversation)

    body = json.dumps({"title": title})
    answer = getattr(client, method)(url, body, content_type="application/json")

    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("title", code)]
    assert Conversation.objects.get().title == "Before"


@pytest.mark.parametrize("title", ["x" * 200, "語" * 200, "👩‍👩‍👧‍👦 day", "‮RTL", "e\u0301"])
def test_a_title_is_kept_to_the_letter(client: APIClient, title: str) -> None:
    made = client.post(LIST, {"title": title}).json()

    assert made["title"] == title
    assert Conversation.objects.get().title == title


# Reading, renaming


@pytest.mark.parametrize("count", [1, 60])
def test_a_conversation_is_three_queries(
    client: APIClient, user: User, count: int, django_assert_num_queries: CountQueries
) -> None:
    conversation = ConversationFactory(user=user)
    for _ in range(count):
        say(conversation, "Hello")

    with django_assert_num_queries(AUTHENTICATION + 3):
        answer = client.get(path(conversation))

    assert len(answer.json()["messages"]) == min(2 * count, 50)


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_conversation_is_renamed(client: APIClient, user: User, method: str) -> None:
    conversation = ConversationFactory(user=user, title="Before")

    answer = getattr(client, method)(path(conversation), {"title": "  After "})

    assert answer.status_code == 200
    assert answer.json()["title"] == "After"
    assert Conversation.objects.get().title == "After"


def test_what_a_client_may_not_write_is_ignored(
    client: APIClient, user: User, stranger: User
) -> None:
    conversation = ConversationFactory(user=user, title="Before")
    before = Conversation.objects.values().get()
    others = {
        "id": str(uuid4()),
        "user": stranger.pk,
        "user_id": stranger.pk,
        "created_at": "2001-01-01T00:00:00Z",
        "deleted_at": "2001-01-01T00:00:00Z",
        "message_count": 9,
        "is_staff": True,
        "turn": 1,
    }

    for method in (client.patch, client.put):
        assert method(path(conversation), {"title": "After", **others}).status_code == 200
    assert client.patch(path(conversation), others).status_code == 200

    after = Conversation.objects.values().get()
    assert after == {**before, "title": "After", "updated_at": after["updated_at"]}


@pytest.mark.parametrize("body", [{}, [], None])
def test_a_patch_that_names_nothing_is_400(client: APIClient, user: User, body: Any) -> None:
    conversation = ConversationFactory(user=user, title="Before")

    answer = client.patch(path(conversation), body)

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


def test_a_put_needs_a_title(client: APIClient, user: User) -> None:
    answer = client.put(path(ConversationFactory(user=user)), {})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == "required"


# Deleting, and bringing back


def test_a_deleted_conversation_is_out_of_sight_everywhere(client: APIClient, user: User) -> None:
    conversation = ConversationFactory(user=user, title="Secret")
    say(conversation, "Hello")

    answer = client.delete(path(conversation))

    assert answer.status_code == 204
    assert answer.content == b""
    assert titles(client.get(LIST)) == []
    assert titles(client.get(LIST, {"search": "secret"})) == []
    assert client.get(path(conversation)).status_code == 404
    assert client.get(path(conversation, "messages/")).status_code == 404
    assert client.get(path(conversation, "export/")).status_code == 404
    assert client.patch(path(conversation), {"title": "x"}).status_code == 404
    assert client.delete(path(conversation)).status_code == 404


def test_a_deleted_conversation_comes_back_as_it_was(client: APIClient, user: User) -> None:
    conversation = ConversationFactory(user=user)
    say(conversation, "Hello")
    before = client.get(path(conversation)).json()
    client.delete(path(conversation))

    answer = client.post(path(conversation, "restore/"))

    assert answer.status_code == 200
    assert answer.json()["id"] == str(conversation.pk)
    assert client.get(path(conversation)).json() == before


def test_restoring_what_is_not_deleted_changes_nothing(client: APIClient, user: User) -> None:
    conversation = ConversationFactory(user=user)
    before = Conversation.objects.values().get()

    assert client.post(path(conversation, "restore/")).status_code == 200

    assert Conversation.objects.values().get() == before
