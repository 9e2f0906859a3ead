"""Stop and delete end a turn soon, whatever the model's server does meanwhile; real processes."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, repeat
from time import monotonic
from typing import Any

import httpx2
import pytest

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.factories import ConversationFactory, UserFactory
from tests.fakes import Answer
from tests.fakes.answers import event, fails, hangs, says, stream
from tests.fakes.prompts import words_of
from tests.fakes.server import Exchange
from tests.served.conftest import served
from tests.served.processes import Model, Mortal, client_of, until

pytestmark = pytest.mark.only_on("postgresql")  # it is about the model and its network

SCRIPT = 30.0  # seconds that the model would go on
CALL = {"index": 0, "id": "a", "function": {"name": "create_task", "arguments": '{"title": "'}}


def goes_on(piece: bytes) -> Answer:
    """The same piece of a stream, ten times a second."""

    def answer(exchange: Exchange) -> None:
        give_up = monotonic() + SCRIPT
        while monotonic() < give_up and not exchange.wait(0.1):
            exchange.send(piece)
        exchange.end()

    return answer


def repeats(delta: dict[str, Any], *first: Any) -> Answer:
    piece = b"data: %s\n\n" % json.dumps(event(delta)).encode()
    return stream(*first, done=False, then=goes_on(piece))


def drips_its_head(exchange: Exchange) -> None:
    exchange.raw(chain([b"HTTP/1.1 200 OK\r\nX-Slow: "], repeat(b".")), pause=0.1)


ARGUMENTS = {"tool_calls": [{"index": 0, "function": {"arguments": "milk "}}]}
SLOW = {
    "text": repeats({"content": "milk "}),
    "reasoning": repeats({"reasoning_content": "well, "}),
    "told thinking": repeats({"content": "well, "}, event({"content": "<think>"})),
    "pieces of arguments": repeats(ARGUMENTS, event({"tool_calls": [CALL]})),
    "comments": stream(done=False, then=goes_on(b": OPENROUTER PROCESSING\n\n")),
    "half a line": stream(done=False, then=goes_on(b"data: ")),
    "silence after a word": stream(event({"content": "Hi"}), done=False, then=hangs),
    "silence after its head": stream(done=False, then=hangs),
    "no answer": hangs,
    "a head that drips": drips_its_head,
    "a pause between attempts": fails(429, retry_after=25),
}


@pytest.fixture(scope="module")
def shared_patient(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    patient = {"AGENT_TURN_DEADLINE": "60", "AGENT_FIRST_BYTE_DEADLINE": "60"}
    with served(shared_model, **patient) as server:
        yield server


@pytest.fixture
def patient(transactional_db: None, shared_patient: Mortal) -> Mortal:
    """A server whose own deadlines are longer than the test."""
    return shared_patient


def slow_or_well(body: dict[str, Any]) -> Answer:
    text = words_of([each for each in body["messages"] if each["role"] == "user"][-1])
    return SLOW.get(text, says("Hello."))


def begins(server: Mortal, conversation: Conversation, text: str) -> httpx2.Response:
    with client_of(server, conversation.user) as client:
        return client.post(
            f"/api/conversations/{conversation.pk}/messages/", json={"content": text}
        )


def all_begin(
    server: Mortal, model: Model, threads: ThreadPoolExecutor
) -> tuple[dict[str, Conversation], dict[str, Any]]:
    """A conversation for each kind, and its turn, which has come as far as the model."""
    model.begin(answer_of=slow_or_well)
    users: list[User] = [UserFactory() for _ in SLOW]
    talks = {text: ConversationFactory(user=user) for text, user in zip(SLOW, users, strict=True)}
    turns = {text: threads.submit(begins, server, talk, text) for text, talk in talks.items()}
    until(lambda: model.hits >= len(SLOW))
    assert not any(turn.done() for turn in turns.values())
    return talks, turns


def test_stop_ends_every_turn_soon_and_the_conversation_goes_on(
    patient: Mortal, model: Model, threads: ThreadPoolExecutor
) -> None:
    talks, turns = all_begin(patient, model, threads)
    began = monotonic()
    for talk in talks.values():
        with client_of(patient, talk.user) as client:
            assert client.post(f"/api/conversations/{talk.pk}/cancel/").status_code == 202
    answers = {text: turn.result() for text, turn in turns.items()}

    assert monotonic() - began < SCRIPT / 2
    for text, answer in answers.items():
        assert answer.json()["assistant_message"]["status"] == "cancelled", text
    assert set(Turn.objects.values_list("status", flat=True)) == {"cancelled"}
    after = [begins(patient, talk, "and now?") for talk in talks.values()]
    assert {answer.json()["assistant_message"]["content"] for answer in after} == {"Hello."}


def test_delete_ends_every_turn_soon(
    patient: Mortal, model: Model, threads: ThreadPoolExecutor
) -> None:
    talks, turns = all_begin(patient, model, threads)
    began = monotonic()
    for talk in talks.values():
        with client_of(patient, talk.user) as client:
            assert client.delete(f"/api/conversations/{talk.pk}/").status_code == 204
    for turn in turns.values():
        turn.result()

    assert monotonic() - began < SCRIPT / 2
    assert set(Turn.objects.values_list("status", flat=True)) == {"cancelled"}
