"""Two nodes behind the shipped nginx are restarted one after the other, and nobody notices."""

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from shutil import which
from threading import Event
from typing import Any, Self

import httpx2
import pytest
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from conversations.models import Turn
from tests.factories import UserFactory
from tests.fakes.answers import says
from tests.fakes.prompts import words_of
from tests.served.conftest import served
from tests.served.processes import Held, Model, Mortal, listens, until
from tests.served.proxy import NAME, NGINX, Nginx, through

pytestmark = pytest.mark.only_on("postgresql")  # two nodes have one

LOADERS = 6  # who ask without a pause
OPEN = 8  # turns and streams that wait for the model while their node stops
WHILE_STOPPING = 80  # requests that are answered in that time
IN_ALL = 300
WAIT = "Wait"
FAIL_TIMEOUT = 2  # seconds, as in the site


@pytest.fixture(scope="module")
def installed() -> None:
    if NGINX is None or which("openssl") is None:
        pytest.skip("Tests of the proxy need nginx and openssl. Try: apt install nginx openssl")


Nodes = tuple[Mortal, Mortal]


@pytest.fixture
def nodes(installed: None, transactional_db: None, shared_model: Model) -> Iterator[Nodes]:
    others = {"ALLOWED_HOSTS": f"{NAME},127.0.0.1", "TRUSTED_PROXY_COUNT": "1"}
    others |= {"WEB_CONCURRENCY": "2", "WEB_THREADS": "16"}
    with served(shared_model, **others) as one, served(shared_model, **others) as other:
        yield one, other


class Load:
    """People who go on asking, each for a page of tasks, a turn and a stream in turn."""

    def __init__(self, proxy: Nginx, threads: ThreadPoolExecutor) -> None:
        self.answers: Counter[str] = Counter()
        self._over = Event()
        self._proxy = proxy
        users = [UserFactory() for _ in range(LOADERS)]
        self._running = [threads.submit(self._ask, user) for user in users]

    @property
    def total(self) -> int:
        return sum(self.answers.values())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()

    def stop(self) -> None:
        self._over.set()
        for each in self._running:
            each.result()

    def _ask(self, user: User) -> None:
        with through(self._proxy) as client:
            client.headers |= token_of(user)
            number = 0
            while not self._over.is_set():
                self.answers[self._outcome(client, number)] += 1
                number += 1

    def _outcome(self, client: httpx2.Client, number: int) -> str:
        try:
            if number % 4 < 2:
                return outcome(client.get("/api/tasks/"))
            body = {"message": "Hello", "stream": number % 4 == 2}
            return outcome(client.post("/api/chat/", json=body))
        except httpx2.TransportError as error:
            return repr(error)


class Waiters:
    """People whose turns and streams wait for the model until the test lets them go on."""

    def __init__(self, proxy: Nginx, model: Model, threads: ThreadPoolExecutor) -> None:
        self._held = held = Held(says("Just in time."))
        model.begin(answer_of=lambda body: held if asks_to_wait(body) else says("Here I am."))
        self._proxy = proxy
        users = [UserFactory() for _ in range(OPEN)]
        self._waiting = [threads.submit(self._ask, *each) for each in enumerate(users)]
        until(lambda: sum(asks_to_wait(asked.body) for asked in [*model.requests]) == OPEN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._held.go_on.set()

    def go_on(self) -> list[str]:
        """What came of each."""
        assert not any(each.done() for each in self._waiting)
        self._held.go_on.set()
        return [each.result() for each in self._waiting]

    def _ask(self, number: int, user: User) -> str:
        with through(self._proxy) as client:
            body = {"message": WAIT, "stream": number % 2 == 0}
            return outcome(client.post("/api/chat/", json=body, headers=token_of(user)))


def token_of(user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {AccessToken.for_user(user)}"}


def asks_to_wait(body: dict[str, Any]) -> bool:
    return bool(words_of(body["messages"][-1]) == WAIT)


def outcome(answer: httpx2.Response) -> str:
    """``200`` if the reply is whole, else all that came."""
    words = ("Here I am.", "Just in time.", '"results"')
    whole = answer.status_code == 200 and any(word in answer.text for word in words)
    return "200" if whole else f"{answer.status_code} {answer.text}"


def test_a_rolling_restart_loses_no_request(
    nodes: Nodes, model: Model, threads: ThreadPoolExecutor
) -> None:
    model.begin(answer_of=lambda body: says("Here I am."))
    with Nginx(*[node.port for node in nodes]) as proxy, Load(proxy, threads) as load:
        for node in nodes:
            with Waiters(proxy, model, threads) as waiters:
                stopping = threads.submit(node.stop)
                until(lambda node=node: not listens(node))
                gone = load.total
                until(lambda gone=gone: load.total >= gone + WHILE_STOPPING)
                assert waiters.go_on() == ["200"] * OPEN
            stopping.result()
            node.start()
            until(lambda node=node: is_ready(node))
            time.sleep(FAIL_TIMEOUT)
        until(lambda: load.total >= IN_ALL)
        load.stop()
        told = proxy.log("access")

    assert load.answers == {"200": load.total}
    assert not Turn.objects.exclude(status=Turn.Status.COMPLETED).exists()
    assert '"502, 200"' in told  # it was refused by one node, and the other was asked


def is_ready(node: Mortal) -> bool:
    return httpx2.get(f"{node.url}/health/ready/").status_code == 200
