"""One Idempotency-Key, one turn."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import LLMTimeout, LLMUnavailable
from conversations.models import Conversation, Turn
from tests.conftest import Plays, SignIn
from tests.fakes import call
from todos.models import Task

pytestmark = pytest.mark.django_db(transaction=True)

LEASE = timedelta(seconds=45)
KEY = {"Idempotency-Key": "key-1"}


def test_the_same_key_and_body_get_the_same_answer_again(
    client: APIClient, plays: Plays, settings: Settings
) -> None:
    settings.CHAT_RATE = "1/m"
    llm = plays([call("create_task", title="Milk")], ["Added."])

    first = client.post("/api/chat/", {"message": "milk"}, headers=KEY)
    again = client.post("/api/chat/", {"message": "milk"}, headers=KEY)

    assert (first.status_code, again.status_code) == (200, 200)
    assert again.json() == first.json()
    assert "Idempotency-Replayed" not in first.headers
    assert again["Idempotency-Replayed"] == "true"
    assert len(llm.prompts) == 2
    assert Conversation.objects.count() == Task.objects.count() == 1


def test_the_same_key_with_another_body_is_422(client: APIClient, plays: Plays) -> None:
    plays(["Hi."])
    where = client.post("/api/chat/", {"message": "hi"}, headers=KEY).json()["conversation_id"]

    other_words = client.post("/api/chat/", {"message": "ho"}, headers=KEY)
    other_place = client.post(
        "/api/chat/", {"message": "hi", "conversation_id": where}, headers=KEY
    )

    for answer in (other_words, other_place):
        assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")


def test_a_key_belongs_to_its_user(
    client: APIClient, stranger_client: APIClient, plays: Plays
) -> None:
    plays(["Hi, you."], ["Hi, other."])

    client.post("/api/chat/", {"message": "hi"}, headers=KEY)
    answer = stranger_client.post("/api/chat/", {"message": "hi"}, headers=KEY)

    assert answer.json()["assistant_message"]["content"] == "Hi, other."


@pytest.mark.parametrize("key", ["", "x" * 201, "x" * 256, "two words", "schlüssel", "\t"])
def test_a_key_that_is_none_is_400(client: APIClient, key: str) -> None:
    answer = client.post("/api/chat/", {"message": "hi"}, headers={"Idempotency-Key": key})

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


def test_a_key_that_met_an_error_before_its_turn_is_still_fresh(
    client: APIClient, anonymous: APIClient, plays: Plays, settings: Settings
) -> None:
    plays(["Hi."])
    assert anonymous.post("/api/chat/", {"message": "hi"}, headers=KEY).status_code == 401
    assert client.post("/api/chat/", {"message": ""}, headers=KEY).status_code == 400
    settings.CHAT_RATE = "0/m"
    assert client.post("/api/chat/", {"message": "hi"}, headers=KEY).status_code == 429
    settings.CHAT_RATE = "20/m"

    assert client.post("/api/chat/", {"message": "hi"}, headers=KEY).status_code == 200


def test_a_failed_turn_is_tried_again_and_goes_on_from_its_calls(
    client: APIClient, plays: Plays
) -> None:
    llm = plays(
        [call("create_task", title="Milk")],
        [LLMUnavailable()],
        ["Milk is on the list."],
    )
    failed = client.post("/api/chat/", {"message": "milk"}, headers=KEY)

    again = client.post("/api/chat/", {"message": "milk"}, headers=KEY)

    assert (failed.status_code, again.status_code) == (503, 200)
    assert again.json()["user_message"] == failed.json()["user_message"]
    assert again.json()["assistant_message"]["id"] == failed.json()["assistant_message"]["id"]
    assert again.json()["assistant_message"]["content"] == "Milk is on the list."
    assert again.json()["assistant_message"]["error"] is None
    assert len(again.json()["assistant_message"]["tool_calls"]) == 1
    assert Task.objects.count() == 1
    assert [message["role"] for message in llm.prompts[2]] == [
        "system",
        "user",
        "assistant",
        "tool",
    ]
    assert Turn.objects.get().attempt == 2


def test_after_three_attempts_the_failure_is_the_answer(client: APIClient, plays: Plays) -> None:
    llm = plays(*[[LLMTimeout()]] * 4)

    answers = [client.post("/api/chat/", {"message": "hi"}, headers=KEY) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [504] * 4
    assert answers[3]["Idempotency-Replayed"] == "true"
    assert len(llm.prompts) == 3


def test_a_turn_whose_process_died_is_taken_up_again(
    client: APIClient, user: User, plays: Plays
) -> None:
    llm = plays(["Hi."])
    first = client.post("/api/chat/", {"message": "hi"}, headers=KEY).json()
    died(Turn.objects.get())
    shown = client.get(f"/api/conversations/{first['conversation_id']}/").json()
    assert shown["status"] == "idle"
    assert shown["messages"][1]["status"] == "incomplete"
    assert shown["messages"][1]["error"]["code"] == "interrupted"

    llm.steps.append(["Hi again."])
    again = client.post("/api/chat/", {"message": "hi"}, headers=KEY).json()

    assert again["user_message"]["id"] == first["user_message"]["id"]
    assert again["assistant_message"]["content"] == "Hi again."


def test_a_new_message_settles_a_turn_whose_process_died(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays(["Hi."], ["On we go."])
    where = client.post("/api/chat/", {"message": "hi"}).json()["conversation_id"]
    died(Turn.objects.get())

    answer = client.post("/api/chat/", {"message": "next", "conversation_id": where})

    assert answer.status_code == 200
    assert [turn.status for turn in Turn.objects.order_by("created_at")] == [
        "incomplete",
        "completed",
    ]


def test_while_a_turn_is_open_its_key_says_so(client: APIClient, user: User, plays: Plays) -> None:
    plays(["Hi."])
    client.post("/api/chat/", {"message": "hi"}, headers=KEY)
    open_again(Turn.objects.get())

    answer = client.post("/api/chat/", {"message": "hi"}, headers=KEY)

    assert (answer.status_code, answer.json()["code"]) == (409, "turn_in_progress")
    assert answer.json()["conversation_id"] == str(Conversation.objects.get().pk)
    assert int(answer["Retry-After"]) >= 1


def test_many_identical_requests_at_once_are_one_turn(
    user: User, sign_in: SignIn, plays: Plays
) -> None:
    plays([call("create_task", title="Milk")], ["Added."])
    together = Barrier(8)

    def post(_: int) -> tuple[int, object]:
        client = sign_in(user)
        together.wait(10)
        answer = client.post("/api/chat/", {"message": "milk"}, headers=KEY)
        connection.close()
        return answer.status_code, answer.json()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(post, range(8)))

    assert {status for status, _ in answers} <= {200, 409}
    assert {body["code"] for status, body in answers if status == 409} <= {"turn_in_progress"}
    assert Turn.objects.count() == Conversation.objects.count() == Task.objects.count() == 1
    again = sign_in(user).post("/api/chat/", {"message": "milk"}, headers=KEY)
    assert all(body == again.json() for status, body in answers if status == 200)


def died(turn: Turn) -> None:
    """As if the process had been killed at work, and the lease had run out."""
    open_again(turn, lease=-LEASE)


def open_again(turn: Turn, lease: timedelta = LEASE) -> None:
    expires = turn.finished_at + lease
    Turn.objects.filter(pk=turn.pk).update(
        status="in_progress", finished_at=None, lease_expires_at=expires
    )
