"""The load of the benchmark: clients that ask, one request after the other, and hold on to it.

Each has a connection that it keeps, and looks at every answer: one that is wrong raises Wrong, and
the benchmark ends.
"""

import asyncio
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count

PATIENCE = 60  # seconds
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")
CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding: *chunked")
STAMP = re.compile(rb"at=(\d+\.\d{6})")


class Wrong(Exception):
    """An answer that is not what was asked for."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request as bytes, and what must be in its answer, whose status is ``status``."""

    request: bytes
    expected: tuple[bytes, ...] = ()
    status: int = 200


@dataclass(slots=True)
class Answer:
    status: int
    head: bytes
    body: bytes
    seconds: float
    late: float | None = None  # seconds from the model's first word to ours


@dataclass(slots=True)
class Burst:
    """What came of a load: its seconds, those of each answer, and what failed."""

    seconds: float
    answers: list[Answer] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return len(self.answers) / self.seconds

    @property
    def times(self) -> list[float]:
        return [answer.seconds for answer in self.answers]


class Client:
    """One connection to a port of this machine, made anew where the server has closed it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.writer: asyncio.StreamWriter | None = None

    async def ask(self, ask: Ask) -> Answer:
        begun = time.monotonic()
        try:
            answer = await self._over_the_line(ask, begun)
        except (asyncio.IncompleteReadError, ConnectionError):
            if self.writer is None:
                raise
            self.close()  # it was kept for longer than the server keeps one
            answer = await self._over_the_line(ask, begun)
        if answer.status != ask.status or not all(each in answer.body for each in ask.expected):
            first, told = ask.request.partition(b"\r\n")[0], answer.body[-2000:]
            raise Wrong(f"{first!r} got {answer.status} without {ask.expected!r}: {told!r}")
        return answer

    def close(self) -> None:
        if self.writer:
            self.writer.close()
        self.writer = None

    async def _over_the_line(self, ask: Ask, begun: float) -> Answer:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.writer.write(ask.request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        if length := LENGTH.search(head):
            body, late = await self.reader.readexactly(int(length[1])), None
        elif CHUNKED.search(head):
            body, late = await self._pieces()
        else:
            body, late = b"", None
        return Answer(status, head, body, time.monotonic() - begun, late)

    async def _pieces(self) -> tuple[bytes, float | None]:
        body, late = bytearray(), None
        while size := int(await self.reader.readline(), 16):
            body += await self.reader.readexactly(size + 2)
            del body[-2:]
            if late is None and (stamp := STAMP.search(body)):
                late = time.monotonic() - float(stamp[1])
        await self.reader.readline()
        return bytes(body), late


def burst(
    port: int,
    asks: Callable[[int, int], Ask],
    at_once: int,
    seconds: float,
    *,
    begun_over: float = 0,
) -> Burst:
    """Ask for so long, so many at once; ``asks`` makes the request of a client, by its numbers.

    The clients begin within ``begun_over`` seconds, one after the other.
    """

    async def go_on(client: int) -> list[Answer]:
        line, answers = Client(port), []
        await asyncio.sleep(begun_over * client / at_once)
        for number in count():
            if number and time.monotonic() >= end:
                break
            answers.append(await line.ask(asks(client, number)))
        line.close()
        return answers

    async def together() -> Burst:
        async with asyncio.timeout(PATIENCE + seconds):
            taken = await asyncio.gather(*map(go_on, range(at_once)))
        return Burst(time.monotonic() - begun, [answer for each in taken for answer in each])

    begun = time.monotonic()
    end = begun + seconds
    return asyncio.run(together())


def each_once(port: int, asks: Iterable[Ask], over: float = 0) -> Burst:
    """All of them, each once, begun within ``over`` seconds; failures are told, not raised."""
    asks = list(asks)

    async def one(place: int, ask: Ask) -> Answer | str:
        await asyncio.sleep(over * place / len(asks))
        line = Client(port)
        try:
            return await line.ask(ask)
        except (Wrong, OSError, asyncio.IncompleteReadError) as error:
            return f"{type(error).__name__}: {error}"
        finally:
            line.close()

    async def together() -> list[Answer | str]:
        async with asyncio.timeout(PATIENCE + over):
            return await asyncio.gather(*(one(place, ask) for place, ask in enumerate(asks)))

    begun = time.monotonic()
    came = asyncio.run(together())
    answers = [each for each in came if isinstance(each, Answer)]
    failures = [each for each in came if isinstance(each, str)]
    return Burst(time.monotonic() - begun, answers, failures)


def once(port: int, ask: Ask) -> Answer:
    return burst(port, lambda *_: ask, at_once=1, seconds=0).answers[0]
