"""The fakes of the language model are as strict as the real thing."""

import subprocess
import sys
from contextlib import closing
from typing import Any

import pytest

from agent.llm import LLMMisconfigured, LLMUnavailable, Message
from tests.fakes import ScriptedLLM, ScriptedServer, call, validate_messages
from tests.fakes.answers import says
from tests.fakes.asking import PROMPT, Heard, listen, remote

SYSTEM: Message = {"role": "system", "content": "You look after tasks."}
USER: Message = {"role": "user", "content": "Add milk"}
A, B = "a" * 9, "b" * 9
SAID: Message = {"role": "assistant", "content": "Yes."}


def _called(*ids: Any, **function: Any) -> Message:
    function = {"name": "create_task", "arguments": "{}"} | function
    calls = [{"id": id_, "type": "function", "function": function} for id_ in ids]
    return {"role": "assistant", "content": "", "tool_calls": calls}


def _result(id_: Any) -> Message:
    return {"role": "tool", "tool_call_id": id_, "content": "{}"}


@pytest.mark.parametrize(
    "rest",
    [
        [USER],
        [USER, SAID, USER],
        [USER, _called(A), _result(A)],
        [
            USER,
            _called(A),
            _result(A),
            _called(B),
            _result(B),
        ],
        [
            USER,
            {**_called(A), "content": "Let me see."},
            _result(A),
            SAID,
            USER,
        ],
    ],
)
def test_a_legal_prompt_is_accepted(rest: list[Message]) -> None:
    assert validate_messages([SYSTEM, *rest]) is None


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        ([], "empty"),
        (None, "empty"),
        ([USER], "is not a system message"),
        ([SYSTEM, SYSTEM, USER], "second system message"),
        ([SYSTEM, "hello"], "no known role"),
        ([SYSTEM, {"role": "function", "content": "x"}], "no known role"),
        ([SYSTEM, {**USER, "id": "1"}], "keys that its role does not take"),
        ([SYSTEM, {**USER, "tool_calls": []}], "keys that its role does not take"),
        ([SYSTEM, {"role": "user"}], "no text"),
        ([SYSTEM, {**USER, "content": ["x"]}], "no text"),
        ([SYSTEM, {**USER, "content": ""}], "empty content"),
        ([SYSTEM, {**USER, "content": "\ud800"}], "not Unicode"),
        ([SYSTEM, USER, {**SAID, "content": None}, USER], "no text"),
        ([SYSTEM, USER, SAID], "neither the user's nor a tool's"),
        ([SYSTEM], "neither the user's nor a tool's"),
        ([SYSTEM, USER, _called()], "empty list of calls"),
        ([SYSTEM, USER, _called(A)], "have no result"),
        ([SYSTEM, USER, _called(A, B), _result(A)], "several calls"),
        (
            [SYSTEM, USER, {**_called(A), "content": None}, _result(A)],
            "no text",
        ),
        ([SYSTEM, USER, _called(A), USER, _result(A)], "before the results"),
        (
            [SYSTEM, USER, _called(A), _called(B), _result(A)],
            "before the results",
        ),
        ([SYSTEM, USER, _result(A)], "no call just before"),
        ([SYSTEM, USER, _called(A), _result(B)], "no call just before"),
        (
            [SYSTEM, USER, _called(A), _result(A), _result(A)],
            "no call just before",
        ),
        (
            [SYSTEM, USER, _called(A), _result(A), SAID, _result(A)],
            "no call just before",
        ),
        ([SYSTEM, USER, _called(A), _result("")], "does not name its call"),
        ([SYSTEM, USER, _called("call_1"), _result("call_1")], "not nine letters and digits"),
        ([SYSTEM, USER, _called(5), _result("5")], "not nine letters and digits"),
        ([SYSTEM, USER, _called(A, name=""), _result(A)], "no legal name"),
        ([SYSTEM, USER, _called(A, name="a b"), _result(A)], "no legal name"),
        ([SYSTEM, USER, _called(A, arguments={}), _result(A)], "arguments"),
        ([SYSTEM, USER, _called(A, arguments=""), _result(A)], "arguments"),
        ([SYSTEM, USER, _called(A, arguments="[]"), _result(A)], "arguments"),
        ([SYSTEM, USER, _called(A, arguments='{"a'), _result(A)], "arguments"),
    ],
)
def test_an_illegal_prompt_is_named(messages: Any, fault: str) -> None:
    assert fault in (validate_messages(messages) or "")


def test_a_scripted_llm_plays_its_steps_and_keeps_the_prompts() -> None:
    llm = ScriptedLLM(
        ["Let me ", "see.", call("list_tasks")],
        lambda messages: [f"You said {messages[-1]['content']}."],
        ["Half an", LLMUnavailable()],
    )
    first = listen(llm, Heard())
    assert first.texts == ["Let me ", "see."]
    assert first.calls == [("list_tasks", "{}")]
    assert listen(llm, Heard()).response.text == "You said Add milk."
    third = listen(llm, Heard())
    assert third.texts == ["Half an"]
    assert type(third.error) is LLMUnavailable
    assert llm.prompts == [PROMPT] * 3
    with pytest.raises(AssertionError, match="script is over"):
        listen(llm, Heard())
    with pytest.raises(AssertionError, match="not a system message"):
        listen(llm, Heard(), [USER])


def test_the_scripted_server_refuses_a_prompt_that_breaks_the_rules() -> None:
    second = [*PROMPT, {"role": "system", "content": "And be kind."}]
    with ScriptedServer(says("Hi")) as server, closing(remote(server.url)) as llm:
        heard = listen(llm, Heard(server), second)
        assert type(heard.error) is LLMMisconfigured
        fault = "messages[2] is a second system message."
        assert server.refused == [fault, fault]  # the plainer form, too
        assert listen(llm, heard).response.text == "Hi"


def test_the_scripted_server_runs_as_a_process() -> None:
    command = [sys.executable, "-m", "tests.fakes", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            with closing(remote(process.stdout.readline().strip())) as llm:
                requests = listen(llm, Heard()).response.tool_requests
        finally:
            process.terminate()
    assert [(request.name, request.arguments) for request in requests] == [
        ("create_task", '{"title": "Add milk"}')
    ]
