"""Limits that eight server processes share, and what is left of them without Redis."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

import httpx2
import pytest
from django.conf import settings

from accounts.models import User
from conversations.models import Conversation, Message, Turn, TurnCount
from tests.conftest import database_url
from tests.served.processes import client_of
from tests.servers import TodoChat, Valkey
from tests.web.silent import Silent

# Who has Redis and eight processes has no SQLite.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

PROCESSES, CALLS = 8, 25
A_DAY = 30
LIMITS = {
    "WEB_CONCURRENCY": "1",
    "CHAT_RATE": "20/d",  # no window ends amid a test
    "LOGIN_RATE": "3/d",
    "AGENT_MAX_OPEN_TURNS": "300",
    "AGENT_DAILY_TURNS": str(A_DAY),
}


def served(redis_url: str) -> TodoChat:
    """A process that knows the tokens which the tests make."""
    keys = {"SECRET_KEY": settings.SECRET_KEY, "JWT_SIGNING_KEY": settings.JWT_SIGNING_KEY}
    return TodoChat(database_url(), REDIS_URL=redis_url, **LIMITS, **keys)


@pytest.fixture(scope="module")
def valkey() -> Iterator[Valkey]:
    with Valkey() as server:
        yield server


@pytest.fixture(scope="module")
def fleet(django_db_setup: None, valkey: Valkey) -> Iterator[list[TodoChat]]:
    with ExitStack() as running, ThreadPoolExecutor(PROCESSES) as threads:
        servers = [served(valkey.url) for _ in range(PROCESSES)]
        yield list(threads.map(running.enter_context, servers))


def say(client: httpx2.Client) -> httpx2.Response:
    return client.post("/api/chat/", json={"message": "Hello"})


def all_say(servers: list[TodoChat], user: User, calls: int = CALLS) -> list[httpx2.Response]:
    """So many calls to each, all servers at once."""

    def insist(server: TodoChat) -> list[httpx2.Response]:
        with client_of(server, user) as client:
            return [say(client) for _ in range(calls)]

    with ThreadPoolExecutor(len(servers)) as threads:
        return [answer for answers in threads.map(insist, servers) for answer in answers]


def accepted(answers: list[httpx2.Response]) -> int:
    """How many were; all others were refused in the right way."""
    refused = [answer for answer in answers if answer.status_code != 200]
    for answer in refused:
        assert answer.status_code == 429, answer.text
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == "throttled"
        assert int(answer.headers["Retry-After"]) >= 1
        assert "Try again in " in answer.json()["detail"]
    return len(answers) - len(refused)


def assert_whole_turns(user: User, turns: int) -> None:
    """No other rows than those of so many turns, each in a conversation of its own."""
    assert Turn.objects.filter(user=user, status=Turn.Status.COMPLETED).count() == turns
    assert Turn.objects.filter(user=user).count() == turns
    assert Conversation.objects.filter(user=user).count() == turns
    assert Message.objects.filter(user=user).count() == 2 * turns
    assert TurnCount.objects.get(user=user).turns == turns


def guesses(server: TodoChat, name: str, tries: int) -> list[int]:
    body = {"username": name, "password": "wrong"}
    with httpx2.Client(base_url=server.url, timeout=60) as client:
        return [client.post("/api/auth/token/", json=body).status_code for _ in range(tries)]


def test_of_200_calls_to_eight_processes_exactly_20_are_accepted(
    fleet: list[TodoChat], user: User, stranger: User
) -> None:
    with ThreadPoolExecutor(2) as threads:
        mine = threads.submit(all_say, fleet, user)
        others = threads.submit(all_say, fleet, stranger, 1)

    assert accepted(mine.result()) == 20
    assert accepted(others.result()) == 8
    assert_whole_turns(user, 20)
    assert_whole_turns(stranger, 8)


def test_without_redis_the_messages_of_a_day_are_exact_all_the_same(
    fleet: list[TodoChat], valkey: Valkey, user: User, stranger: User
) -> None:
    valkey.stop()
    try:
        assert accepted(all_say(fleet, user)) == A_DAY
        with client_of(fleet[0], stranger) as client:
            assert accepted([say(client) for _ in range(CALLS)]) == 20, "in one process"
        assert guesses(fleet[0], user.username, 5) == [401] * 3 + [429] * 2
        ready = httpx2.get(f"{fleet[0].url}/health/ready/")
    finally:
        valkey.start()

    assert_whole_turns(user, A_DAY)
    assert (ready.status_code, ready.json()["status"]) == (200, "degraded")
    assert "Traceback" not in "".join((server.folder / "log").read_text() for server in fleet)


def test_a_redis_that_never_answers_stops_nobody(user: User) -> None:
    with closing(Silent()) as silent, served(silent.url) as server:
        assert accepted(all_say([server], user)) == 20
        assert guesses(server, user.username, 5) == [401] * 3 + [429] * 2
        ready = httpx2.get(f"{server.url}/health/ready/")
        log = (server.folder / "log").read_text()

    assert (ready.status_code, ready.json()["cache"]) == (200, "down")
    assert log.count("Redis is away (TimeoutError)") == 1
    assert "Traceback" not in log
