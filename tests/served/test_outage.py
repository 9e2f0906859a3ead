"""The database is away for a while: every request is told so, and all is well once it is back."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx2
import psycopg
import pytest

from tests.chat.streams import parse
from tests.factories import PASSWORD
from tests.fakes import call
from tests.fakes.answers import asks, says
from tests.served.processes import Held, Model, happens, until
from tests.servers import Postgres, TodoChat

pytestmark = pytest.mark.only_on("postgresql")

ACCOUNT = {"username": "ada", "password": PASSWORD}
KEY = {"Idempotency-Key": "key-1"}
ID = "0199a3c4-7d1e-7c3a-9b57-2f6f0c1d8e55"
REQUESTS: list[tuple[str, str, Any]] = [
    ("GET", "/api/tasks/", None),
    ("POST", "/api/tasks/", {"title": "Milk"}),
    ("PATCH", f"/api/tasks/{ID}/", {"title": "Milk"}),
    ("GET", f"/api/tasks/{ID}/history/", None),
    ("GET", "/api/conversations/", None),
    ("GET", f"/api/conversations/{ID}/messages/", None),
    ("GET", f"/api/conversations/{ID}/events/", None),
    ("POST", "/api/chat/", {"message": "Hello"}),
    ("POST", "/api/chat/", {"message": "Hello", "stream": True}),
    ("GET", "/api/auth/me/", None),
    ("POST", "/api/auth/register/", {**ACCOUNT, "username": "bob"}),
    ("POST", "/api/auth/token/", ACCOUNT),
]
SAID = {"message": "Milk, please"}
MILK = call("create_task", title="Milk")
SOON = 20  # seconds: sooner than the half minute for which a pool would wait
ROUNDS = 3  # of a few seconds: long enough for a pool to fall into a long pause


@pytest.fixture
def server(postgres: Postgres, shared_model: Model) -> Iterator[TodoChat]:
    settings = {"OPENAI_BASE_URL": shared_model.url, "AGENT_LEASE": "6", "REMIND": "0"}
    with TodoChat(postgres.url, WEB_CONCURRENCY="1", **settings) as running:
        yield running
        assert "Traceback" not in log_of(running)


@pytest.fixture
def client(server: TodoChat, request: pytest.FixtureRequest) -> Iterator[httpx2.Client]:
    """Signed in, as a user of this test."""
    account = {"username": f"user{abs(hash(request.node.name))}", "password": PASSWORD}
    with httpx2.Client(base_url=server.url, timeout=SOON) as client:
        client.post("/api/auth/register/", json=account).raise_for_status()
        pair = client.post("/api/auth/token/", json=account).json()
        client.headers["Authorization"] = f"Bearer {pair['access']}"
        yield client


@contextmanager
def away(postgres: Postgres) -> Iterator[None]:
    postgres.stop("immediate")
    try:
        yield
    finally:
        postgres.start()


def log_of(server: TodoChat) -> str:
    return (server.folder / "log").read_text()


def titles(client: httpx2.Client) -> list[str]:
    answer = client.get("/api/tasks/")
    assert answer.status_code == 200, answer.text
    return [task["title"] for task in answer.json()["results"]]


def assert_unavailable(answer: httpx2.Response) -> None:
    assert answer.status_code == 503, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "database_unavailable"
    assert int(answer.headers["Retry-After"]) >= 1


def test_every_request_is_told_until_the_database_is_back(
    postgres: Postgres, client: httpx2.Client, threads: ThreadPoolExecutor
) -> None:
    def send(request: tuple[str, str, Any]) -> httpx2.Response:
        method, path, body = request
        return client.request(method, path, json=body)

    assert titles(client) == []
    with away(postgres):
        for _ in range(ROUNDS):
            for answer in threads.map(send, REQUESTS):
                assert_unavailable(answer)
        up, ready = client.get("/health/"), client.get("/health/ready/")
    added = client.post("/api/tasks/", json={"title": "Milk"})

    assert added.status_code == 201  # at the first try
    assert titles(client) == ["Milk"]
    assert up.status_code == 200
    assert ready.status_code == 503
    assert (ready.json()["database"], ready.json()["cache"]) == ("down", "ok")
    assert client.get("/health/ready/").status_code == 200


def test_a_page_says_so_in_a_friendly_way(
    postgres: Postgres, server: TodoChat, threads: ThreadPoolExecutor
) -> None:
    def visit(path: str) -> httpx2.Response:
        session = {"sessionid": "a" * 32}
        return httpx2.get(server.url + path, cookies=session, timeout=SOON)

    with away(postgres):
        pages = list(threads.map(visit, ["/", "/admin/"]))

    for page in pages:
        assert page.status_code == 503, page.url
        assert page.headers["Content-Type"].startswith("text/html")
        assert "The database cannot be reached just now." in page.text
        assert int(page.headers["Retry-After"]) >= 1


def test_a_server_may_start_before_its_database(postgres: Postgres) -> None:
    with away(postgres):
        server = TodoChat(postgres.url, WEB_CONCURRENCY="1")
        server.start()
        early = httpx2.get(server.url + "/health/ready/", timeout=SOON)
    try:
        account = {"username": "early", "password": PASSWORD}
        answer = httpx2.post(server.url + "/api/auth/register/", json=account, timeout=SOON)
    finally:
        server.close()

    assert early.status_code == 503
    assert answer.status_code == 201


def test_a_turn_whose_database_stays_away_is_tried_again_later(
    postgres: Postgres, model: Model, client: httpx2.Client, threads: ThreadPoolExecutor
) -> None:
    asked = Held(asks(MILK))
    model.begin(asked, asks(MILK), says("Added."))
    sending = threads.submit(client.post, "/api/chat/", json=SAID, headers=KEY)
    assert happens(asked.asked)
    with away(postgres):
        asked.go_on.set()
        answer = sending.result()
    until(lambda: sent_again(client).status_code == 200)

    assert_unavailable(answer)
    assert titles(client) == ["Milk"]


def test_streams_whose_database_stays_away_end_and_the_turn_is_tried_again_later(
    postgres: Postgres,
    server: TodoChat,
    model: Model,
    client: httpx2.Client,
    threads: ThreadPoolExecutor,
) -> None:
    asked = Held(asks(MILK))
    model.begin(asked, asks(MILK), says("Added."))
    streamed = {**SAID, "stream": True}
    reading = threads.submit(client.post, "/api/chat/", json=streamed, headers=KEY)
    assert happens(asked.asked)
    conversation = client.get("/api/conversations/").json()["results"][0]["id"]
    following = threads.submit(client.get, f"/api/conversations/{conversation}/events/")
    until(lambda: "/events/ 200" in log_of(server))
    with away(postgres):
        asked.go_on.set()
        streams = [reading.result(), following.result()]
    until(lambda: sent_again(client).status_code == 200)

    told, followed = ([event.name for event in parse([stream.content])] for stream in streams)
    assert (told[0], told[-1]) == ("turn.started", "turn.failed")
    assert set(followed) <= {"turn.started"}
    assert titles(client) == ["Milk"]


def sent_again(client: httpx2.Client) -> httpx2.Response:
    """409 while the process that lost the turn might still come back to it."""
    return client.post("/api/chat/", json=SAID, headers=KEY)


def test_who_looks_for_turns_of_the_dead_says_so_once_and_goes_on_looking(
    client: httpx2.Client, server: TodoChat, postgres: Postgres, model: Model
) -> None:
    model.begin(says("Too late."), says("Here I am."))
    where = [client.post("/api/chat/", json={"message": "Hello"}).json()["conversation_id"]]
    with away(postgres):
        until(lambda: "the database failed" in log_of(server))
        time.sleep(4)
    with psycopg.connect(postgres.url, autocommit=True) as rows:
        died = "UPDATE conversations_turn SET status = 'incomplete', finished_at = now()"
        rows.execute(f"{died} WHERE conversation_id = %s", where)

        def status() -> Any:
            turns = "SELECT status, attempt FROM conversations_turn WHERE conversation_id = %s"
            return rows.execute(turns, where).fetchall()

        until(lambda: status() == [("completed", 2)])

    assert log_of(server).count("the database failed") == 1
