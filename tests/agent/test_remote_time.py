"""How long a remote model is waited for, and that the wait can be called off; over real HTTP."""

import json
from contextlib import closing

import pytest

from agent.llm import LLMTimeout
from agent.remote.completion import Completion
from agent.remote.deadline import Deadline
from tests.fakes import ScriptedServer
from tests.fakes.answers import drips, event, fails, hangs, says, stream
from tests.fakes.asking import PROMPT, ask, remote
from tests.fakes.server import Answer, Exchange

HI = event({"content": "Hi"})


def late(pause: float, *, begun: bool) -> Answer:
    """``Hi``, with a pause before it; the answer has ``begun`` before the pause or after it."""

    def answer(exchange: Exchange) -> None:
        if begun:
            exchange.begin()
            exchange.send(b"data: %s\n\n" % json.dumps(event({"content": ""})).encode())
        exchange.wait(pause)
        if begun:
            exchange.send(b"data: %s\n\n" % json.dumps(event({"content": "Hi"}, "stop")).encode())
            exchange.end()
        else:
            says("Hi")(exchange)

    return answer


def test_a_silence_before_the_answer_and_one_within_it_have_each_their_own_deadline() -> None:
    assert ask(late(2, begun=False), first_byte=3600, silence=1).texts == ["Hi"]
    assert ask(late(2, begun=True), first_byte=1, silence=3600).texts == ["Hi"]


@pytest.mark.parametrize(
    ("answer", "limits"),
    [
        (hangs, {"first_byte": 1}),
        (drips(head=True), {"first_byte": 1}),
        (late(3600, begun=True), {"silence": 1}),
        (stream(HI, done=False, then=hangs), {"silence": 1}),
    ],
)
def test_a_server_is_waited_for_no_longer_than_it_may_be_silent(
    answer: Answer, limits: dict[str, float]
) -> None:
    assert type(ask(answer, deadline=3600, **limits).error) is LLMTimeout


def test_text_that_flows_is_not_cut() -> None:
    def slowly(exchange: Exchange) -> None:
        exchange.begin()
        for _ in range(15):
            exchange.send(b"data: %s\n\n" % json.dumps(event({"content": "Hi"})).encode())
            exchange.wait(0.2)
        exchange.send(b"data: [DONE]\n\n")
        exchange.end()

    assert ask(slowly, first_byte=2, silence=2).said == "Hi" * 15


def without_end(piece: bytes) -> Answer:
    def answer(exchange: Exchange) -> None:
        exchange.begin()
        while not exchange.wait(0.05):
            exchange.send(piece + b"\n\n")

    return answer


THINKS = event({"reasoning_content": "so "})
ASKS = event({"tool_calls": [{"index": 0, "function": {"name": "create_task", "arguments": "a"}}]})


@pytest.mark.parametrize(
    "answer",
    [
        hangs,
        drips(head=True),
        without_end(b": PROCESSING"),
        without_end(b"data: " + json.dumps(THINKS).encode()),
        without_end(b"data: " + json.dumps(ASKS).encode()),
        without_end(b"data: " + json.dumps(event({"content": ""})).encode()),
        fails(429, retry_after=100),
    ],
)
def test_whoever_waits_can_be_called_off_whatever_comes(answer: Answer) -> None:
    class CalledOff(Exception):
        pass

    looked = 0

    def look() -> None:
        nonlocal looked
        looked += 1
        if looked == 3:
            raise CalledOff

    with (
        ScriptedServer(answer) as server,
        closing(remote(server.url, deadline=3600, silence=3600)) as llm,
        pytest.raises(CalledOff),
    ):
        list(llm.stream(PROMPT, [], look))


def test_text_that_goes_on_behind_the_finish_reason_has_its_time_again() -> None:
    """Some servers tell it with each piece."""
    pieces = (
        b"data: %s\n\n" % json.dumps(event({"content": text}, "stop")).encode()
        for text in ("Ad", "ded", "", " milk.")
    )
    finished: list[str] = []
    completion = Completion("some-model")

    texts = list(completion.read(pieces, lambda: finished.append(completion.text)))

    assert texts == ["Ad", "ded", " milk."]
    assert finished == ["Ad", "Added", "Added milk."]


def test_what_was_shortened_can_be_given_more_time() -> None:
    deadline = Deadline(3600)
    deadline.shorten(0)
    deadline.shorten(1800)

    assert deadline.remaining() > 900
