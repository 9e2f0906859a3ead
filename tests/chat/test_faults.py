"""What a user sees when the model's server fails: over HTTP on both sides."""

import json
import logging
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from time import monotonic
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Message, Turn
from tests.chat.conftest import Connects
from tests.chat.faults import FAULTS, WORDS
from tests.chat.streams import read
from tests.conftest import SignIn
from tests.fakes import Answer
from tests.fakes.answers import fails, hangs, says
from tests.fakes.asking import KEY as API_KEY
from tests.fakes.asking import remote
from tests.fakes.prompts import words_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

DEADLINE = 1.5
KEY = {"Idempotency-Key": "key-1"}


@pytest.fixture
def logs(caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """All that was logged, down to the debugging of the libraries below the model."""
    caplog.set_level(logging.INFO)
    return lambda: caplog.text


def say(client: APIClient, text: str = "milk", **body: object) -> Any:
    return client.post("/api/chat/", {"message": text, **body}, headers=KEY)


def assert_nothing_is_told(*told: str) -> None:
    for text in told:
        for secret in (API_KEY, "wallet", "provider.example", "127.0.0.1", "Traceback"):
            assert secret not in text


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_a_problem_that_keeps_the_words_and_can_be_tried_again(
    client: APIClient, connects: Connects, logs: Callable[[], str], name: str
) -> None:
    fault = FAULTS[name]
    server = connects(*[fault.answer] * fault.hits, says("Milk it is."))
    began = monotonic()

    failed = say(client)

    assert monotonic() - began < DEADLINE + 1
    assert (failed.status_code, failed.json()["code"]) == (fault.status, fault.code)
    assert failed["Content-Type"] == "application/problem+json"
    assert failed.json()["request_id"]
    assert failed.json()["user_message"]["content"] == "milk"
    assert failed.json()["assistant_message"]["status"] == "failed"
    assert server.hits == fault.hits
    turn = Turn.objects.get()
    assert (turn.status, turn.error_code) == ("failed", fault.code)
    assert_nothing_is_told(failed.content.decode(), logs())

    again = say(client)

    assert again.status_code == 200, again.content
    assert again.json()["assistant_message"]["content"] == "Milk it is."
    assert Message.objects.filter(role="user").count() == 1
    assert Turn.objects.get().status == "completed"
    assert server.refused == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_the_last_event_of_a_stream(
    client: APIClient, connects: Connects, logs: Callable[[], str], name: str
) -> None:
    fault = FAULTS[name]
    connects(*[fault.answer] * fault.hits, says("Milk it is."))

    failed = read(say(client, stream=True))
    again = read(say(client, stream=True))

    assert failed[-1].name == "turn.failed"
    assert failed[-1].data["error"]["code"] == fault.code
    assert_nothing_is_told(json.dumps([told.data for told in failed]), logs())
    assert again[-1].name == "turn.completed"
    assert again[-1].data["assistant_message"]["content"] == "Milk it is."
    assert Message.objects.count() == 2


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_is_one_error_in_the_log(
    client: APIClient, connects: Connects, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    connects(fails(status, words=WORDS))

    answer = say(client)

    assert "Retry-After" not in answer.headers
    errors = [record for record in caplog.records if record.levelno >= logging.ERROR]
    ours = [record.name for record in errors if record.name != "django.request"]
    assert ours == ["agent.remote.model"]


def test_a_short_retry_after_is_waited_for(client: APIClient, connects: Connects) -> None:
    server = connects(fails(429, retry_after=1), says("Here."), deadline=5)

    assert say(client).status_code == 200
    assert server.hits == 2


def test_a_long_retry_after_is_told_at_once(client: APIClient, connects: Connects) -> None:
    server = connects(fails(429, retry_after=3600), says("Never said."))
    began = monotonic()

    answer = say(client)

    assert monotonic() - began < 1
    assert (answer.status_code, answer["Retry-After"]) == (503, "120")
    assert server.hits == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "no-such-host.invalid"], ids=["refused", "no DNS"])
def test_a_server_that_is_not_there_is_503_until_it_is(
    client: APIClient,
    connects: Connects,
    monkeypatch: pytest.MonkeyPatch,
    logs: Callable[[], str],
    host: str,
) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        with closing(remote(f"http://{host}:{silent.getsockname()[1]}/v1", deadline=10)) as llm:
            monkeypatch.setattr("chat.turns.chosen_llm", lambda: llm)
            failed = say(client)

    assert (failed.status_code, failed.json()["code"]) == (503, "llm_unavailable")
    assert logs().count("the model gave no answer") == 2
    assert Turn.objects.get().status == "failed"
    assert_nothing_is_told(failed.content.decode(), logs())
    assert "no-such-host" not in failed.content.decode() + logs()

    connects(says("Milk it is."))
    assert say(client).status_code == 200
    assert [row.content for row in Message.objects.order_by("seq")] == ["milk", "Milk it is."]


def test_while_one_user_waits_for_the_deadline_others_are_answered(
    sign_in: SignIn, user: User, stranger: User, connects: Connects
) -> None:
    def by_user(body: dict[str, Any]) -> Answer:
        return hangs if words_of(body["messages"][-1]) == "hang" else says("Hello.")

    server = connects(answer_of=by_user, deadline=3)

    def post(whose: User, text: str) -> tuple[int, float]:
        began = monotonic()
        answer = sign_in(whose).post("/api/chat/", {"message": text})
        connection.close()
        return answer.status_code, monotonic() - began

    with ThreadPoolExecutor() as threads:
        hanging = threads.submit(post, user, "hang")
        while not server.hits:
            assert not hanging.done()
        others = [post(stranger, "hello") for _ in range(3)]
        status, seconds = hanging.result()

    assert status == 504
    assert abs(seconds - 3) < 1
    assert [status for status, _ in others] == [200] * 3
    assert max(seconds for _, seconds in others) < 1
