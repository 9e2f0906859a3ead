"""Answers for a ScriptedServer: how a language model talks, asks for tools, and fails.

Each function here makes an answer, or is one: ``hangs``, ``resets`` and ``cuts`` can also stand
at the end of a stream, as its ``then``.
"""

import json
from collections.abc import Iterator
from itertools import chain, repeat
from typing import Any

from agent.llm import ToolRequest
from tests.fakes.prompts import words_of
from tests.fakes.server import Answer, Exchange

Event = dict[str, Any]
USAGE = {"prompt_tokens": 21, "completion_tokens": 8, "total_tokens": 29}


def event(delta: Any = None, finish_reason: str | None = None, **more: Any) -> Event:
    choice = {"index": 0, "delta": delta, "finish_reason": finish_reason}
    return {"object": "chat.completion.chunk", "model": "scripted-1", "choices": [choice], **more}


def stream(
    *events: Any, done: bool = True, then: Answer | None = None, status: int = 200
) -> Answer:
    """Server-sent events, one for each value (as JSON, but bytes as they are), and the end mark."""

    def answer(exchange: Exchange) -> None:
        exchange.begin(status)
        for value in events:
            data = value if isinstance(value, bytes) else json.dumps(value).encode()
            exchange.send(b"data: %s\n\n" % data)
        if done:
            exchange.send(b"data: [DONE]\n\n")
        if then:
            then(exchange)
        else:
            exchange.end()

    return answer


def says(*pieces: str, finish_reason: str = "stop", usage: bool = True) -> Answer:
    return stream(
        event({"role": "assistant", "content": ""}),
        *(event({"content": piece}) for piece in pieces),
        event({}, finish_reason),
        *([{"choices": [], "usage": USAGE}] if usage else []),
    )


def asks(*calls: ToolRequest, said: str = "", piece: int = 7) -> Answer:
    """For tools, as OpenAI does: by index, the arguments in pieces of so many characters."""
    deltas: list[Event] = [{"role": "assistant", "content": said or None}]
    for index, call in enumerate(calls):
        head = {"name": call.name, "arguments": ""}
        deltas.append(_calls({"index": index, **_identity(index), "function": head}))
        for start in range(0, len(call.arguments), piece):
            part = {"arguments": call.arguments[start : start + piece]}
            deltas.append(_calls({"index": index, "function": part}))
    return _asks(deltas)


def asks_whole(*calls: ToolRequest, same_index: bool = False) -> Answer:
    """For tools, each call in one piece: without an index, or all with index 0."""
    place = {"index": 0} if same_index else {}
    return _asks(
        [
            _calls({**place, **_identity(number), "function": _function(call)})
            for number, call in enumerate(calls)
        ]
    )


def _function(call: ToolRequest) -> dict[str, Any]:
    return {"name": call.name, "arguments": call.arguments}


def _identity(number: int) -> dict[str, Any]:
    return {"id": f"call_{number}", "type": "function"}


def _calls(*calls: dict[str, Any]) -> dict[str, Any]:
    return {"tool_calls": list(calls)}


def _asks(deltas: list[dict[str, Any]]) -> Answer:
    ending = [event({}, "tool_calls"), {"choices": [], "usage": USAGE}]
    return stream(*(event(delta) for delta in deltas), *ending)


def plain(value: Any, status: int = 200) -> Answer:
    """One JSON body, where a stream was asked for; bytes as they are."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return lambda exchange: exchange.whole(content, status)


def page(status: int = 200, words: str = "<!DOCTYPE html>\n<h1>Bad gateway</h1>\n") -> Answer:
    return lambda exchange: exchange.whole(words.encode(), status, "text/html")


def fails(status: int, *, retry_after: object = None, words: str = "No.") -> Answer:
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    content = json.dumps({"error": {"message": words}}).encode()
    return lambda exchange: exchange.whole(content, status, headers=headers)


def redirects(url: str) -> Answer:
    return lambda exchange: exchange.whole(b"", 307, headers={"Location": url})


def hangs(exchange: Exchange) -> None:
    """Not a word more, and the connection stays open."""
    exchange.wait()
    exchange.cut()


def cuts(exchange: Exchange) -> None:
    exchange.cut()


def resets(exchange: Exchange) -> None:
    exchange.reset()


def drips(*, head: bool = False) -> Answer:
    """For ever, a byte in 50 ms: of a comment in the stream, or of the head, which never ends."""
    beginning = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
    start = b"X-Slow: " if head else b"\r\n: "
    return lambda exchange: exchange.raw(chain([beginning + start], repeat(b".")), pause=0.05)


def floods(megabytes: int) -> Answer:
    """That much of one line."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: "
    return lambda exchange: exchange.raw(chain([head], repeat(b"x" * 2**16, megabytes * 16)))


def talks_for_ever(exchange: Exchange) -> None:
    exchange.begin()
    for number in _numbers():
        exchange.send(b"data: %s\n\n" % json.dumps(event({"content": f"{number} "})).encode())
        if exchange.wait(0.001):
            return


def _numbers() -> Iterator[int]:
    number = 0
    while True:
        yield number
        number += 1


def obliges(body: dict[str, Any]) -> Answer:
    """A simple mind: it makes a task of what the user says, then says that it has."""
    last = body["messages"][-1]
    if last["role"] == "user":
        title = " ".join(words_of(last).split())[:200]
        return asks(ToolRequest("create_task", json.dumps({"title": title})))
    return says("I have ", "added ", "it.")
