"""What people see of a model's server that refuses, and how they go on; HTTP on both sides."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from agent.llm import LLMNoModel, LLMNoQuota, LLMTooLong
from agent.offline.assistant import OfflineLLM
from agent.remote.terms import NO_TOOLS, STOOD_IN
from agent.reply import FILTERED
from conversations.models import Message, Turn
from tests.agent.refused_elsewhere import TOLD
from tests.agent.test_remote_refused import reads_only, refuses
from tests.chat.conftest import Connects
from tests.chat.streams import read
from tests.fakes import Answer, call
from tests.fakes.answers import asks, plain, says, stream
from todos.models import Task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


def say(client: APIClient, text: str, **body: Any) -> Any:
    return client.post("/api/chat/", {"message": text, **body})


@pytest.mark.parametrize(
    ("name", "status", "code", "detail"),
    [
        ("OpenAI: quota", 503, "llm_unavailable", LLMNoQuota.detail),
        ("DeepSeek: balance", 503, "llm_unavailable", LLMNoQuota.detail),
        ("Ollama: no model", 503, "llm_misconfigured", LLMNoModel.detail),
        ("vLLM: context", 502, "llm_bad_response", LLMTooLong.detail),
    ],
)
def test_each_has_a_sentence_of_its_own_and_the_turn_can_be_tried_again(
    client: APIClient, connects: Connects, name: str, status: int, code: str, detail: str
) -> None:
    refused, well = refuses(TOLD[name]), [False]
    connects(answer_of=lambda body: says("Hello.") if well[0] else refused)

    problem = client.post("/api/chat/", {"message": "hi"}, headers={"Idempotency-Key": "1"})
    well[0] = True
    again = client.post("/api/chat/", {"message": "hi"}, headers={"Idempotency-Key": "1"})

    told = problem.json()
    assert (problem.status_code, told["code"], told["detail"]) == (status, code, detail)
    assert told["assistant_message"]["error"] == {"code": code, "detail": detail}
    assert again.json()["assistant_message"]["content"] == "Hello."
    assert Message.objects.count() == 2


BAD_WORDS = "what about the knife"


def sensitive(body: dict[str, Any]) -> Answer:
    return refuses(TOLD["Azure: filter"]) if "knife" in str(body["messages"]) else says("Yes.")


@pytest.mark.parametrize("streams", [False, True])
def test_a_wording_that_is_refused_is_answered_and_left_out_from_then_on(
    client: APIClient, connects: Connects, streams: bool
) -> None:
    server = connects(answer_of=sensitive)
    where = {"conversation_id": say(client, "hello").json()["conversation_id"]}

    answer = say(client, BAD_WORDS, stream=streams, **where)
    body = read(answer)[-1].data if streams else answer.json()

    assert (answer.status_code, body["assistant_message"]["status"]) == (200, "completed")
    assert body["assistant_message"]["content"] == FILTERED
    assert Turn.objects.latest("id").finish_reason == "content_filter"
    before = server.hits
    assert say(client, "and now?", **where).json()["assistant_message"]["content"] == "Yes."
    assert server.hits == before + 1
    told = [each["content"] for each in server.requests[-1].body["messages"]]
    assert "hello" in str(told)
    assert "knife" not in str(told)
    assert FILTERED not in told


def test_a_wording_that_is_refused_after_a_tool_worked_loses_nothing(
    client: APIClient, connects: Connects
) -> None:
    def answer(body: dict[str, Any]) -> Answer:
        if any(each["role"] == "tool" for each in body["messages"]):
            return sensitive(body)
        return asks(call("create_task", title="Buy a knife"), said="Let me see.")

    connects(answer_of=answer)

    body = say(client, "add it").json()

    assert body["assistant_message"]["content"] == f"Let me see.\n\n{FILTERED}"
    assert body["assistant_message"]["tool_calls"][0]["status"] == "succeeded"
    assert Task.objects.count() == 1


def test_an_older_message_that_is_refused_does_not_brick_the_conversation(
    client: APIClient, connects: Connects
) -> None:
    connects(says("It is sharp."))
    where = {"conversation_id": say(client, BAD_WORDS).json()["conversation_id"]}
    connects(answer_of=sensitive)

    assert say(client, "and now?", **where).json()["assistant_message"]["content"] == "Yes."


@pytest.mark.parametrize("answer", [plain, stream])
def test_a_model_without_tools_answers_and_the_person_is_warned(
    client: APIClient, connects: Connects, answer: Any
) -> None:
    told = TOLD["Ollama: no tools"]

    def no_tools(body: dict[str, Any]) -> Answer:
        return answer(told.body) if "tools" in body else says("I have added it.")

    server = connects(answer_of=no_tools)

    bodies = [say(client, "add milk").json() for _ in range(2)]

    assert [body["warning"] for body in bodies] == [NO_TOOLS] * 2
    assert server.hits == 3
    assert not Task.objects.exists()


def test_the_built_in_assistant_stands_in_for_a_model_without_tools_where_it_understands(
    client: APIClient, connects: Connects
) -> None:
    told = TOLD["Ollama: no tools"]

    def no_tools(body: dict[str, Any]) -> Answer:
        return refuses(told) if "tools" in body else says("Rivers are long.")

    server = connects(answer_of=no_tools, stand_in=OfflineLLM())

    added = say(client, "add milk").json()
    where = {"conversation_id": added["conversation_id"]}
    again = say(client, "complete milk", **where).json()
    asked = server.hits
    others = [
        say(client, words, **where).json()
        for words in ("why is the sky blue?", "explain quantum mechanics to me", "I feel tired")
    ]

    assert [body["warning"] for body in (added, again)] == [STOOD_IN, STOOD_IN]
    assert Task.objects.get().completed_at is not None
    assert (asked, server.hits) == (1, 4)
    assert [body["warning"] for body in others] == [NO_TOOLS] * 3
    assert others[0]["assistant_message"]["content"] == "Rivers are long."


def test_a_message_that_is_too_long_is_told_so_and_the_next_one_is_answered(
    client: APIClient, connects: Connects
) -> None:
    server = connects(answer_of=reads_only(3_000, name_it=True))
    where = {"conversation_id": say(client, "hello").json()["conversation_id"]}

    problem = say(client, "milk " * 1_990, **where)
    after = say(client, "hello again", **where)

    assert problem.json()["detail"] == LLMTooLong.detail
    assert after.json()["assistant_message"]["content"] == "Yes."
    assert server.hits <= 5
