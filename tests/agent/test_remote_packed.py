"""Answers that are packed although nobody asked for it, and connections that break; real HTTP."""

import gzip
import json
import zlib
from contextlib import closing

import pytest

from agent.llm import LLMBadResponse, LLMMisconfigured, LLMNoQuota, LLMUnavailable
from tests.agent.refused_elsewhere import TOLD
from tests.fakes import ScriptedServer
from tests.fakes.answers import event, says, stream
from tests.fakes.asking import PROMPT, Heard, ask, listen, remote
from tests.fakes.server import Answer

WORDS = b"".join(
    b"data: %s\n\n" % json.dumps(each).encode()
    for each in (event({"content": "Grüß "}), event({"content": "Gott"}), event({}, "stop"))
)


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


PACKED = {
    "gzip": gzip.compress(WORDS),
    "x-gzip": gzip.compress(WORDS),
    "GZIP": gzip.compress(WORDS[:50]) + gzip.compress(WORDS[50:]),
    "gzip ": gzip.compress(WORDS) + b"\0" * 8,
    "deflate": zlib.compress(WORDS),
    " deflate": raw_deflate(WORDS),
    "  gzip": WORDS,
    "identity": WORDS,
    "": WORDS,
}


def packed(content: bytes, coding: str, status: int = 200) -> Answer:
    return lambda exchange: exchange.whole(
        content, status, "text/event-stream", {"Content-Encoding": coding}
    )


@pytest.mark.parametrize("coding", PACKED)
def test_a_packed_answer_is_read(coding: str) -> None:
    assert ask(packed(PACKED[coding], coding)).said == "Grüß Gott"


def test_a_packed_stream_is_read_as_it_comes() -> None:
    packer = zlib.compressobj(wbits=31)
    begun = packer.compress(WORDS.partition(b"\n\n")[0] + b"\n\n") + packer.flush(zlib.Z_SYNC_FLUSH)

    def answer(exchange):  # type: ignore[no-untyped-def]
        exchange.send_response(200)
        exchange.send_header("Content-Encoding", "gzip")
        exchange.end_headers()
        exchange.raw([begun])
        exchange.wait()

    with ScriptedServer(answer) as server, closing(remote(server.url)) as llm:
        speaking = llm.stream(PROMPT, [])
        assert next(speaking).text == "Grüß "
        speaking.close()


@pytest.mark.parametrize("coding", ["br", "zstd", "gzip, gzip"])
def test_what_cannot_be_unpacked_is_a_bad_response(coding: str) -> None:
    answer = packed(b"\x1f\x8bxxxxxxx", coding)
    assert type(ask(answer, answer).error) is LLMBadResponse


def test_what_is_broken_within_is_asked_for_again() -> None:
    broken = gzip.compress(WORDS)[:20] + b"\xff" * 30
    assert ask(packed(broken, "gzip"), says("Hi")).texts == ["Hi"]


def test_a_bomb_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    bomb = gzip.compress(b"data: " + b"x" * 50_000_000, 1)
    assert type(ask(*[packed(bomb, "gzip")] * 2, max_bytes=1_000_000).error) is LLMBadResponse
    assert "too many bytes" in caplog.text


def test_a_packed_error_is_read_too() -> None:
    told = TOLD["OpenAI: quota"]
    assert type(ask(packed(gzip.compress(told.content), "gzip", 429)).error) is LLMNoQuota
    bomb = gzip.compress(b"x" * 50_000_000, 1)
    assert type(ask(packed(bomb, "gzip", 401)).error) is LLMMisconfigured


CALL = {"index": 0, "id": "a", "function": {"name": "list_tasks", "arguments": '{"li'}}
SILENT = {
    "before anything": [],
    "in a role": [event({"role": "assistant", "content": ""})],
    "in thinking": [event({"reasoning_content": "Well, "})],
    "in told thinking": [event({"content": "<think>Well, "})],
    "in a call's pieces": [event({"tool_calls": [CALL]})],
}


@pytest.mark.parametrize("where", SILENT)
def test_a_stream_that_drops_before_a_word_is_asked_again_and_called_by_its_name(
    where: str, caplog: pytest.LogCaptureFixture
) -> None:
    def half_an_event(exchange):  # type: ignore[no-untyped-def]
        exchange.send(b'data: {"choices": [{"del')
        exchange.cut()

    def half_an_event_and_an_end(exchange):  # type: ignore[no-untyped-def]
        exchange.send(b'data: {"choices": [{"del')
        exchange.end()

    for then in (half_an_event, half_an_event_and_an_end):
        dropped = stream(*SILENT[where], done=False, then=then)
        assert ask(dropped, says("Hi")).texts == ["Hi"]
        caplog.clear()
        assert type(ask(dropped, dropped).error) is LLMUnavailable
        assert caplog.text.count("dropped connection") >= 2


def test_of_many_messages_to_a_flaky_server_all_are_answered_or_unavailable() -> None:
    drops = stream(event({"tool_calls": [CALL]}), done=False, then=lambda exchange: exchange.cut())
    script = [drops, says("Hi"), says("Hi")] * 10
    with ScriptedServer(*script) as server, closing(remote(server.url)) as llm:
        heard = [listen(llm, Heard(server)) for _ in range(20)]
    assert [each.texts for each in heard] == [["Hi"]] * 20
