"""The ways in which a model's server fails, and what the user gets."""

import gzip
import json
from itertools import chain, repeat
from typing import Any, NamedTuple

from tests.fakes import Answer
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
    stream,
)
from tests.fakes.asking import KEY
from tests.fakes.server import Exchange

WORDS = f"the wallet of {KEY} at https://provider.example/v1 is empty"


class Fault(NamedTuple):
    """``hits`` is how often the server is asked."""

    answer: Answer
    status: int
    code: str
    hits: int = 1


def misconfigured(answer: Answer, hits: int = 1) -> Fault:
    return Fault(answer, 503, "llm_misconfigured", hits)


def unavailable(answer: Answer, hits: int = 2) -> Fault:
    return Fault(answer, 503, "llm_unavailable", hits)


def timeout(answer: Answer) -> Fault:
    return Fault(answer, 504, "llm_timeout")


def bad_response(answer: Answer, hits: int = 2) -> Fault:
    return Fault(answer, 502, "llm_bad_response", hits)


def _choices(**choice: Any) -> dict[str, Any]:
    return {"choices": [{"finish_reason": "stop", **choice}]}


def half_a_head(exchange: Exchange) -> None:
    exchange.raw([b"HTTP/1.1 200 OK\r\nContent-Ty"])
    exchange.reset()


def comments_for_ever(exchange: Exchange) -> None:
    while not exchange.wait(0.05):
        exchange.send(b": OPENROUTER PROCESSING\n\n")


def an_error_that_drips(exchange: Exchange) -> None:
    """Of which the status is enough."""
    head = b"HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\n\r\n{"
    exchange.raw(chain([head], repeat(b" ")), pause=0.05)


def a_picture(exchange: Exchange) -> None:
    exchange.whole(b"\x89PNG\r\n\x1a\n\0\0", kind="image/png")


BOMB = gzip.compress(b"data: " + bytes(40_000_000), 1)


def a_bomb(exchange: Exchange) -> None:
    exchange.whole(BOMB, kind="text/event-stream", headers={"Content-Encoding": "gzip"})


HALF = event({"content": "Hi"})
WHOLE = json.dumps(_choices(message={"content": "Hi"})).encode()
ERROR = {"error": {"message": WORDS}}

FAULTS = {
    "400": misconfigured(fails(400, words=WORDS), hits=2),  # and in the plainer form
    "401": misconfigured(fails(401, words=WORDS)),
    "402": unavailable(fails(402, words=WORDS), hits=1),
    "403": misconfigured(fails(403, words=WORDS)),
    "404 model": misconfigured(fails(404, words=WORDS)),
    "408": unavailable(fails(408, words=WORDS)),
    "413": bad_response(fails(413, words=WORDS), hits=1),
    "422": misconfigured(fails(422, words=WORDS), hits=2),
    "redirect": misconfigured(redirects("http://provider.example/v1/chat/completions")),
    "429": unavailable(fails(429, words=WORDS)),
    "429 for an hour": unavailable(fails(429, retry_after=3600, words=WORDS), hits=1),
    "500": unavailable(fails(500, words=WORDS)),
    "502": unavailable(page(502, words=WORDS)),
    "503 HTML": unavailable(page(503, words=WORDS)),
    "529": unavailable(fails(529, words=WORDS)),
    "reset": unavailable(resets),
    "reset in its head": unavailable(half_a_head),
    "reset midway": unavailable(stream(HALF, done=False, then=resets), hits=1),
    "hung up": unavailable(cuts),
    "no answer": timeout(hangs),
    "half an answer": timeout(stream(HALF, done=False, then=hangs)),
    "drips": timeout(drips()),
    "drips of its head": timeout(drips(head=True)),
    "comments for ever": timeout(stream(done=False, then=comments_for_ever)),
    "an error that drips": misconfigured(an_error_that_drips),
    "a picture": bad_response(a_picture),
    "a gzip bomb": bad_response(a_bomb),
    "200 HTML": bad_response(page(words=WORDS)),
    "truncated JSON": bad_response(plain(WHOLE[:-9])),
    "empty body": bad_response(plain(b"")),
    "200 error": bad_response(plain(ERROR)),
    "streamed error": bad_response(stream(ERROR)),
    "error midway": bad_response(stream(HALF, ERROR, done=False), hits=1),
    "choices []": bad_response(plain({"choices": []})),
    "streamed choices []": bad_response(stream({"choices": []})),
    "choices null": bad_response(plain({"choices": None})),
    "message null": bad_response(plain(_choices(message=None))),
    "content of a wrong type": bad_response(plain(_choices(message={"content": [5]}))),
    "calls of a wrong type": bad_response(plain(_choices(message={"tool_calls": [5]}))),
    "JSON of a wrong type": bad_response(plain(["Hi"])),
    "no end": unavailable(stream(HALF, done=False), hits=1),
    "50 MB": bad_response(floods(50)),
}

CALL = {"index": 0, "id": "a", "function": {"name": "create_task", "arguments": '{"title": "Ne'}}
BEGUN = {
    "after text": [HALF],
    "in thinking": [event({"reasoning_content": "Well, "})],
    "in the arguments of a call": [event({"tool_calls": [CALL]})],
}


def _within() -> dict[str, Fault]:
    """What ends a stream, wherever it is; only where nothing was said is it asked for again."""
    faults = {}
    for where, begun in BEGUN.items():
        asked = 1 if begun == [HALF] else 2
        too_many = {"error": {"message": WORDS, "code": "429"}}
        for name, fault in {
            "cut": unavailable(stream(*begun, done=False, then=cuts), asked),
            "reset": unavailable(stream(*begun, done=False, then=resets), asked),
            "cut in an event": unavailable(stream(*begun, done=False, then=half_an_event), asked),
            "too many": unavailable(stream(*begun, too_many, done=False), asked),
            "failed": unavailable(stream(*begun, event({}, "network_error")), asked),
            "error": bad_response(stream(*begun, ERROR, done=False), asked),
            "garbage": bad_response(stream(*begun, b"{]", done=False), asked),
            "silence": timeout(stream(*begun, done=False, then=hangs)),
            "comments": timeout(stream(*begun, done=False, then=comments_for_ever)),
        }.items():
            faults[f"{name} {where}"] = fault
    return faults


def half_an_event(exchange: Exchange) -> None:
    exchange.send(b'data: {"choices": [{"del')
    exchange.cut()


WITHIN = _within()
