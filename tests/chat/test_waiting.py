"""One open turn per conversation: the next message waits for it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import Message
from conversations.models import Conversation, Turn
from tests.conftest import Plays, SignIn
from tests.factories import LEASE

pytestmark = pytest.mark.django_db(transaction=True)

KEY = {"Idempotency-Key": "key-1"}


def say(client: APIClient, url: str, text: str):
    answer = client.post(url, {"content": text})
    connection.close()
    return answer


def test_a_busy_conversation_is_409_and_keeps_nothing(
    client: APIClient, user: User, plays: Plays, settings: Settings
) -> None:
    settings.TURN_WAIT_SECONDS = 0.3
    plays(["Second answer."])
    conversation = Conversation(user=user)
    first = conversation.begin_turn("first", LEASE)
    url = f"/api/conversations/{conversation.pk}"

    answer = client.post(f"{url}/messages/", {"content": "second"}, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (409, "conversation_busy")
    assert int(answer["Retry-After"]) >= 1
    assert conversation.messages.count() == 2
    assert client.get(f"{url}/").json()["status"] == "busy"

    first.finish(Turn.Status.COMPLETED, "First answer.")
    again = client.post(f"{url}/messages/", {"content": "second"}, headers=KEY)

    assert again.status_code == 201
    assert "Idempotency-Replayed" not in again.headers
    assert [row.seq for row in conversation.messages.order_by("seq")] == [1, 2, 3, 4]


def test_a_message_waits_for_the_one_before_it(user: User, sign_in: SignIn, plays: Plays) -> None:
    thinking, go_on = Event(), Event()

    def slowly(prompt: list[Message]) -> list[str]:
        thinking.set()
        go_on.wait(10)
        return ["First answer."]

    plays(slowly, ["Second answer."])
    conversation = Conversation.objects.create(user=user)
    url = f"/api/conversations/{conversation.pk}/messages/"

    with ThreadPoolExecutor() as threads:
        first = threads.submit(say, sign_in(user), url, "first")
        assert thinking.wait(10)
        second = threads.submit(say, sign_in(user), url, "second")
        go_on.set()
        assert (first.result().status_code, second.result().status_code) == (201, 201)

    said = conversation.messages.order_by("seq").values_list("seq", "content")
    assert list(said) == [
        (1, "first"),
        (2, "First answer."),
        (3, "second"),
        (4, "Second answer."),
    ]


def test_a_conversation_that_is_deleted_while_a_message_waits_is_404(
    user: User, sign_in: SignIn, plays: Plays
) -> None:
    plays()
    conversation = Conversation(user=user)
    conversation.begin_turn("first", LEASE)
    url = f"/api/conversations/{conversation.pk}/messages/"

    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(say, sign_in(user), url, "second")
        sign_in(user).delete(f"/api/conversations/{conversation.pk}/")

    assert waiting.result().status_code == 404
