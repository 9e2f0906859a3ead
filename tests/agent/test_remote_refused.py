"""A request that a model's server refuses, in real words: asked otherwise, or told by its name."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from agent import tools
from agent.llm import (
    LLMError,
    LLMFiltered,
    LLMMisconfigured,
    LLMNoModel,
    LLMNoQuota,
    LLMTooLong,
    Message,
)
from agent.remote import terms
from agent.remote.model import RemoteLLM
from agent.remote.refusals import Reason
from tests.agent.refused import Told
from tests.agent.refused_elsewhere import TOLD
from tests.agent.test_plainer import LONG
from tests.fakes import ScriptedServer
from tests.fakes.answers import plain, says, stream
from tests.fakes.asking import PROMPT, Heard, listen, remote
from tests.fakes.server import Answer

Answers = Callable[[dict[str, Any]], Answer]
ERRORS: dict[Reason, type[LLMError]] = {
    Reason.QUOTA: LLMNoQuota,
    Reason.TOO_LONG: LLMTooLong,
    Reason.FILTERED: LLMFiltered,
    Reason.NO_MODEL: LLMNoModel,
    Reason.KEY: LLMMisconfigured,
}


def refuses(told: Told) -> Answer:
    return plain(told.content, told.status)


@contextmanager
def a_server(answer_of: Answers, **options: Any) -> Iterator[tuple[ScriptedServer, RemoteLLM]]:
    with (
        ScriptedServer(answer_of=answer_of, fault_of=lambda _: None) as server,
        closing(remote(server.url, **options)) as llm,
    ):
        yield server, llm


@pytest.mark.parametrize("name", [name for name, told in TOLD.items() if told.reason in ERRORS])
def test_each_refusal_is_told_by_its_name_and_not_in_vain_again(
    name: str, caplog: pytest.LogCaptureFixture
) -> None:
    told = TOLD[name]
    assert told.reason is not None
    with a_server(lambda body: refuses(told)) as (server, llm):
        heard = listen(llm, Heard(server))

    assert type(heard.error) is ERRORS[told.reason]
    assert server.hits == 1
    [record] = [each.message for each in caplog.records if each.name == "agent.remote.model"]
    assert str(told.reason) in record


@pytest.mark.parametrize("name", ["Azure: filter", "OpenRouter: context", "OpenRouter: credits"])
def test_an_error_in_an_answer_is_told_by_its_name_as_well(name: str) -> None:
    told = TOLD[name]
    assert told.reason is not None
    for answer in (plain(told.content), stream(told.body)):
        with a_server(lambda body, answer=answer: answer) as (server, llm):  # type: ignore[misc]
            assert type(listen(llm, Heard(server)).error) is ERRORS[told.reason]
        assert server.hits == 1


NAMED = TOLD["vLLM: context"].body["message"].replace("16384", "{limit}")


def reads_only(limit: int, name_it: bool, status: int = 400) -> Answers:
    """A server with so many tokens, which counts about as real ones do."""

    def answer(body: dict[str, Any]) -> Answer:
        size = len(json.dumps([body["messages"], body.get("tools")])) // 4
        if size + body.get("max_tokens", 0) <= limit:
            return says("Yes.")
        words = NAMED.format(limit=limit) if name_it else "the prompt exceeds the context length"
        return plain({"error": {"message": words, "code": 400}}, status)

    return answer


def a_long_talk(turns: int, words: int = 40) -> list[Message]:
    talk = [LONG[0]]
    for number in range(turns):
        talk += [
            {"role": "user", "content": f"{number} " + "milk and bread " * words},
            {"role": "assistant", "content": "Well. " * words},
        ]
    return [*talk[:-1]]


@pytest.mark.parametrize("name_it", [True, False], ids=["named", "not named"])
@pytest.mark.parametrize("status", [200, 400, 413, 500])
def test_a_prompt_that_is_too_long_is_asked_shorter_and_the_next_one_fits_at_once(
    name_it: bool, status: int
) -> None:
    with a_server(reads_only(4_096, name_it, status)) as (server, llm):
        for turns in (60, 61, 62):
            talk = a_long_talk(turns)
            before = server.hits
            assert listen(llm, Heard(server), talk).response.text == "Yes."
            asked = server.requests[-1].body["messages"]
            assert asked[0] == talk[0]
            assert asked[-1] == talk[-1]
            assert len(asked) > 3
            assert turns == 60 or server.hits == before + 1


def test_a_known_context_is_kept_to_from_the_first_and_leaves_room_for_the_answer() -> None:
    starts = set()
    with a_server(reads_only(4_096, name_it=True), context_tokens=4_096, max_tokens=4_000) as (
        server,
        llm,
    ):
        for turns in range(40, 50):
            assert listen(llm, Heard(server), a_long_talk(turns)).response.text == "Yes."
            starts.add(server.requests[-1].body["messages"][1]["content"][:3])

    assert server.hits == 10
    assert len(starts) <= 4  # it moves rarely
    assert server.requests[0].body["max_tokens"] == 1_024


def test_an_answer_for_which_there_is_no_room_is_asked_for_with_a_smaller_limit() -> None:
    with a_server(reads_only(2_048, name_it=True), max_tokens=4_000) as (server, llm):
        assert listen(llm, Heard(server)).response.text == "Yes."
        assert listen(llm, Heard(server)).response.text == "Yes."

    assert [each.body.get("max_tokens") for each in server.requests] == [4_000, 512, 512]


def test_a_message_that_does_not_fit_alone_is_told_and_a_shorter_one_is_answered() -> None:
    huge = [*LONG[:-3], {"role": "user", "content": "milk " * 9_000}]
    for name_it in (True, False):
        with a_server(reads_only(4_096, name_it)) as (server, llm):
            assert type(listen(llm, Heard(server), huge).error) is LLMTooLong
            assert server.hits < 10
            assert listen(llm, Heard(server), LONG).response.text == "Yes."


def test_a_huge_result_is_cut_and_told_as_cut() -> None:
    result = json.dumps({"tasks": [{"title": "milk " * 30} for _ in range(400)]})
    prompt = [*LONG[:-1], {**LONG[-1], "content": result}]
    with a_server(reads_only(4_096, name_it=True)) as (server, llm):
        assert listen(llm, Heard(server), prompt).response.text == "Yes."

    told = json.loads(server.requests[-1].body["messages"][-1]["content"])
    assert result.startswith(told["cut"])
    assert "too long" in told["why"]


def test_a_filtered_prompt_gets_past_an_older_message() -> None:
    def answer(body: dict[str, Any]) -> Answer:
        is_bad = "question 3" in str(body["messages"])
        return refuses(TOLD["Azure: filter"]) if is_bad else says("Yes.")

    with a_server(answer, max_tokens=50) as (server, llm):
        assert listen(llm, Heard(server), LONG).response.text == "Yes."

    body = server.requests[-1].body
    assert (body["messages"][-3:], body["max_tokens"]) == (LONG[-3:], 50)


NO_TOOLS = [name for name, told in TOLD.items() if told.reason is Reason.NO_TOOLS]


@pytest.mark.parametrize("name", NO_TOOLS)
def test_a_model_without_tools_answers_without_them(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(body: dict[str, Any]) -> Answer:
        if "tools" in body or "tool" in [each["role"] for each in body["messages"]]:
            return refuses(TOLD[name])
        return says("Hello.")

    def ask_it() -> bool:
        stream = llm.stream(LONG, tools.specifications())
        try:
            while True:
                next(stream)
        except StopIteration as stop:
            return bool(stop.value.warning)

    with a_server(answer) as (server, llm):
        assert [ask_it(), ask_it()] == [True, True]
        assert server.hits == 3
        last = server.requests[-1].body["messages"]
        assert "no tools" in last[0]["content"]
        assert '(list_tasks: {"tasks":[],"total":0})' in last[-1]["content"]
        monkeypatch.setattr(terms, "NO_TOOLS_SECONDS", 0)
        llm._terms.learn_no_tools()
        ask_it()
        assert server.hits == 5  # they are offered again after a while


@pytest.mark.parametrize("named", [True, False])
def test_a_temperature_is_sent_unless_it_is_refused(named: bool) -> None:
    def answer(body: dict[str, Any]) -> Answer:
        if "temperature" in body:
            return refuses(TOLD["OpenAI: temperature" if named else "no words"])
        return refuses(TOLD["OpenAI: max_tokens"]) if "max_tokens" in body else says("Yes.")

    with a_server(answer, temperature=0.2, max_tokens=50) as (server, llm):
        assert listen(llm, Heard(server)).response.text == "Yes."
        first = server.hits
        assert listen(llm, Heard(server)).response.text == "Yes."

    assert server.requests[0].body["temperature"] == 0.2
    assert server.hits == first + 1
    last = server.requests[-1].body
    assert "temperature" not in last
    assert last["max_completion_tokens"] == 50
    if named:
        assert first == 3


def test_no_temperature_is_sent_unless_it_is_set() -> None:
    with a_server(lambda body: says("Yes.")) as (server, llm):
        listen(llm, Heard(server), PROMPT)
    assert "temperature" not in server.requests[0].body
