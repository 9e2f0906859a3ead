"""AGENT_MODELS over HTTP: where one model fails, the next goes on, and it is told."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from chat.watch import watch
from conversations.models import ToolCall, Turn
from tests.chat.conftest import Chains
from tests.chat.streams import read
from tests.conftest import SignIn
from tests.fakes import Answer, call, validate_messages
from tests.fakes.answers import (
    asks,
    cuts,
    drips,
    event,
    fails,
    hangs,
    page,
    plain,
    resets,
    says,
    stream,
)
from tests.fakes.providers import DeepSeek, Gemini, OpenRouter, Provider
from tests.served.processes import until
from todos.models import Task

pytestmark = pytest.mark.django_db(transaction=True)

MILK, BREAD = call("create_task", title="Milk"), call("create_task", title="Bread")
FAULTS = {
    "401": fails(401),
    "404 model": fails(404),
    "429 for an hour": fails(429, retry_after=3600),
    "500": fails(500),
    "no answer": hangs,
    "hung up": cuts,
    "reset": resets,
    "200 HTML": page(),
    "an error in the stream": stream({"error": {"message": "overloaded", "code": 529}}),
    "no word": stream(event({"role": "assistant", "content": "\n"}), done=False),
}


def say(client: APIClient, text: str = "add milk", **body: object) -> Any:
    return client.post("/api/chat/", {"message": text, **body})


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_the_next_model_answers_and_it_is_told(
    client: APIClient, chains: Chains, fault: Answer
) -> None:
    _, second = chains(fault, [asks(MILK), says("Milk it is.")])

    answer = say(client)

    body = answer.json()
    assert (answer.status_code, body["degraded"]) == (200, True)
    assert body["warning"] == "The usual language model gave no answer; another one answered."
    assert body["assistant_message"]["content"].strip() == "Milk it is."
    assert (Task.objects.count(), second.hits, second.refused) == (1, 2, [])
    assert ToolCall.objects.get().model == "scripted-1"


def test_a_chain_whose_first_model_answers_is_not_degraded(
    client: APIClient, chains: Chains
) -> None:
    _, second = chains([asks(MILK), says("Milk it is.")], hangs, built_in=True)

    body = say(client).json()

    assert (body["degraded"], body["warning"], second.hits) == (False, None, 0)


def test_the_record_tells_which_model_did_what(client: APIClient, chains: Chains) -> None:
    chains([asks(MILK), fails(500), fails(500)], fails(403), built_in=True)

    body = say(client).json()

    assert body["degraded"]
    assert "Milk" in body["assistant_message"]["content"]
    assert Task.objects.count() == 1
    assert ToolCall.objects.get().model == "scripted-1"
    assert Turn.objects.get().model == "built-in"


def test_the_built_in_assistant_is_the_last(client: APIClient, chains: Chains) -> None:
    chains(fails(500), hangs, built_in=True)

    body = say(client).json()

    assert body["degraded"]
    assert "built-in assistant" in body["warning"]
    assert body["assistant_message"]["model"] == "built-in"
    assert Task.objects.count() == 1
    assert ToolCall.objects.get().model == "built-in"


def test_a_later_step_stays_with_the_model_that_went_on(client: APIClient, chains: Chains) -> None:
    first, second = chains(
        [asks(MILK), fails(500), fails(500), says("Never asked for.")],
        [asks(BREAD), says("Both are there.")],
    )

    body = say(client, "milk and bread").json()

    assert (first.hits, second.hits, Task.objects.count()) == (3, 2, 2)
    assert body["assistant_message"]["content"] == "Both are there."
    assert body["degraded"]
    assert first.refused + second.refused == []


@pytest.mark.parametrize("kind", [Gemini, DeepSeek, OpenRouter])
@pytest.mark.parametrize("other", [Gemini, DeepSeek, OpenRouter])
def test_another_model_gets_nothing_of_what_the_first_gave_and_its_own_back(
    client: APIClient, chains: Chains, kind: type[Provider], other: type[Provider]
) -> None:
    first, second = kind(), other()

    def rule(messages: Any) -> str | None:
        """Of the first one's step the plain form; behind it, what the second gave."""
        calls = [place for place, each in enumerate(messages) if "tool_calls" in each]
        plain = messages[: calls[2]] if len(calls) > 2 else messages
        if fault := validate_messages(plain):
            return fault
        return second.fault_of([*messages[:2], *messages[len(plain) :]])

    _, server = chains(
        [first.asks(MILK, BREAD), fails(401)],
        [second.asks(call("list_tasks")), says("Both are there.")],
        rules=[first.fault_of, rule],
    )

    answer = say(client, "milk and bread")

    assert (answer.status_code, server.refused) == (200, [])
    assert answer.json()["assistant_message"]["content"] == "Both are there."
    assert Task.objects.count() == 2


@pytest.mark.parametrize("silent", [drips(), hangs], ids=["drips", "hangs"])
def test_the_built_in_assistant_answers_within_the_time_of_the_turn(
    client: APIClient, chains: Chains, settings: Settings, silent: Answer
) -> None:
    settings.AGENT_TURN_DEADLINE = 4.0
    first, second = chains(silent, [says("Never said.")], built_in=True, deadline=60)

    body = say(client).json()

    assert (first.hits, second.hits) == (1, 0)
    assert (body["degraded"], body["assistant_message"]["model"]) == (True, "built-in")
    assert Task.objects.count() == 1


@pytest.mark.parametrize("streamed", [False, True])
def test_no_other_model_goes_on_in_the_middle_of_a_sentence(
    client: APIClient, chains: Chains, streamed: bool
) -> None:
    _, second = chains([stream(event({"content": "I have"}), done=False)], [says("Never said.")])

    answer = say(client, stream=streamed)
    told = read(answer)[-1].data["error"] if streamed else answer.json()

    assert (second.hits, told["code"]) == (0, "llm_unavailable")
    turn = Turn.objects.get()
    assert (turn.status, turn.reply.content) == ("failed", "I have")


def test_the_built_in_assistant_goes_on_after_words_in_a_paragraph_of_its_own(
    client: APIClient, chains: Chains
) -> None:
    _, second = chains(
        [stream(event({"content": "I have"}), done=False)], [says("Never said.")], built_in=True
    )

    events = read(say(client, stream=True))

    assert (second.hits, events[-1].name) == (0, "turn.completed")
    reply = events[-1].data["assistant_message"]
    assert reply["content"].startswith("I have\n\n")
    assert "\n\n\n" not in reply["content"]
    assert reply["content"] == "".join(
        each.data["text"] for each in events if each.name == "message.delta"
    )
    assert Task.objects.count() == 1


def test_where_all_fail_it_is_told_when_the_first_of_them_may_be_back(
    client: APIClient, chains: Chains
) -> None:
    chains(fails(429, retry_after=100), fails(503, retry_after=40), fails(401))

    answer = say(client)

    assert (answer.status_code, answer.json()["code"]) == (503, "llm_misconfigured")
    assert answer["Retry-After"] == "40"
    assert answer.json()["user_message"]["content"] == "add milk"


def test_a_model_that_fails_again_and_again_is_left_alone(
    client: APIClient, chains: Chains, caplog: pytest.LogCaptureFixture
) -> None:
    first, _ = chains(fails(401), says("Here."))

    answers = [say(client, f"hello {n}").json() for n in range(6)]

    assert {answer["assistant_message"]["content"] for answer in answers} == {"Here."}
    assert all(answer["degraded"] for answer in answers)
    assert first.hits == 3
    opened = [each.message for each in caplog.records if "left alone" in each.message]
    assert opened == ["endpoint 1 is left alone for a while: llm_misconfigured"]


@pytest.mark.parametrize("code", ["content_filter", "context_length_exceeded"])
def test_what_is_refused_for_its_words_or_length_is_no_fault_of_the_model(
    client: APIClient, chains: Chains, code: str
) -> None:
    refused = plain({"error": {"code": code, "message": code}}, 400)
    first, _ = chains(refused, says("Here."))

    answers = [say(client, f"hello {n}").json()["assistant_message"] for n in range(5)]

    assert {answer["content"] for answer in answers} == {"Here."}
    assert first.hits >= 5


def test_where_all_are_left_alone_nobody_waits_and_it_is_told_until_when(
    client: APIClient, chains: Chains
) -> None:
    servers = chains(fails(401), fails(403))
    for _ in range(3):
        say(client)

    answer = say(client)

    assert (answer.status_code, answer.json()["code"]) == (503, "llm_unavailable")
    assert 20 <= int(answer["Retry-After"]) <= 30
    assert [server.hits for server in servers] == [3, 3]


def test_a_long_pause_that_a_server_asks_for_is_not_waited_for_where_another_can_go_on(
    client: APIClient, chains: Chains
) -> None:
    first, _ = chains(fails(429, retry_after=5), says("Here."), deadline=60, longest_pause=1)

    assert say(client).json()["assistant_message"]["content"] == "Here."
    assert first.hits == 1


def test_who_stops_a_turn_between_two_models_is_heard(
    client: APIClient, chains: Chains, caplog: pytest.LogCaptureFixture
) -> None:
    def stops(exchange: Any) -> None:
        Turn.objects.get().conversation.cancel()
        connection.close()
        (turn,) = watch._turns.values()
        until(lambda: not turn.is_wanted)
        fails(401)(exchange)

    _, second = chains(stops, [says("Never said.")])

    answer = say(client)

    assert answer.json()["assistant_message"]["status"] == "cancelled"
    assert second.hits == 0


def test_nothing_of_an_endpoint_is_in_answers_and_logs(
    client: APIClient, chains: Chains, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    chains(fails(401, words="sk-secret"), fails(403, words="sk-secret"))

    told = say(client).content.decode() + caplog.text

    assert [secret for secret in ("sk-secret", "127.0.0.1", "http://") if secret in told] == []


def test_64_turns_at_once_over_a_dead_and_a_flapping_model_are_all_answered(
    sign_in: SignIn, chains: Chains, django_user_model: type[User]
) -> None:
    flapping = [fails(500), says("Here.")] * 200
    dead, _ = chains(fails(500), flapping, built_in=True)
    users = [django_user_model.objects.create_user(f"u{n}", password="x") for n in range(16)]

    def post(user: User) -> list[int]:
        statuses = [say(sign_in(user), "hello").status_code for _ in range(4)]
        connection.close()
        return statuses

    with ThreadPoolExecutor(16) as threads:
        statuses = [status for each in threads.map(post, users) for status in each]

    assert statuses == [200] * 64
    assert dead.hits < 64
    assert set(Turn.objects.values_list("status", "degraded")) == {("completed", True)}
