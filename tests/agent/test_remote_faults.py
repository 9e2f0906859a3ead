"""Every way in which a model's server fails, and the error that each becomes; over real HTTP."""

import json
import socket
import traceback
from contextlib import closing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic
from typing import Any

import pytest

from agent.llm import LLMBadResponse, LLMError, LLMMisconfigured, LLMTimeout, LLMUnavailable
from agent.remote.model import PAUSE
from tests.fakes import ScriptedServer
from tests.fakes.answers import (
    cuts,
    drips,
    event,
    fails,
    floods,
    hangs,
    page,
    plain,
    redirects,
    resets,
    says,
    stream,
)
from tests.fakes.asking import KEY, Heard, ask, listen, remote
from tests.fakes.server import Answer, Exchange

HI = event({"content": "Hi"})
CHUNK = json.dumps(HI).encode()
SECRET_WORDS = f"quota of {KEY} at https://provider.example/v1 is used up"


def _choice(**choice: Any) -> dict[str, Any]:
    return {"choices": [{"finish_reason": "stop", **choice}]}


def _tool_calls(value: Any) -> dict[str, Any]:
    return _choice(message={"content": "Hi", "tool_calls": value})


NONSENSE: list[Any] = [
    {"error": {"message": "no"}},
    {"error": "no"},
    {**HI, "error": {"code": 400}},
    {},
    [],
    5,
    None,
    {"choices": []},
    {"choices": None},
    {"choices": {}},
    {"choices": [None]},
    {"choices": ["Hi"]},
    {"choices": 5},
    _choice(),
    _choice(message=None),
    _choice(delta=None),
    _choice(message="Hi"),
    _choice(message={"content": 5}),
    _choice(message={"content": ["Hi"]}),
    _choice(message={"refusal": {}}),
    {"choices": [{"finish_reason": 5, "message": {"content": "Hi"}}]},
    _tool_calls("create_task"),
    _tool_calls([5]),
    _tool_calls([{"function": "create_task"}]),
    _tool_calls([{"function": {"name": 5}}]),
]


@pytest.mark.parametrize("value", NONSENSE, ids=json.dumps)
def test_an_answer_of_a_wrong_shape_is_a_bad_response(value: Any) -> None:
    for answer in (stream(value), plain(value)):
        heard = ask(answer, answer)
        assert type(heard.error) is LLMBadResponse
        assert heard.server.hits == 2


@pytest.mark.parametrize(
    "answer",
    [
        page(),
        page(words="{{ error }}"),
        plain(b""),
        plain(CHUNK[:-9]),
        plain(b'{"choices": ' + b"[" * 100_000),
        plain(b'{"n": ' + b"9" * 5_000 + b"}"),
        plain(b'{"choices": [{"message": {"content": "\xff"}}]}'),
        stream(CHUNK[:-9]),
        stream(b"OK"),
        stream(),
        stream({"choices": [], "usage": {}}),
        stream(HI, CHUNK[:-9], done=False),
    ],
)
def test_an_answer_that_makes_no_sense_is_a_bad_response(answer: Answer) -> None:
    heard = ask(answer, answer)
    assert type(heard.error) is LLMBadResponse
    assert heard.server.hits == 2 - bool(heard.texts)


@pytest.mark.parametrize("status", [200, 201, 202, 203, 206, 226, 299])
def test_any_success_with_a_good_body_is_good(status: int) -> None:
    whole = {"choices": [{"finish_reason": "stop", "message": {"content": "Hi"}}]}
    for answer in (stream(HI, event({}, "stop"), status=status), plain(whole, status)):
        heard = ask(answer)
        assert (heard.error, heard.texts) == (None, ["Hi"])


@pytest.mark.parametrize("status", [201, 202, 204, 205])
def test_a_success_without_an_answer_is_a_bad_response(status: int) -> None:
    empty = [plain(b"", status), page(status, "")]
    for answer in empty if status in (204, 205) else [*empty, stream(status=status)]:
        assert type(ask(answer, answer).error) is LLMBadResponse


@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 305, 308, 399])
def test_what_is_neither_success_nor_failure_is_for_the_operator(status: int) -> None:
    heard = ask(fails(status))
    assert type(heard.error) is LLMMisconfigured
    assert heard.server.hits == 1


@pytest.mark.parametrize("status", [401, 403, 404, 405])
def test_a_refusal_is_for_the_operator_and_not_tried_again(
    status: int, caplog: pytest.LogCaptureFixture
) -> None:
    heard = ask(fails(status))
    assert type(heard.error) is LLMMisconfigured
    assert heard.server.hits == 1
    [record] = [record for record in caplog.records if record.name == "agent.remote.model"]
    assert record.levelname == "ERROR"
    assert f"HTTP {status}" in record.message


def test_a_redirect_is_not_followed_with_the_prompt() -> None:
    with ScriptedServer(says("Hi")) as elsewhere:
        heard = ask(redirects(f"{elsewhere.url}/chat/completions"))
    assert type(heard.error) is LLMMisconfigured
    assert (heard.server.hits, elsewhere.hits) == (1, 0)


@pytest.mark.parametrize(
    "answer",
    [
        fails(429),
        fails(429, retry_after=0),
        fails(429, retry_after="soon"),
        fails(429, retry_after="-5"),
        fails(429, retry_after="Fri, 31 Dec 9999 23:59:59 -2300"),
        fails(500),
        page(503),
        fails(529),
        resets,
        cuts,
        stream(done=False, then=resets),
        plain({"object": "error", "message": "Broken", "code": 500}),
        stream({"type": "error", "message": "Request timed out"}, done=False),
    ],
)
def test_a_server_in_trouble_is_tried_once_more(answer: Answer) -> None:
    heard = ask(answer, says("Hi"))
    assert heard.texts == ["Hi"]
    assert heard.server.hits == 2
    heard = ask(answer, answer, says("Hi"))
    assert type(heard.error) is LLMUnavailable
    assert heard.server.hits == 2


def test_the_second_attempt_is_not_made_at_once() -> None:
    asked: list[float] = []

    def fails_now(body: Any) -> Answer:
        asked.append(monotonic())
        return fails(500)

    with ScriptedServer(answer_of=fails_now) as server, closing(remote(server.url)) as llm:
        for _ in range(3):
            listen(llm, Heard())

    pauses = [second - first for first, second in zip(asked[::2], asked[1::2], strict=True)]
    assert all(pause >= PAUSE[0] for pause in pauses)
    assert max(pauses) - min(pauses) > 0.001  # lest all come back at once


def test_words_that_were_said_are_not_said_again() -> None:
    heard = ask(stream(HI, done=False, then=resets), says("Hi"))
    assert type(heard.error) is LLMUnavailable
    assert heard.texts == ["Hi"]
    assert heard.server.hits == 1


def test_retry_after_is_waited_for_when_it_fits() -> None:
    assert ask(fails(429, retry_after=1), says("Hi")).texts == ["Hi"]


@pytest.mark.parametrize(
    ("retry_after", "told"), [("30", 30), ("120", 120), ("3600", 120), ("9" * 400, 120)]
)
def test_retry_after_beyond_the_deadline_is_told_at_once(retry_after: str, told: int) -> None:
    heard = ask(fails(429, retry_after=retry_after), says("Hi"), deadline=5)
    assert type(heard.error) is LLMUnavailable
    assert heard.error.retry_after == told
    assert heard.server.hits == 1


def test_retry_after_may_be_a_date() -> None:
    past, future = (
        format_datetime(datetime.now(UTC) + timedelta(hours=hours), usegmt=True)
        for hours in (-1, 1)
    )
    assert ask(fails(503, retry_after=past), says("Hi")).texts == ["Hi"]
    heard = ask(fails(503, retry_after=future))
    assert heard.error is not None
    assert (heard.error.retry_after, heard.server.hits) == (120, 1)


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        with closing(remote(f"http://127.0.0.1:{silent.getsockname()[1]}/v1")) as llm:
            assert type(listen(llm, Heard()).error) is LLMUnavailable
    with closing(remote("http://no-such-host.invalid/v1", deadline=10)) as llm:
        assert type(listen(llm, Heard()).error) is LLMUnavailable


def test_each_address_of_a_host_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where localhost is ::1 first, and nobody listens there."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{n}", 0)) for n in (2, 1)]
    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *a, **k: found if host == "two" else real(host, *a, **k)
    )
    with ScriptedServer(says("Hi")) as server:
        llm = remote(server.url.replace("127.0.0.1", "two"))
        with closing(llm):
            assert listen(llm, Heard()).texts == ["Hi"]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([hangs], []),
        ([drips()], []),
        ([drips(head=True)], []),
        ([stream(HI, done=False, then=hangs)], ["Hi"]),
        ([fails(500), hangs], []),
    ],
)
def test_the_deadline_ends_a_call_whatever_the_server_does(
    answers: list[Answer], said: list[str]
) -> None:
    """A deadline of each read would never end the drips."""
    heard = ask(*answers, says("Too late."), deadline=2)
    assert type(heard.error) is LLMTimeout
    assert heard.texts == said
    assert heard.server.hits == len(answers)


def test_a_second_attempt_has_only_the_time_that_is_left() -> None:
    def slowly(exchange: Exchange) -> None:
        exchange.wait(1.5)
        says("Hi")(exchange)

    assert ask(slowly, deadline=2.2).texts == ["Hi"]
    heard = ask(fails(429, retry_after=1), slowly, deadline=2.2)
    assert type(heard.error) is LLMTimeout


def test_a_server_that_does_not_take_the_prompt_ends_at_the_deadline() -> None:
    prompt = [{"role": "user", "content": "x" * 20_000_000}]
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        port = deaf.getsockname()[1]
        with closing(remote(f"http://127.0.0.1:{port}/v1", deadline=0.5)) as llm:
            assert type(listen(llm, Heard(), prompt).error) is LLMTimeout


def test_no_more_is_read_than_may_be(caplog: pytest.LogCaptureFixture) -> None:
    assert type(ask(floods(50), floods(50)).error) is LLMBadResponse
    long = says(*["x" * 1_000] * 40)
    assert type(ask(long, max_bytes=30_000).error) is LLMBadResponse
    assert caplog.text.count("too many bytes") == 3


@pytest.mark.parametrize(
    "base_url", ["", "provider.example", "ftp://provider.example", "http://[::1", "http://", "x:y"]
)
def test_an_address_that_is_none_is_for_the_operator(base_url: str) -> None:
    with closing(remote(base_url)) as llm:
        assert type(listen(llm, Heard()).error) is LLMMisconfigured


@pytest.mark.parametrize("key", [f"{KEY}\n", f"{KEY}\x00", f"{KEY}-é"])
def test_a_key_that_no_header_takes_is_for_the_operator(
    key: str, caplog: pytest.LogCaptureFixture
) -> None:
    heard = ask(says("Hi"), api_key=key)
    assert type(heard.error) is LLMMisconfigured
    _assert_nothing_is_told(heard, caplog)


@pytest.mark.parametrize(
    "answer",
    [
        fails(401, words=SECRET_WORDS),
        fails(429, retry_after=600, words=SECRET_WORDS),
        fails(500, words=SECRET_WORDS),
        page(503, words=SECRET_WORDS),
        page(words=SECRET_WORDS),
        plain({"error": {"message": SECRET_WORDS}}),
        stream({"error": {"message": SECRET_WORDS}}),
        stream(SECRET_WORDS.encode()),
        resets,
    ],
)
def test_neither_the_user_nor_the_log_is_told_a_secret(
    answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    heard = ask(answer, answer, deadline=5)
    assert isinstance(heard.error, LLMError)
    _assert_nothing_is_told(heard, caplog)


def _assert_nothing_is_told(heard: Heard, caplog: pytest.LogCaptureFixture) -> None:
    error = heard.error
    assert error is not None
    assert (error.__cause__, error.__context__) == (None, None)
    logs = [record.getMessage() for record in caplog.records if record.name == "agent.remote.model"]
    assert logs
    told = "\n".join([str(error), repr(error), *traceback.format_exception(error), *logs])
    for secret in (KEY, "quota", "provider.example", heard.server.url):
        assert secret not in told
    assert not any(record.exc_info for record in caplog.records)
