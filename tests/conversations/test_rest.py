"""Conversations over REST: made, read, renamed, deleted and brought back."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.factories import LEASE, ConversationFactory, record_call, say

LIST = "/api/conversations/"
AUTHENTICATION = 1

CountQueries = Callable[[int], Any]


def path(conversation: Conversation, rest: str = "") -> str:
    return f"{LIST}{conversation.pk}/{rest}"


def titles(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.json()
    return [row["title"] for row in answer.json()["results"]]


# Making one


def test_a_new_conversation_is_empty_and_says_when_it_was_begun(
    client: APIClient, user: User
) -> None:
    answer = client.post(LIST, {})

    assert answer.status_code == 201
    body = answer.json()
    assert (body["message_count"], body["status"]) == (0, "idle")
    begun = body["created_at"].replace("T", " ")[: len("2026-11-20 16:04")]
    assert body["title"] == f"Chat - {begun}"
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


def test_null_is_no_title(client: APIClient, user: User) -> None:
    assert client.post(LIST, {"title": None}).json()["title"].startswith("Chat - ")


@pytest.mark.parametrize("method", ["put", "patch"])
def test_a_conversation_is_not_renamed_to_null(client: APIClient, user: User, method: str) -> None:
    answer = getattr(client, method)(path(ConversationFactory(user=user)), {"title": None})

    assert answer.status_code == 400
    assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [("title", "null")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\u2028", "\x85", "\v", " \n\n "])
@pytest.mark.parametrize("method", ["post", "put", "patch"])
def test_a_title_is_one_line(client: APIClient, user: User, method: str, end: str) -> None:
    url = LIST if method == "post" else path(ConversationFactory(user=user))

    answer = getattr(client, method)(url, {"title": f"At{end}home"})

    assert answer.json()["title"] == "At home"


@pytest.mark.parametrize("title", ["x" * 200, "語" * 200, "👩‍👩‍👧‍👦 day", "‮RTL", "e\u0301"])
def test_a_title_is_kept_to_the_letter(client: APIClient, title: str) -> None:
    made = client.post(LIST, {"title": title}).json()

    assert made["title"] == title
    assert Conversation.objects.get().title == title


# Reading, renaming


@pytest.mark.parametrize("count", [1, 60])
def test_a_conversation_is_one_query_and_one_of_tool_calls(
    client: APIClient, user: User, count: int, django_assert_num_queries: CountQueries
) -> None:
    conversation = ConversationFactory(user=user)
    for _ in range(count):
        say(conversation, "Hello")
    turn = conversation.begin_turn("Add Milk", LEASE)
    record_call(turn)
    turn.finish(Turn.Status.COMPLETED, "Done.")

    with django_assert_num_queries(AUTHENTICATION + 2):
        answer = client.get(path(conversation))

    assert len(answer.json()["messages"]) == min(2 * count + 2, 50)


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
    moments = {name: after[name] for name in ("updated_at", "changed_at")}
    assert after == {**before, "title": "After", **moments}


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


def test_a_deleted_conversation_comes_back_as_it_was_but_as_the_latest(
    client: APIClient, user: User
) -> None:
    conversation = ConversationFactory(user=user, title="Old")
    say(conversation, "Hello")
    ConversationFactory(user=user, title="New")
    before = client.get(path(conversation)).json()
    client.delete(path(conversation))

    answer = client.post(path(conversation, "restore/"))

    assert answer.status_code == 200
    assert answer.json()["id"] == str(conversation.pk)
    after = client.get(path(conversation)).json()
    assert after.pop("updated_at") == answer.json()["updated_at"] > before.pop("updated_at")
    assert after == before
    assert titles(client.get(LIST)) == ["Old", "New"]


def test_restoring_what_is_not_deleted_changes_nothing(client: APIClient, user: User) -> None:
    conversation = ConversationFactory(user=user)
    before = Conversation.objects.values().get()

    assert client.post(path(conversation, "restore/")).status_code == 200

    assert Conversation.objects.values().get() == before
