"""A language model that speaks when the test says so."""

import json
from select import select
from threading import Event, Semaphore

from tests.fakes.answers import USAGE, event
from tests.fakes.server import Exchange

PATIENCE = 20  # seconds, after which a test gives up on what should happen soon


class Speech:
    """An answer in pieces, each of which waits for its `go_on`; after the last the answer ends.

        model.begin(speech := Speech("Hello ", "you."))
        …
        assert speech.asked.wait(PATIENCE)
        speech.go_on()  # the model has said "Hello "
        speech.go_on()  # … and all

    `left` is set when the one who asked hangs up instead of listening.
    """

    def __init__(self, *pieces: str) -> None:
        self._pieces = pieces
        self._permits = Semaphore(0)
        self.asked, self.left = Event(), Event()

    def go_on(self, pieces: int = 1) -> None:
        self._permits.release(pieces)

    def go_on_to_the_end(self) -> None:
        self.go_on(len(self._pieces))

    def __call__(self, exchange: Exchange) -> None:
        exchange.begin()
        self.asked.set()
        for piece in self._pieces:
            self._wait(exchange)
            _send(exchange, event({"content": piece}))
        _send(exchange, event({}, "stop"))
        _send(exchange, {"choices": [], "usage": USAGE})
        exchange.end()

    def _wait(self, exchange: Exchange) -> None:
        while not self._permits.acquire(timeout=0.02):
            readable, _, _ = select([exchange.connection], [], [], 0)
            if readable or exchange.wait(0):
                self.left.set()
                raise ConnectionError


def _send(exchange: Exchange, value: object) -> None:
    exchange.send(b"data: %s\n\n" % json.dumps(value).encode())
