"""Server processes that a test can stop, freeze and kill, and a model that holds them in place."""

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from select import select
from threading import Event
from typing import Any

import httpx2
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from tests.fakes import Answer, ScriptedServer
from tests.fakes.server import Exchange
from tests.servers import TodoChat, children_of

PATIENCE = 30  # seconds, after which a test gives up on what should happen soon


class Mortal(TodoChat):
    """Todo Chat, whose processes all get the signal."""

    def signal(self, sign: signal.Signals) -> None:
        os.killpg(self.arbiter, sign)

    def orphan(self) -> None:
        """Gunicorn is killed, and the processes that serve live on."""
        assert self._process is not None
        self._process.kill()
        self._process.wait()
        self._process = None

    @property
    def arbiter(self) -> int:
        """The process that starts and stops those that serve."""
        assert self._process is not None
        return self._process.pid

    @property
    def workers(self) -> set[int]:
        return children_of(self.arbiter)

    @property
    def running(self) -> bool:
        return self._process is not None


class Model(ScriptedServer):
    """Shared by tests of which each has its own script."""

    def begin(self, *answers: Answer, answer_of: Callable[[Any], Answer] | None = None) -> None:
        self._answers = list(answers)
        self._answer_of = answer_of or self._next
        self.requests.clear()
        self.refused.clear()


class Held:
    """An answer that is not given before the test says so: ``asked``, then ``go_on``, ``sent``.

    ``left`` is set when the one who asked hangs up instead of waiting.
    """

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self.asked, self.go_on, self.sent, self.left = Event(), Event(), Event(), Event()

    def __call__(self, exchange: Exchange) -> None:
        self.asked.set()
        while not self.go_on.is_set() and not exchange.wait(0):
            readable, _, _ = select([exchange.connection], [], [], 0.05)
            if readable:
                self.left.set()
                raise ConnectionError
        self._answer(exchange)
        self.sent.set()


def client_of(server: TodoChat, user: User) -> httpx2.Client:
    """Signed in, without the half second that a password takes, nor a database connection."""
    headers = {"Authorization": f"Bearer {AccessToken.for_user(user)}"}
    # Nobody shows a certificate here, and to load those that could vouch for it takes 27 ms.
    return httpx2.Client(base_url=server.url, headers=headers, timeout=60, verify=False)


def listens(server: Mortal) -> bool:
    try:
        httpx2.get(f"{server.url}/health/")
    except httpx2.TransportError:
        return False
    return True


def files_of(pid: int) -> set[str]:
    """The names of what it has open."""
    names = set()
    for file in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # it was closed meanwhile
            names.add(file.readlink().name)
    return names


def happens(event: Event) -> bool:
    return event.wait(PATIENCE)


def until(condition: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "it never came so far"
        time.sleep(0.05)
