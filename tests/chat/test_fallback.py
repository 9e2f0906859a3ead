"""The built-in assistant: in the place of a model that fails, and where there is none."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from conversations.models import Turn
from tests.chat.conftest import Connects
from tests.chat.streams import read
from tests.fakes import Answer, call
from tests.fakes.answers import asks, event, fails, hangs, page, stream
from todos.models import Task

pytestmark = pytest.mark.django_db(transaction=True)

KEY = {"Idempotency-Key": "key-1"}
FAULTS = {
    "401": fails(401),
    "429": fails(429),
    "no answer": hangs,
    "200 HTML": page(),
    "half an answer": stream(event({"content": "Hi"}), done=False, then=hangs),
}


def say(client: APIClient, text: str, **body: object) -> Any:
    return client.post("/api/chat/", {"message": text, **body}, headers=KEY)


class TestTheFallback:
    """AGENT_FALLBACK=1: the built-in assistant answers where the model does not."""

    @pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
    def test_answers_and_says_so(
        self, client: APIClient, connects: Connects, fault: Answer
    ) -> None:
        connects(fault, fault, falls_back=True)

        answer = say(client, "add milk")

        body = answer.json()
        assert answer.status_code == 200
        assert "built-in assistant" in body["warning"]
        assert body["assistant_message"]["status"] == "completed"
        assert body["assistant_message"]["model"] == "built-in"
        assert body["assistant_message"]["tool_calls"][0]["status"] == "succeeded"
        assert Task.objects.get().title.lower() == "milk"
        assert Turn.objects.get().degraded
        assert say(client, "add milk").json() == body

    def test_does_not_do_again_what_the_model_has_done(
        self, client: APIClient, connects: Connects
    ) -> None:
        milk = call("create_task", title="Milk")
        server = connects(asks(milk), fails(500), fails(500), falls_back=True)

        body = say(client, "add milk").json()

        assert server.hits == 3
        assert Task.objects.count() == 1
        assert [made["name"] for made in body["assistant_message"]["tool_calls"]] == ["create_task"]
        assert "Milk" in body["assistant_message"]["content"]
        assert "built-in assistant" in body["warning"]

    def test_goes_on_in_the_same_stream(self, client: APIClient, connects: Connects) -> None:
        connects(
            asks(call("create_task", title="Milk"), said="Let me see."),
            stream(event({"content": "I have"}), done=False),
            falls_back=True,
        )

        events = read(say(client, "add milk", stream=True))

        assert [told.name for told in events].count("tool.started") == 1
        last = events[-1]
        assert last.name == "turn.completed"
        assert "built-in assistant" in last.data["warning"]
        spoken = "".join(told.data["text"] for told in events if told.name == "message.delta")
        assert spoken == last.data["assistant_message"]["content"]
        assert spoken.startswith("Let me see.\n\nI have\n\n")
        assert Task.objects.count() == 1


@pytest.fixture
def no_socket(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """The sockets that somebody tried to open."""
    opened: list[object] = []

    def refuse(*given: object, **named: object) -> None:
        opened.append(given)
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket.socket, "__init__", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return opened


def test_without_a_key_the_built_in_assistant_answers_and_opens_no_socket(
    client: APIClient, no_socket: list[object]
) -> None:
    where: dict[str, str] = {}
    for text in (
        "hello",
        "add buy milk tomorrow at 5pm",
        "add call Bob and water the plants",
        "what is on my list?",
        "mark milk as done",
        "rename call Bob to call Alice",
        "delete the plants",
        "thank you",
    ):
        streamed = client.post("/api/chat/", {"message": text, "stream": True, **where})
        last = read(streamed)[-1]
        assert last.name == "turn.completed", last
        assert last.data["assistant_message"]["content"]
        where = {"conversation_id": last.data["conversation_id"]}
    whole = client.post("/api/chat/", {"message": "what is left?", **where})

    assert whole.status_code == 200
    assert set(Turn.objects.values_list("model", "degraded")) == {("built-in", False)}
    assert no_socket == []
    assert Task.objects.filter(deleted_at=None).count() == 2
