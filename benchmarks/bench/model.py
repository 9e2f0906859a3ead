"""The language model of the benchmark, as a process: ``python -m benchmarks.bench.model``.

It prints its port and answers until its input ends. How it answers is told by the latest mark in
what it is asked:

    [plain 4f2a]  at once, streamed where that is asked for: 40 words, the first of them "4f2a"
    [tool 4f2a]   it asks for a task called "Task 4f2a", and then answers as a plain one
    [tools 4f2a]  for three of them at once
    [wait 4f2a]   2 s later, and then as a plain one
    [words 4f2a]  a word each 50 ms for a second, the first after a second; it tells when it was
                  sent, on the monotonic clock: "at=12345.678901"
"""

import asyncio
import json
import re
import sys
import time
from collections.abc import Iterator
from typing import Any

from tests.fakes.answers import USAGE, event

MARK = re.compile(rb"\[(plain|tools?|wait|words) (\w+)\]")
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
KINDS = (b"plain", b"tool", b"tools", b"wait", b"words")
CALLS = {"tool": 1, "tools": 3}
PAUSE = 2.0  # seconds of one that waits
FIRST_WORD, BETWEEN, WORDS = 1.0, 0.05, 20
FILLING = [f" word{number}" for number in range(39)]

STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
WHOLE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"


def chunk(value: Any) -> bytes:
    data = b"data: %s\n\n" % (value if isinstance(value, bytes) else json.dumps(value).encode())
    return b"%x\r\n%s\r\n" % (len(data), data)


BEGINNING = chunk(event({"role": "assistant", "content": ""}))
FILLED = [chunk(event({"content": word})) for word in FILLING]
USED = chunk({"choices": [], "usage": USAGE})
END = USED + chunk(b"[DONE]") + b"0\r\n\r\n"
ENDING, ENDING_OF_CALLS = chunk(event({}, "stop")) + END, chunk(event({}, "tool_calls")) + END


def spoken(word: str) -> Iterator[bytes]:
    yield STREAM + BEGINNING
    yield chunk(event({"content": word}))
    yield from FILLED
    yield ENDING


def whole(word: str) -> bytes:
    message = {"role": "assistant", "content": "".join((word, *FILLING))}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    body = {"object": "chat.completion", "model": "scripted-1", "choices": [choice], "usage": USAGE}
    content = json.dumps(body).encode()
    return WHOLE % (len(content), content)


def asked(word: str, number: int) -> bytes:
    titles = [f"Task {word}", f"Task {word} two", f"Task {word} three"][:number]
    calls = [
        {"index": place, "id": f"call_{place}", "type": "function", "function": made(title)}
        for place, title in enumerate(titles)
    ]
    return (
        STREAM
        + chunk(event({"role": "assistant", "content": None}))
        + chunk(event({"tool_calls": calls}))
        + ENDING_OF_CALLS
    )


def made(title: str) -> dict[str, str]:
    return {"name": "create_task", "arguments": json.dumps({"title": title})}


class Conversation(asyncio.Protocol):
    """One connection, over which one request comes after the other."""

    def __init__(self) -> None:
        self.read = bytearray()
        self.speaking: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.out = transport

    def data_received(self, data: bytes) -> None:
        self.read += data
        while (end := self.read.find(b"\r\n\r\n")) >= 0:
            length = LENGTH.search(self.read, 0, end)
            whole = end + 4 + (int(length[1]) if length else 0)
            if len(self.read) < whole:
                return
            body = bytes(self.read[end + 4 : whole])
            del self.read[:whole]
            self.answer(body)

    def answer(self, body: bytes) -> None:
        kind, word, is_done = latest(body)
        if kind in CALLS and not is_done:
            self.out.write(asked(word, CALLS[kind]))
        elif kind in ("plain", *CALLS):
            self.say(word, body)
        else:
            task = asyncio.ensure_future(self.speak(kind, word, body))
            self.speaking.add(task)
            task.add_done_callback(self.speaking.discard)

    def say(self, word: str, body: bytes) -> None:
        if b'"stream":true' in body or b'"stream": true' in body:
            for piece in spoken(word):
                self.out.write(piece)
        else:
            self.out.write(whole(word))

    async def speak(self, kind: str, word: str, body: bytes) -> None:
        if kind == "wait":
            await asyncio.sleep(PAUSE)
            self.say(word, body)
            return
        await asyncio.sleep(FIRST_WORD)
        first = f"at={time.monotonic():.6f} {word}"
        self.out.write(STREAM + BEGINNING + chunk(event({"content": first})))
        for piece in FILLED[: WORDS - 1]:
            await asyncio.sleep(BETWEEN)
            self.out.write(piece)
        self.out.write(ENDING)


def latest(body: bytes) -> tuple[str, str, bool]:
    """How to answer, with which word, and whether the tool that it takes was called."""
    begin = max(body.rfind(b"[%s " % kind) for kind in KINDS)
    mark = MARK.match(body, begin) if begin >= 0 else None
    if mark is None:
        raise ValueError(f"no mark in {body[-300:]!r}")
    is_done = body.find(b'"tool_call_id"', begin) >= 0
    return mark[1].decode(), mark[2].decode(), is_done


async def serve() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Conversation, "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
