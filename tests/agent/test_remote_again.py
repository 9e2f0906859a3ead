"""What is asked of a model's server once more: a broken stream, and a request that it refused."""

import json
from contextlib import closing
from typing import Any

import pytest

from agent.llm import LLMMisconfigured, LLMUnavailable
from tests.fakes import ScriptedServer
from tests.fakes.answers import (
    cuts,
    event,
    fails,
    plain,
    resets,
    says,
    stream,
)
from tests.fakes.asking import Heard, ask, listen, remote
from tests.fakes.server import Answer

HI = event({"content": "Hi"})
BROKEN = {
    "ends": stream(HI, done=False),
    "is cut": stream(HI, done=False, then=cuts),
    "is reset": stream(HI, done=False, then=resets),
    "has an error": stream(HI, {"error": {"message": "overloaded", "code": 503}}, done=False),
    "has an error in a choice": stream(
        HI, {"choices": [{"delta": {}, "error": {"code": "429"}}]}, done=False
    ),
    **{
        f"tells {json.dumps(told)}": stream(HI, told, done=False)
        for told in (
            {"error": {"code": "server_error", "message": "The server had an error"}},
            {"error": {"type": "overloaded_error", "message": "Overloaded"}},
            {"error": {"status": "RESOURCE_EXHAUSTED", "message": "Try later"}},
            {"error": "Service unavailable"},
            {"type": "error", "message": "Request timed out"},
            {"object": "error", "message": "Broken", "type": "InternalServerError", "code": 500},
        )
    },
    **{
        f"ends with {reason}": stream(HI, event({}, reason))
        for reason in (
            "error",
            "network_error",
            "MALFORMED_FUNCTION_CALL",
            "function_call_filter: MALFORMED_FUNCTION_CALL",
            "UNEXPECTED_TOOL_CALL",
            "abort",
            "OTHER",
            "engine_overloaded",
        )
    },
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN.keys())
def test_a_stream_that_breaks_after_a_word_is_not_asked_for_again(broken: Answer) -> None:
    heard = ask(broken, says("Hello"))

    assert heard.texts == ["Hi"]
    assert type(heard.error) is LLMUnavailable
    assert heard.server.hits == 1


SILENT = event({"role": "assistant", "content": ""})


@pytest.mark.parametrize(
    "broken",
    [
        stream(SILENT, done=False),
        stream(SILENT, done=False, then=cuts),
        stream(done=False, then=resets),
        stream({"error": {"message": "overloaded", "code": 529}}),
        stream(SILENT, event({}, "insufficient_system_resource")),
        plain({"error": {"code": 500}}),
    ],
)
def test_a_stream_that_breaks_before_a_word_is_asked_for_once_more(broken: Answer) -> None:
    heard = ask(broken, says("Hello"))

    assert heard.response.text == "Hello"
    assert heard.server.hits == 2


@pytest.mark.parametrize("status", [400, 422])
def test_a_refused_request_is_asked_again_in_the_plainer_form_and_so_from_then_on(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    def takes_no_options(body: dict[str, Any]) -> Answer:
        return fails(status) if "stream_options" in body else says("Hi")

    with (
        ScriptedServer(answer_of=takes_no_options) as server,
        closing(remote(server.url)) as llm,
    ):
        answers = [listen(llm, Heard(server)).response.text for _ in range(3)]

    assert answers == ["Hi"] * 3
    assert server.hits == 4
    said = [record.message for record in caplog.records if "stream_options" in record.message]
    assert said == ["the model's server took a request only without stream_options"]


@pytest.mark.parametrize("status", [400, 422])
def test_what_is_refused_in_the_plainer_form_too_is_for_the_operator(status: int) -> None:
    with (
        ScriptedServer(fails(status), fails(status), says("Hi")) as server,
        closing(remote(server.url)) as llm,
    ):
        assert type(listen(llm, Heard(server)).error) is LLMMisconfigured
        assert listen(llm, Heard(server)).response.text == "Hi"

    assert "stream_options" in server.requests[-1].body  # it was not what the server refused
