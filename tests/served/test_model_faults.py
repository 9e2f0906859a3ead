"""A model that fails, asked by a real server process for many users at once."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import httpx2
import pytest

from accounts.models import User
from conversations.models import Message, Turn
from tests.chat.faults import FAULTS
from tests.factories import UserFactory
from tests.fakes import Answer
from tests.fakes.answers import hangs, says
from tests.fakes.asking import KEY as API_KEY
from tests.fakes.prompts import words_of
from tests.served.conftest import served
from tests.served.processes import Model, Mortal, client_of, until

KEY = {"Idempotency-Key": "key-1"}


@pytest.fixture(scope="module")
def shared_impatient(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    others = {"AGENT_CALL_DEADLINE": "4", "AGENT_MAX_TOKENS": "0", "OPENAI_API_KEY": API_KEY}
    with served(shared_model, **others) as server:
        yield server


@pytest.fixture
def impatient(transactional_db: None, shared_impatient: Mortal) -> Mortal:
    """A server that gives the model four seconds."""
    return shared_impatient


def say(server: Mortal, user: User, text: str) -> httpx2.Response:
    with client_of(server, user) as client:
        return client.post("/api/chat/", json={"message": text}, headers=KEY)


def asked(body: dict[str, Any]) -> str:
    text: str = words_of(body["messages"][-1])
    return text


def test_of_all_faults_at_once_each_is_the_problem_of_its_own_user(
    impatient: Mortal, model: Model, threads: ThreadPoolExecutor
) -> None:
    recovered = Event()

    def fails_as_told(body: dict[str, Any]) -> Answer:
        text = asked(body)
        if text in FAULTS and not recovered.is_set():
            return FAULTS[text].answer
        return says("You said: ", text)

    model.begin(answer_of=fails_as_told)
    texts = [*FAULTS, *(f"hello {number}" for number in range(8))]
    users = [UserFactory() for _ in texts]

    def all_say() -> dict[str, httpx2.Response]:
        return dict(zip(texts, threads.map(say, [impatient] * 50, users, texts), strict=True))

    failed = all_say()
    hits = Counter(asked(request.body) for request in model.requests)
    recovered.set()
    again = all_say()

    for text, fault in FAULTS.items():
        problem = failed[text].json()
        assert (failed[text].status_code, problem["code"]) == (fault.status, fault.code), text
        assert failed[text].headers["Content-Type"] == "application/problem+json"
        assert problem["user_message"]["content"] == text
        assert problem["assistant_message"]["status"] == "failed"
        assert problem["request_id"] == failed[text].headers["X-Request-ID"]
        assert hits[text] == fault.hits, text
    for text in texts:
        assert (again[text].status_code, again[text].json()["warning"]) == (200, None), text
        assert again[text].json()["assistant_message"]["content"] == f"You said: {text}"
        assert ("Idempotency-Replayed" in again[text].headers) == (text not in FAULTS)
    assert Message.objects.count() == 2 * Turn.objects.count() == 2 * len(texts)
    attempts = Turn.objects.filter(status=Turn.Status.COMPLETED).values_list("attempt", flat=True)
    assert Counter(attempts) == {2: len(FAULTS), 1: 8}
    told = [(impatient.folder / "log").read_text(), *(answer.text for answer in failed.values())]
    for secret in (API_KEY, "quota", "provider.example", "Traceback"):
        assert not any(secret in text for text in told)
    errors = [line for line in told[0].splitlines() if line.startswith("ERROR agent")]
    codes = [fault.code for fault in FAULTS.values()]
    assert len(errors) == codes.count("llm_misconfigured")


def test_while_some_wait_for_a_silent_model_others_are_answered(
    impatient: Mortal, model: Model, threads: ThreadPoolExecutor
) -> None:
    model.begin(answer_of=lambda body: hangs if asked(body) == "hang" else says("Hello."))
    waiting, other = [UserFactory() for _ in range(12)], UserFactory()

    hanging = [threads.submit(say, impatient, user, "hang") for user in waiting]
    until(lambda: model.hits == len(waiting))
    with client_of(impatient, other) as client:
        others = [client.post("/api/chat/", json={"message": "hello"}) for _ in range(3)]
        others += [client.get("/api/conversations/"), client.get("/health/ready/")]
    assert not any(each.done() for each in hanging)

    assert [answer.status_code for answer in others] == [200] * 5
    for each in hanging:
        answer = each.result()
        assert (answer.status_code, answer.json()["code"]) == (504, "llm_timeout")
    assert Turn.objects.filter(error_code="llm_timeout").count() == len(waiting)
