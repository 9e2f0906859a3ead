"""Fields that some servers want and others refuse; over real HTTP."""

from contextlib import closing
from typing import Any

import pytest

from tests.fakes import ScriptedServer
from tests.fakes.answers import event, fails, says, stream
from tests.fakes.asking import KEY, Heard, ask, listen, remote
from tests.fakes.server import Answer

FIELDS = ("stream_options", "max_tokens", "max_completion_tokens")


def fields(body: dict[str, Any]) -> list[str]:
    return [name for name in FIELDS if name in body]


@pytest.mark.parametrize(
    ("refused", "sent"),
    [
        ([], ["stream_options", "max_tokens"]),
        (["max_tokens"], ["stream_options", "max_completion_tokens"]),
        (["stream_options"], ["max_tokens"]),
        (["stream_options", "max_tokens"], []),
        (["stream_options", "max_tokens", "max_completion_tokens"], []),
    ],
)
def test_a_server_gets_the_fields_that_it_takes_and_is_asked_with_them_from_then_on(
    refused: list[str], sent: list[str]
) -> None:
    def answer(body: dict[str, Any]) -> Answer:
        return fails(400) if set(refused) & body.keys() else says("Hi")

    with (
        ScriptedServer(answer_of=answer) as server,
        closing(remote(server.url, max_tokens=50)) as llm,
    ):
        assert listen(llm, Heard(server)).texts == ["Hi"]
        first = server.hits
        assert listen(llm, Heard(server)).texts == ["Hi"]

    assert server.hits == first + 1
    assert [fields(each.body) for each in server.requests[-2:]] == [sent, sent]
    assert {server.requests[-1].body[name] for name in sent if "max" in name} <= {50}


def test_without_a_limit_none_is_sent() -> None:
    assert fields(ask(says("Hi")).server.requests[0].body) == ["stream_options"]


def test_a_model_that_thinks_for_longer_than_it_may_answer_is_asked_without_a_limit() -> None:
    thinks = stream(event({"reasoning_content": "Well, "}), event({}, "length"))
    heard = ask(thinks, says("Hi"), max_tokens=50)

    assert heard.texts == ["Hi"]
    assert [fields(each.body) for each in heard.server.requests] == [
        ["stream_options", "max_tokens"],
        ["stream_options"],
    ]


def test_an_answer_that_the_limit_cuts_short_is_told_as_it_is() -> None:
    heard = ask(says("Well, ", finish_reason="length"), max_tokens=50)

    assert (heard.texts, heard.response.finish_reason) == (["Well, "], "length")


def test_the_query_of_a_base_url_goes_along() -> None:
    with (
        ScriptedServer(says("Hi")) as server,
        closing(remote(f"{server.url}?api-version=2024-10-21")) as llm,
    ):
        assert listen(llm, Heard(server)).texts == ["Hi"]

    (request,) = server.requests
    assert request.path == "/v1/chat/completions?api-version=2024-10-21"
    assert request.headers["api-key"] == KEY


def test_only_azure_gets_the_key_a_second_time() -> None:
    (request,) = ask(says("Hi")).server.requests
    assert "api-key" not in request.headers
