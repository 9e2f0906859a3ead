"""Turns with providers that others have written; HTTP on both sides."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from rest_framework.test import APIClient

from agent.reply import FILTERED
from agent.reply import TOO_LONG as TOO_LONG_ANSWER
from conversations.models import Message, ToolCall
from tests.chat.conftest import chosen
from tests.fakes.asking import remote
from tests.mocks import AIMOCK, LLMOCK, Aimock, Llmock
from todos.models import Task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]

MISSING = "Providers by others are to be fetched. Try: apt install npm && make test-sqlite"
MILK = {"name": "create_task", "arguments": {"title": "Milk"}}
WORDS = {"type": "reply", "text": "Milk is on your list now."}
CALL = {"type": "reply", "tool_calls": [MILK]}


@pytest.fixture(scope="module")
def running_llmock() -> Iterator[Llmock]:
    if not LLMOCK.exists():
        pytest.skip(MISSING)
    with Llmock() as server:
        yield server


@pytest.fixture
def llmock(running_llmock: Llmock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Llmock]:
    yield from _connected(running_llmock, monkeypatch)


def _connected(server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    with closing(remote(f"{server.url}/v1", deadline=5, silence=2, max_tokens=1_500)) as llm:
        chosen(monkeypatch, llm)
        yield server


def fault(kind: str, after: int) -> dict[str, Any]:
    return {"type": "stream_fault", "kind": kind, "after_chunks": after, "stall_seconds": 5}


def fail(status: int, times: int | None = 1, **more: Any) -> dict[str, Any]:
    return {"type": "fail", "status": status, "times": times, **more}


FALSE_ALARM = "truncated_stream_accepted"
"""It cannot see that the turn failed: words that were shown are kept, and not asked for again."""

TOO_LONG = {"code": "context_length_exceeded", "message": "maximum context length is 8192 tokens"}
FAULTS: list[tuple[str, list[dict[str, Any]], str, int]] = [
    ("nothing", [CALL, WORDS], "", 1),
    ("too many at once", [fail(429, retry_after=0.2), CALL, WORDS], "", 1),
    ("too many for long", [fail(429, None, retry_after=3_600)], "llm_unavailable", 0),
    ("down for a moment", [fail(503, retry_after=0.5), CALL, WORDS], "", 1),
    ("down", [fail(503, None)], "llm_unavailable", 0),
    ("overloaded", [fail(529, None)], "llm_unavailable", 0),
    ("a wrong key", [fail(401, None)], "llm_misconfigured", 0),
    ("no such model", [fail(404, None)], "llm_misconfigured", 0),
    ("dropped at once", [CALL, fault("disconnect", 0), CALL, WORDS], "", 1),
    ("dropped within the call", [CALL, fault("disconnect", 2), CALL, WORDS], "", 1),
    ("cut short within the call", [CALL, fault("truncate", 2), CALL, WORDS], "", 1),
    ("garbled within the call", [CALL, fault("malformed", 2), CALL, WORDS], "", 1),
    ("garbled for ever", [fault("malformed", 1) | {"times": None}], "llm_bad_response", 0),
    ("dropped within the words", [WORDS, fault("disconnect", 3)], "llm_unavailable", 0),
    ("cut short within the words", [WORDS, fault("truncate", 3)], "llm_unavailable", 0),
    ("silent within the words", [WORDS, fault("stall", 3)], "llm_timeout", 0),
    ("a tool that there is not", [{"type": "tool_fault", "kind": "unknown_tool"}, WORDS], "", 0),
    ("half of the arguments", [CALL, {"type": "tool_fault", "kind": "malformed_arguments"}], "", 0),
]


@pytest.mark.parametrize(
    ("kind", "behaviors", "code", "tasks"), FAULTS, ids=[row[0] for row in FAULTS]
)
def test_what_breaks_down_loses_and_doubles_nothing(
    client: APIClient,
    llmock: Llmock,
    kind: str,
    behaviors: list[dict[str, Any]],
    code: str,
    tasks: int,
) -> None:
    llmock.breaks(*behaviors)
    first = client.post("/api/chat/", {"message": "milk"})

    assert first.json().get("code", "") == code, first.json()
    assert llmock.errors() == [FALSE_ALARM] * (kind == "cut short within the words")
    assert [task.title for task in Task.objects.all()] == ["Milk"] * tasks

    llmock.breaks({"type": "reply", "text": "You are welcome."})
    where = str(Message.objects.first().conversation_id)
    second = client.post("/api/chat/", {"message": "thanks", "conversation_id": where})

    assert second.json()["assistant_message"]["content"] == "You are welcome."
    said = Message.objects.filter(role="user").values_list("content", flat=True)
    assert list(said) == ["milk", "thanks"]
    assert Task.objects.count() == tasks


def test_a_conversation_that_became_too_long_goes_on(client: APIClient, llmock: Llmock) -> None:
    llmock.breaks(CALL, WORDS)
    where = client.post("/api/chat/", {"message": "milk"}).json()["conversation_id"]

    llmock.breaks(fail(400, **TOO_LONG), {"type": "reply", "text": "You are welcome."})
    second = client.post("/api/chat/", {"message": "thanks", "conversation_id": where})

    assert second.json()["assistant_message"]["content"] == "You are welcome."
    assert Task.objects.count() == 1


def by(words: str, answered: bool, **response: Any) -> dict[str, Any]:
    """What the mock answers to these words, before or after the result of a tool."""
    return {"match": {"userMessage": words, "hasToolResult": answered}, "response": response}


EGGS, PLUMS = ({"name": "create_task", "arguments": {"title": t}} for t in ("Eggs", "Plums"))
FIXTURES = [
    by("both", False, content="Let me see.", toolCalls=[EGGS, PLUMS]),
    by("both", True, content="Both are there.", reasoning="They wanted both."),
    by("think", False, content="Four.", reasoning="Two and two."),
    by("long", False, content="So far", finishReason="length"),
    by("bad", False, content="", finishReason="content_filter"),
    by("busy", False, error={"message": "No."}, status=503),
]


@pytest.fixture(scope="module")
def running_aimock() -> Iterator[Aimock]:
    if not AIMOCK.exists():
        pytest.skip(MISSING)
    with Aimock(*FIXTURES) as server:
        yield server


@pytest.fixture
def aimock(running_aimock: Aimock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Aimock]:
    yield from _connected(running_aimock, monkeypatch)


@pytest.mark.usefixtures("aimock")
def test_one_conversation_of_all_that_it_can_answer(client: APIClient) -> None:
    where: dict[str, str] = {}
    heard: list[str] = []
    for words in ("both", "think", "long", "bad", "busy", "think again"):
        answer = client.post("/api/chat/", {"message": words, **where}).json()
        where = {"conversation_id": str(Message.objects.first().conversation_id)}
        heard.append(answer.get("code") or answer["assistant_message"]["content"])

    assert heard == [
        "Let me see.\n\nBoth are there.",
        "Four.",
        f"So far\n\n{TOO_LONG_ANSWER}",
        FILTERED,
        "llm_unavailable",
        "Four.",
    ]
    assert [task.title for task in Task.objects.order_by("created_at")] == ["Eggs", "Plums"]
    assert ToolCall.objects.filter(status="succeeded").count() == 2
