"""Pieces of an answer that come together are read together, to the last good word; real HTTP."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Barrier, Event
from typing import Any

import pytest

from agent.llm import LLMBadResponse, LLMError, LLMUnavailable
from tests.fakes import ScriptedServer
from tests.fakes.answers import USAGE, event, says
from tests.fakes.asking import Heard, ask, listen, remote
from tests.fakes.server import Answer, Exchange

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
HI = (event({"content": "Good "}), event({"content": "day."}))


def at_once(*events: Any, behind: bytes = b"0\r\n\r\n", closes: bool = False) -> Answer:
    """The whole answer in one packet; each event is a chunk of its own."""
    data = [b"data: %s\n\n" % json.dumps(each).encode() for each in events]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in data)

    def answer(exchange: Exchange) -> None:
        exchange.wfile.write(HEAD + chunks + behind)
        exchange.close_connection = closes

    return answer


def test_what_comes_in_one_packet_is_one_delta() -> None:
    heard = ask(at_once(*HI, event({}, "stop"), {"choices": [], "usage": USAGE}))

    assert heard.texts == ["Good day."]
    assert (heard.response.text, heard.response.output_tokens) == ("Good day.", 8)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (at_once(*HI, {"error": {"message": "no"}}), LLMBadResponse),
        (at_once(*HI, {"error": {"code": 500}}), LLMUnavailable),
        (at_once(*HI, {"choices": 5}), LLMBadResponse),
        (at_once(*HI, behind=b"no length\r\n", closes=True), LLMUnavailable),
        (at_once(*HI, behind=b"", closes=True), LLMUnavailable),
    ],
)
def test_words_before_a_fault_in_the_same_packet_are_said_and_not_asked_for_again(
    answer: Answer, error: type[LLMError]
) -> None:
    heard = ask(answer, says("Once more."))

    assert heard.texts == ["Good day."]
    assert type(heard.error) is error
    assert heard.server.hits == 1


@pytest.mark.parametrize("behind", [b"no length\r\n", b""])
def test_a_fault_behind_the_end_of_an_answer_is_none(behind: bytes) -> None:
    heard = ask(at_once(*HI, event({}, "stop"), behind=behind, closes=True))

    assert heard.response.text == "Good day."


def test_a_server_that_tells_that_it_has_heard_is_waited_for() -> None:
    def answer(exchange: Exchange) -> None:
        exchange.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n")
        says("Hi")(exchange)

    assert ask(answer).said == "Hi"


def test_a_connection_that_was_broken_off_is_not_used_again() -> None:
    broken = at_once(*HI, event({}, "stop"), behind=b"no length\r\n")
    with ScriptedServer(broken, says("Hi")) as server, closing(remote(server.url)) as llm:
        assert [listen(llm, Heard()).said for _ in range(2)] == ["Good day.", "Hi"]
    first, second = server.requests
    assert first.peer != second.peer


STRAY = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfor others"
NOTHING = b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    "first",
    [
        at_once(*HI, event({}, "stop"), behind=b"0\r\n\r\n" + STRAY),
        at_once(*HI, event({}, "stop"), behind=b"0\r\n\r\n" + STRAY[:20]),
        lambda exchange: exchange.wfile.write(NOTHING + STRAY),
    ],
)
def test_what_stands_behind_an_answer_is_never_the_answer_to_another(first: Answer) -> None:
    with (
        ScriptedServer(first, says("Hi"), says("Hi")) as server,
        closing(remote(server.url)) as llm,
    ):
        assert [listen(llm, Heard()).said for _ in range(2)][1] == "Hi"
    before, after, *_ = server.requests
    assert before.peer != after.peer


def test_what_a_server_says_unasked_is_never_the_answer_to_what_is_asked_next() -> None:
    is_said = Event()

    def answer(exchange: Exchange) -> None:
        says("Hi")(exchange)
        exchange.wait(0.02)  # the answer is read by then, and its connection kept
        exchange.wfile.write(STRAY)
        is_said.set()

    with (
        ScriptedServer(answer, says("Hi")) as server,
        closing(remote(server.url)) as llm,
    ):
        heard = [listen(llm, Heard()).said]
        assert is_said.wait(5)
        heard.append(listen(llm, Heard()).said)
    assert heard == ["Hi", "Hi"]
    before, after = server.requests
    assert before.peer != after.peer


def test_connections_that_have_all_gone_stale_cost_one_attempt() -> None:
    together = Barrier(2)

    def both(exchange: Exchange) -> None:
        together.wait(5)
        says("Hi")(exchange)

    def stale(exchange: Exchange) -> None:
        exchange.reset()

    with (
        ScriptedServer(both, both, stale, says("Once more.")) as server,
        closing(remote(server.url)) as llm,
    ):
        with ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda _: listen(llm, Heard()), range(2)))
        assert listen(llm, Heard()).said == "Once more."
    peers = [request.peer for request in server.requests]
    assert peers[2] in peers[:2]
    assert peers[3] not in peers[:3]
