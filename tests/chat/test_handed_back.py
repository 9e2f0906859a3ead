"""What a model gives beside its calls comes back to it in the same turn, and to nobody else."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from conversations.models import ToolCall, Turn
from tests.chat.conftest import Connects
from tests.conftest import Plays
from tests.fakes import ScriptedLLM, call, validate_messages
from tests.fakes.answers import fails, says
from tests.fakes.providers import DeepSeek, Gemini, OpenRouter, Provider
from todos.models import Task

pytestmark = pytest.mark.django_db(transaction=True)

MILK, BREAD = call("create_task", title="Milk"), call("create_task", title="Bread")
LIST = call("list_tasks")
KEY = {"Idempotency-Key": "key-1"}
MARKS = ("signed ", "sealed ")
THOUGHT = "So: "

providers = pytest.mark.parametrize("kind", [Gemini, DeepSeek, OpenRouter])


def begin(connects: Connects, provider: Provider, *rest: Any, **more: Any) -> Any:
    steps = [provider.asks(MILK, BREAD), provider.asks(LIST)]
    return connects(*steps, *rest, fault_of=provider.fault_of, **more)


@providers
def test_a_turn_of_several_steps_and_the_next_one(
    client: APIClient, connects: Connects, kind: type[Provider]
) -> None:
    provider = kind()
    server = begin(connects, provider, says("Both are there."), says("You are welcome."))

    first = client.post("/api/chat/", {"message": "milk and bread"})
    where = first.json()["conversation_id"]
    second = client.post("/api/chat/", {"message": "thanks", "conversation_id": where})

    assert (first.status_code, second.status_code, server.refused) == (200, 200, [])
    assert Task.objects.count() == 2
    assert [each.beside for each in ToolCall.objects.all()] == [None] * 3


@providers
def test_a_turn_that_is_tried_again(
    client: APIClient, connects: Connects, kind: type[Provider], caplog: pytest.LogCaptureFixture
) -> None:
    provider = kind()
    server = begin(connects, provider, fails(500), fails(500), says("Both are there."))

    broken = client.post("/api/chat/", {"message": "milk and bread"}, headers=KEY)
    where = broken.json()["conversation_id"]
    whole = client.get(f"/api/conversations/{where}/").content
    file = b"".join(client.get(f"/api/conversations/{where}/export/").streaming_content)  # type: ignore[attr-defined]
    export = client.get("/api/auth/me/export/")
    mine = b"".join(export.streaming_content)  # type: ignore[attr-defined]
    again = client.post("/api/chat/", {"message": "milk and bread"}, headers=KEY)

    assert (broken.status_code, again.status_code, server.refused) == (503, 200, [])
    assert Task.objects.count() == 2
    told = b"".join([broken.content, whole, file, mine, again.content]).decode() + caplog.text
    assert [mark for mark in MARKS if mark in told] == []
    assert THOUGHT not in file.decode() + mine.decode() + caplog.text
    assert not ToolCall.objects.exclude(beside=None).exists()


@providers
def test_another_model_that_goes_on_with_the_turn_is_told_it_plainly(
    client: APIClient, connects: Connects, plays: Plays, kind: type[Provider]
) -> None:
    begin(connects, kind(), fails(400))
    broken = client.post("/api/chat/", {"message": "milk and bread"}, headers=KEY)

    other: ScriptedLLM = plays(["Both are there."])
    again = client.post("/api/chat/", {"message": "milk and bread"}, headers=KEY)

    assert (broken.status_code, again.status_code) == (503, 200)
    assert validate_messages(other.prompts[0]) is None


@providers
def test_the_built_in_assistant_that_steps_in_is_told_it_plainly(
    client: APIClient, connects: Connects, kind: type[Provider]
) -> None:
    begin(connects, kind(), fails(400), falls_back=True)

    answer = client.post("/api/chat/", {"message": "add milk and bread"})

    assert (answer.status_code, answer.json()["degraded"]) == (200, True)
    assert not ToolCall.objects.exclude(beside=None).exists()


@providers
def test_a_server_that_refuses_its_own_fields_is_asked_without_them(
    client: APIClient, connects: Connects, kind: type[Provider]
) -> None:
    answers = [kind().asks(MILK, BREAD), says("Both are there.")]
    connects(answer_of=lambda body: answers.pop(0), fault_of=validate_messages)

    answer = client.post("/api/chat/", {"message": "milk and bread"})

    assert answer.json()["assistant_message"]["content"] == "Both are there."
    assert Task.objects.count() == 2


@pytest.mark.parametrize(
    "beside",
    [
        {"reasoning_content": "x" * 300_000},
        {"reasoning_details": [float("nan")]},
        {"reasoning_details": [None, 5, [], {"type": []}, {"text": 5, "type": "a"}]},
        {"reasoning_content": "a\x00b\ud800"},
        {"annotations": [], "refusal": None, "audio": None, "function_call": None},
    ],
)
def test_whatever_comes_beside_a_call_harms_nothing(
    client: APIClient, connects: Connects, beside: dict[str, Any]
) -> None:
    class Odd(Provider):
        def step(self, calls: Any, mark: str) -> Any:
            return {"tool_calls": calls}, [{**beside, "tool_calls": calls}]

    answers = [Odd().asks(MILK), says("It is there.")]
    connects(answer_of=lambda body: answers.pop(0), fault_of=lambda messages: None)

    answer = client.post("/api/chat/", {"message": "milk"})

    assert (answer.status_code, Task.objects.count()) == (200, 1)
    assert Turn.objects.get().status == Turn.Status.COMPLETED
