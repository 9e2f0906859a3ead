"""The ways in which a model's server fails, and what the user gets."""

import json
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

WORDS = f"the quota of {KEY} at https://provider.example/v1 is used up"


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


HALF = event({"content": "Hi"})
WHOLE = json.dumps(_choices(message={"content": "Hi"})).encode()
ERROR = {"error": {"message": WORDS}}

FAULTS = {
    "400": misconfigured(fails(400, words=WORDS), hits=2),  # and in the plainer form
    "401": misconfigured(fails(401, words=WORDS)),
    "403": misconfigured(fails(403, words=WORDS)),
    "404 model": misconfigured(fails(404, words=WORDS)),
    "redirect": misconfigured(redirects("http://provider.example/v1/chat/completions")),
    "429": unavailable(fails(429, words=WORDS)),
    "429 for an hour": unavailable(fails(429, retry_after=3600, words=WORDS), hits=1),
    "500": unavailable(fails(500, words=WORDS)),
    "503 HTML": unavailable(page(503, words=WORDS)),
    "reset": unavailable(resets),
    "reset midway": unavailable(stream(HALF, done=False, then=resets), hits=1),
    "hung up": unavailable(cuts),
    "no answer": timeout(hangs),
    "half an answer": timeout(stream(HALF, done=False, then=hangs)),
    "drips": timeout(drips()),
    "drips of its head": timeout(drips(head=True)),
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
