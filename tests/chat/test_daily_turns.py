"""The messages of a day, as whoever sends them is told."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import LLMUnavailable
from conversations.models import Conversation, Turn, TurnCount
from tests.conftest import Plays, SignIn

pytestmark = pytest.mark.django_db(transaction=True)

KEY = {"Idempotency-Key": "key-1"}


@pytest.fixture(autouse=True)
def evening(time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 11, 20, 18, 47, 20, tzinfo=UTC), tick=False)


@pytest.fixture(autouse=True)
def two_a_day(settings: Settings) -> None:
    settings.AGENT_DAILY_TURNS = 2


def say(client: APIClient, text: str = "Hi", **more: Any) -> Any:
    return client.post("/api/chat/", {"message": text, **more.pop("body", {})}, **more)


@pytest.mark.parametrize("body", [{}, {"stream": True}], ids=["whole", "stream"])
def test_past_the_last_one_it_is_429_and_says_when_there_are_more(
    client: APIClient, stranger_client: APIClient, plays: Plays, body: dict[str, Any]
) -> None:
    llm = plays(*[["Hello."]] * 3)
    assert [say(client).status_code for _ in range(2)] == [200, 200]

    refused = say(client, body=body)

    assert refused.status_code == 429
    assert refused["Content-Type"] == "application/problem+json"
    assert refused["Retry-After"] == str(5 * 3600 + 12 * 60 + 40)
    problem = refused.json()
    assert problem["code"] == "throttled"
    assert problem["detail"].replace("\xa0", " ") == (
        "You have sent all your messages of today (2); a day ends at 00:00 UTC. "
        "Try again in 5 hours, 13 minutes."
    )
    assert len(llm.prompts) == Turn.objects.count() == Conversation.objects.count() == 2
    assert say(stranger_client).status_code == 200


def test_a_second_before_midnight_it_is_a_second(
    user: User, sign_in: SignIn, plays: Plays, time_machine: Any
) -> None:
    plays(["Hello."], ["Hello."], ["Hello."])
    time_machine.move_to(datetime(2026, 11, 20, 23, 59, 59, 400_000, tzinfo=UTC), tick=False)
    client = sign_in(user)
    say(client)
    say(client)

    refused = say(client)
    time_machine.shift(int(refused["Retry-After"]))

    assert refused["Retry-After"] == "1"
    assert "in 1 second." in refused.json()["detail"]
    assert say(client).status_code == 200


def test_an_answer_that_is_given_again_is_not_counted(client: APIClient, plays: Plays) -> None:
    plays(["Hello."], ["Hello."])
    for _ in range(4):
        assert say(client, headers=KEY).status_code == 200
    assert TurnCount.objects.get().turns == 1

    assert say(client).status_code == 200

    assert say(client).status_code == 429
    assert say(client, headers=KEY).status_code == 200


def test_a_turn_that_is_tried_again_is_not_counted_either(client: APIClient, plays: Plays) -> None:
    plays([LLMUnavailable()], ["Hello."], ["Here I am."])
    assert say(client, headers=KEY).status_code == 503
    assert say(client).status_code == 200
    assert say(client).status_code == 429

    again = say(client, headers=KEY)

    assert again.status_code == 200
    assert again.json()["assistant_message"]["content"] == "Here I am."
    assert TurnCount.objects.get().turns == 2


def test_what_is_refused_is_not_counted(
    client: APIClient, plays: Plays, settings: Settings
) -> None:
    plays(["Hello."])
    say(client)
    settings.CHAT_RATE = "0/m"
    assert say(client).status_code == 429
    settings.CHAT_RATE = "20/m"
    assert say(client, "").status_code == 400
    unknown = "0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55"
    assert say(client, body={"conversation_id": unknown}).status_code == 404

    assert TurnCount.objects.get().turns == 1


def test_a_key_that_was_refused_is_good_on_the_next_day(
    user: User, sign_in: SignIn, plays: Plays, time_machine: Any
) -> None:
    plays(*[["Hello."]] * 3)
    client = sign_in(user)
    say(client)
    say(client)
    refused = say(client, headers=KEY)

    time_machine.shift(int(refused["Retry-After"]))

    answer = say(sign_in(user), headers=KEY)
    assert answer.status_code == 200
    assert "Idempotency-Replayed" not in answer.headers


def test_with_0_there_is_no_end(client: APIClient, plays: Plays, settings: Settings) -> None:
    settings.AGENT_DAILY_TURNS = 0
    plays(*[["Hello."]] * 5)

    assert [say(client).status_code for _ in range(5)] == [200] * 5
