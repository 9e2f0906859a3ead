"""Whether the server is well is told while every one of its threads waits for the model."""

import socket
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx2
import psycopg
import pytest
from django.db import connection

from conversations.models import Turn
from tests.conftest import database_url
from tests.factories import UserFactory
from tests.fakes.answers import says
from tests.served.conftest import served
from tests.served.processes import Held, Model, Mortal, client_of, until

THREADS = 3
HEALTH = ["/health/", "/health", "/health/?from=probe", "/health/ready/", "/health/ready"]


@pytest.fixture(scope="module")
def shared_server(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    with served(shared_model, WEB_THREADS=str(THREADS)) as server:
        yield server


@pytest.fixture
def server(transactional_db: None, shared_server: Mortal) -> Mortal:
    return shared_server


@contextmanager
def all_taken(
    server: Mortal, model: Model, threads: ThreadPoolExecutor
) -> Iterator[list[Future[Any]]]:
    """Every thread has a turn that waits for the model, and as many wait for a thread."""
    held = Held(says("Here I am."))
    model.begin(answer_of=lambda body: held)
    users = [UserFactory() for _ in range(2 * THREADS)]

    def attempt(number: int) -> int:
        body = {"message": "Hello", "stream": number % 2 == 0}
        with client_of(server, users[number]) as client:
            return client.post("/api/chat/", json=body).status_code

    waiting = [threads.submit(attempt, number) for number in range(2 * THREADS)]
    until(lambda: model.hits == THREADS)
    try:
        yield waiting
        assert not any(each.done() for each in waiting)
        assert Turn.objects.count() == THREADS
    finally:
        held.go_on.set()
    assert [each.result() for each in waiting] == [200] * (2 * THREADS)


def test_health_is_told_while_all_threads_wait(
    server: Mortal, model: Model, threads: ThreadPoolExecutor
) -> None:
    with all_taken(server, model, threads):
        for path in HEALTH:
            answer = httpx2.get(f"{server.url}{path}")
            assert (answer.status_code, answer.json()["status"]) == (200, "ok"), path
        assert httpx2.head(f"{server.url}/health/").status_code == 200


def test_also_to_many_at_once_and_over_a_connection_that_is_kept(
    server: Mortal, model: Model, threads: ThreadPoolExecutor
) -> None:
    def probe(number: int) -> list[int]:
        with httpx2.Client(base_url=server.url) as client:
            return [client.get("/health/").status_code for _ in range(5)]

    with all_taken(server, model, threads):
        assert list(threads.map(probe, range(20))) == [[200] * 5] * 20


def test_a_kept_connection_serves_health_and_all_else_in_turn(
    server: Mortal, model: Model, threads: ThreadPoolExecutor
) -> None:
    with httpx2.Client(base_url=server.url) as client:
        asked = ["/health/", "/api/tasks/", "/health/ready/", "/nowhere/", "/health/"]
        assert [client.get(path).status_code for path in asked] == [200, 401, 200, 404, 200]
        with all_taken(server, model, threads):
            assert client.get("/health/").status_code == 200


def test_requests_sent_in_one_go_are_answered_in_their_order(server: Mortal) -> None:
    head = "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    data = "".join(head.format(path) for path in ("/health/", "/api/tasks/", "/health/", "/health"))
    last = "GET /nowhere/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"

    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        connection.sendall((data + last).encode())
        answer = b"".join(iter(lambda: connection.recv(4096), b""))

    lines = [line for line in answer.split(b"\r\n") if b"HTTP/1.1 " in line]
    assert [line.rpartition(b"HTTP/1.1 ")[2][:3] for line in lines] == [
        b"200",
        b"401",
        b"200",
        b"200",
        b"404",
    ]


SLOW = {
    "nothing": "",
    "half a head": "GET /health/ HTTP/1.1\r\nHost: x\r\n",
    "half a body": "GET /health/ HTTP/1.1\r\nHost: x\r\ncontent-length: 9\r\n\r\n{",
    "half a piece": "GET /health/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n",
}


@pytest.mark.parametrize("half", SLOW.values(), ids=SLOW)
def test_half_a_question_after_health_holds_up_no_other(server: Mortal, half: str) -> None:
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(4 * THREADS)]
    for each in slow:
        each.sendall(half.encode())
    try:
        assert httpx2.get(f"{server.url}/health/").status_code == 200
        assert httpx2.get(f"{server.url}/health/ready/").status_code == 200
    finally:
        for each in slow:
            each.close()


@pytest.mark.only_on("postgresql")
def test_a_server_whose_database_connections_are_all_taken_lives_and_is_not_ready(
    transactional_db: None, model: Model, threads: ThreadPoolExecutor
) -> None:
    user = UserFactory()
    with served(model, DB_POOL_MAX="2") as server, client_of(server, user) as client:
        assert client.get("/health/ready/").status_code == 200
        with psycopg.connect(database_url()) as other:
            other.execute("LOCK TABLE todos_task")
            waiting = [threads.submit(client.get, "/api/tasks/") for _ in range(2)]
            until(lambda: _waits_for_the_lock() == 2)
            assert client.get("/health/").status_code == 200
            not_ready = client.get("/health/ready/")

        assert not_ready.status_code == 503
        assert not_ready.json()["database"] == "down"
        assert [each.result().status_code for each in waiting] == [200, 200]
        assert client.get("/health/ready/").status_code == 200


def _waits_for_the_lock() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])


@pytest.fixture(scope="module")
def shared_production(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    """It is asked over plain HTTP, though all its names are those of HTTPS."""
    names = {"ALLOWED_HOSTS": "chat.example.org", "TRUSTED_PROXY_COUNT": "1"}
    with served(shared_model, DJANGO_ENV="production", **names) as server:
        yield server


@pytest.mark.parametrize("path", HEALTH)
@pytest.mark.parametrize("name", ["127.0.0.1:8000", "10.1.2.3", "[fd00::7]:8000", "pod-7.local"])
def test_a_probe_may_call_us_by_any_name(
    transactional_db: None, shared_production: Mortal, path: str, name: str
) -> None:
    with httpx2.Client(base_url=shared_production.url, headers={"Host": name}) as probe:
        assert probe.get(path).status_code == 200
        assert probe.get("/api/tasks/").status_code == 400
        assert probe.get("/accounts/login/").status_code == 400


def test_the_numbers_are_told_while_every_thread_waits(
    transactional_db: None, model: Model, threads: ThreadPoolExecutor
) -> None:
    settings = {"WEB_THREADS": str(THREADS), "METRICS_TOKEN": "token"}
    with served(model, **settings) as server, all_taken(server, model, threads):
        headers = {"Authorization": "Bearer token", "Host": "10.1.2.3"}

        def told() -> str:
            return httpx2.get(f"{server.url}/metrics", headers=headers).text

        until(lambda: f'todo_chat_waiting{{reason="thread"}} {THREADS}.0' in told())
        assert f'todo_chat_threads{{state="busy"}} {THREADS}.0' in told()
        assert f"todo_chat_turns_open {THREADS}.0" in told()
