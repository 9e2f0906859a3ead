"""A model that fails, asked by a real server process for many users at once."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import takewhile
from threading import Event
from typing import Any, NamedTuple

import httpx2
import pytest

from accounts.models import User
from conversations.models import Message, ToolCall, Turn
from tests.chat.faults import FAULTS, WITHIN, Fault
from tests.factories import UserFactory
from tests.fakes import Answer, call
from tests.fakes.answers import asks, fails, hangs, says
from tests.fakes.asking import KEY as API_KEY
from tests.fakes.prompts import words_of
from tests.served.conftest import served
from tests.served.processes import Model, Mortal, client_of, until
from todos.models import Task

# Those of tests/chat/test_faults.py are on SQLite.
pytestmark = pytest.mark.only_on("postgresql")


@pytest.fixture(scope="module")
def shared_impatient(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    others = {"AGENT_CALL_DEADLINE": "6", "AGENT_MAX_TOKENS": "0", "OPENAI_API_KEY": API_KEY}
    with served(shared_model, **others) as server:
        yield server


@pytest.fixture
def impatient(transactional_db: None, shared_impatient: Mortal) -> Mortal:
    """A server that gives the model six seconds."""
    return shared_impatient


def say(
    server: Mortal, user: User, text: str, more: dict[str, Any] | None = None
) -> httpx2.Response:
    """Under a key that is always the same for the same words."""
    key = {"Idempotency-Key": sha256(text.encode()).hexdigest()}
    with client_of(server, user) as client:
        return client.post("/api/chat/", json={"message": text, **(more or {})}, headers=key)


def asked(body: dict[str, Any]) -> str:
    text: str = words_of(body["messages"][-1])
    return text


def made_for(body: dict[str, Any]) -> int:
    """How many calls were made for the newest message."""
    newest = takewhile(lambda each: each["role"] != "user", reversed(body["messages"]))
    return sum(each["role"] == "tool" for each in newest)


def named(body: dict[str, Any]) -> str:
    """The fault that the newest message of the user asks for."""
    users = [each for each in body["messages"] if each["role"] == "user"]
    text: str = words_of(users[-1])
    return text


class Place(NamedTuple):
    """Where in a turn it fails: after so many calls, made by these steps, and attempts."""

    steps: Sequence[Callable[[str], Answer]] = ()
    calls: int = 0
    tasks: int = 0
    said: str = ""
    attempts: int = 0

    @property
    def plan(self) -> dict[int, Callable[[str], Answer]]:
        """What the model does, by the calls that were made before."""
        return dict(zip((0, 1 if len(self.steps) < 2 else 2), self.steps, strict=False))


SECRETS = (API_KEY, "wallet", "provider.example", "Traceback")


def makes(*titles: str, said: str = "") -> Callable[[str], Answer]:
    return lambda text: asks(
        *(call("create_task", title=f"{title} {text}") for title in titles), said=said
    )


def lists(text: str) -> Answer:
    return asks(call("list_tasks"))


PLACES = {
    "the first call": Place(),
    "on a retry": Place(attempts=1),
    "after the first tool": Place([makes("Milk")], 1, 1),
    "after text and a tool": Place([makes("Milk", said="Let me see.")], 1, 1, "Let me see."),
    "after several tools": Place([makes("Milk", "Bread"), lists], 3, 2),
}


def hold_problem(answer: httpx2.Response, text: str, fault: Fault, place: Place) -> None:
    """It tells of the fault, and of what was said and done before it."""
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (fault.status, fault.code), text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert problem["user_message"]["content"] == text
    assert problem["assistant_message"]["status"] == "failed"
    assert problem["assistant_message"]["content"].startswith(place.said), text
    assert len(problem["assistant_message"]["tool_calls"]) == place.calls, text
    assert problem["request_id"] == answer.headers["X-Request-ID"]


def hold_answer(again: httpx2.Response, after: httpx2.Response, text: str) -> None:
    """To the same message once the model is well, and to the next one."""
    assert (again.status_code, again.json()["warning"]) == (200, None), text
    assert again.json()["assistant_message"]["content"].endswith(f"You said: {text}")
    assert after.status_code == 200, after.text
    assert "and after" in after.json()["assistant_message"]["content"]


@pytest.mark.parametrize(
    ("faults", "where"),
    [
        *((FAULTS, where) for where in PLACES),
        (WITHIN, "the first call"),
        (WITHIN, "after text and a tool"),
    ],
    ids=[*PLACES, "within the first stream", "within a later stream"],
)
def test_of_all_faults_at_once_each_is_the_problem_of_its_own_user(
    impatient: Mortal,
    model: Model,
    threads: ThreadPoolExecutor,
    faults: dict[str, Fault],
    where: str,
) -> None:
    place, recovered = PLACES[where], Event()
    hits: Counter[str] = Counter()

    def fails_as_told(body: dict[str, Any]) -> Answer:
        text, made = named(body), made_for(body)
        if recovered.is_set() or text not in faults:
            return says("You said: ", text)
        if made in place.plan:
            return place.plan[made](text)
        hits[text] += 1
        return fails(500) if hits[text] <= place.attempts else faults[text].answer

    model.begin(answer_of=fails_as_told)
    texts = [*faults, *(f"hello {number}" for number in range(8))]
    users = {text: UserFactory() for text in texts}
    say(impatient, UserFactory(), "hello")  # the first one of a process builds what all use

    def all_say(words: str = "{}", **more: dict[str, Any]) -> dict[str, httpx2.Response]:
        def one_says(text: str) -> httpx2.Response:
            return say(impatient, users[text], words.replace("{}", text), more.get(text))

        return dict(zip(texts, threads.map(one_says, texts), strict=True))

    failed = all_say()
    recovered.set()
    again = all_say()
    on = {text: {"conversation_id": again[text].json()["conversation_id"]} for text in texts}
    after = all_say("and after {}?", **on)

    for text, fault in faults.items():
        hold_problem(failed[text], text, fault, place)
        one_try = place.attempts and fault.code != "llm_misconfigured"
        assert hits[text] - place.attempts == (1 if one_try else fault.hits), text
    for text in texts:
        hold_answer(again[text], after[text], text)
        assert ("Idempotency-Replayed" in again[text].headers) == (text not in faults)
    made = Counter(Task.objects.values_list("user", flat=True))
    assert made == ({users[text].pk: place.tasks for text in faults} if place.tasks else {})
    assert ToolCall.objects.count() == place.calls * len(faults)
    assert Message.objects.count() == 2 * Turn.objects.count() == 4 * len(texts) + 2
    attempts = Turn.objects.filter(status=Turn.Status.COMPLETED).values_list("attempt", flat=True)
    assert Counter(attempts) == {2: len(faults), 1: 9 + len(texts)}
    told = [(impatient.folder / "log").read_text(), *(answer.text for answer in failed.values())]
    assert not [secret for secret in SECRETS if any(secret in text for text in told)]


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
