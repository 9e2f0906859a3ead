"""Five clients, each of which knows one dialect only, and one conversation."""

from collections.abc import Iterator
from typing import Any, Protocol
from uuid import uuid4

import httpx2
import pytest

from accounts.models import User
from conversations.models import Conversation
from tests.fakes.answers import says
from tests.fakes.prompts import words_of
from tests.served.conftest import Pair
from tests.served.processes import Model, client_of


class Client(Protocol):
    def say(self, conversation: str, text: str) -> str: ...

    def read(self, conversation: str) -> list[dict[str, Any]]: ...


class A:
    def __init__(self, http: httpx2.Client, user: User) -> None:
        self.http, self.home = http, f"/api/{user.pk}"

    def say(self, conversation: str, text: str) -> str:
        body = {"message": text, "conversation_id": conversation}
        answer = ok(self.http.post(f"{self.home}/chat", json=body))
        return str(answer["assistant_message"]["content"])

    def read(self, conversation: str) -> list[dict[str, Any]]:
        detail = ok(self.http.get(f"{self.home}/conversations/{conversation}"))
        return list(detail["messages"])


class B:
    def __init__(self, http: httpx2.Client, user: User) -> None:
        self.http = http

    def say(self, conversation: str, text: str) -> str:
        place = f"/api/chat/conversations/{conversation}/messages"
        answer = ok(self.http.post(place, json={"content": text}))
        return str(answer["assistant_message"]["content"])

    def read(self, conversation: str) -> list[dict[str, Any]]:
        place = f"/api/chat/conversations/{conversation}/messages?limit=100"
        return list(ok(self.http.get(place))["messages"])


class C:
    def __init__(self, http: httpx2.Client, user: User) -> None:
        self.http = http

    def say(self, conversation: str, text: str) -> str:
        body = {"message": text, "conversation_id": conversation}
        answer = ok(self.http.post("/api/chat", json=body))
        return str(answer["assistant_message"]["content"])

    def read(self, conversation: str) -> list[dict[str, Any]]:
        return list(ok(self.http.get(f"/api/conversations/{conversation}"))["messages"])


class D:
    def __init__(self, http: httpx2.Client, user: User) -> None:
        self.http = http

    def say(self, conversation: str, text: str) -> str:
        answer = ok(self.http.post(f"/api/chat/{conversation}/message", json={"message": text}))
        return str(answer["assistant_message"]["content"])

    def read(self, conversation: str) -> list[dict[str, Any]]:
        return list(ok(self.http.get(f"/api/chat/{conversation}/history"))["messages"])


class E:
    def __init__(self, http: httpx2.Client, user: User) -> None:
        self.http = http

    def say(self, conversation: str, text: str) -> str:
        place = f"/chatkit/threads/{conversation}/messages"
        return str(ok(self.http.post(place, json={"content": text}))["content"])

    def read(self, conversation: str) -> list[dict[str, Any]]:
        return list(ok(self.http.get(f"/chatkit/threads/{conversation}"))["messages"])


def ok(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code in (200, 201), answer.text
    return dict(answer.json())


@pytest.fixture
def clients(pair: Pair, user: User) -> Iterator[dict[str, Client]]:
    """In turns on two processes."""
    with client_of(pair[0], user) as one, client_of(pair[1], user) as other:
        yield {
            "A": A(one, user),
            "B": B(other, user),
            "C": C(one, user),
            "D": D(other, user),
            "E": E(one, user),
        }


def test_all_five_speak_in_one_conversation_and_read_the_same(
    clients: dict[str, Client], model: Model, user: User
) -> None:
    model.begin(answer_of=lambda body: says(f"Heard: {words_of(body['messages'][-1])}"))
    conversation = str(uuid4())

    # E begins, since only its clients choose an id.
    for name in "EABCD":
        words = f"This is {name}"
        assert clients[name].say(conversation, words) == f"Heard: {words}"

    read = {name: client.read(conversation) for name, client in clients.items()}
    said = [message["content"] for message in read["A"]]
    assert said == [
        line for name in "EABCD" for line in (f"This is {name}", f"Heard: This is {name}")
    ]
    assert all(messages == read["A"] for messages in read.values())
    assert Conversation.objects.get().message_count == 10
