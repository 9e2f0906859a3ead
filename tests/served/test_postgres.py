"""What only a database server can do: crash, come back, and count who holds a connection."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import httpx2
import psycopg
import pytest
from django.db import connection

from tests.factories import UserFactory
from tests.fakes import call
from tests.fakes.answers import asks, says
from tests.served.conftest import served
from tests.served.processes import Held, Model, client_of, happens, until
from tests.servers import Postgres, TodoChat

pytestmark = pytest.mark.only_on("postgresql")

MILK = call("create_task", title="Milk")
WAITING, FEW = 30, 3


@pytest.fixture(scope="module")
def server(postgres: Postgres, shared_model: Model) -> Iterator[TodoChat]:
    settings = {"OPENAI_BASE_URL": shared_model.url, "WEB_CONCURRENCY": "1", "CHAT_RATE": "1000/s"}
    with TodoChat(postgres.url, REGISTER_RATE="1000/s", **settings) as running:
        yield running


@pytest.fixture
def client(server: TodoChat, request: pytest.FixtureRequest) -> Iterator[httpx2.Client]:
    """Signed in, as a user of this test."""
    account = {"username": request.node.name, "password": "correct horse battery"}
    with httpx2.Client(base_url=server.url, timeout=60) as client:
        client.post("/api/auth/register/", json=account).raise_for_status()
        pair = client.post("/api/auth/token/", json=account).json()
        client.headers["Authorization"] = f"Bearer {pair['access']}"
        yield client


def say(client: httpx2.Client) -> httpx2.Response:
    headers = {"Idempotency-Key": "key-1"}
    return client.post("/api/chat/", json={"message": "Milk, please"}, headers=headers)


def titles(client: httpx2.Client) -> list[str]:
    return [task["title"] for task in client.get("/api/tasks/").json()["results"]]


def test_a_restart_between_requests_is_not_noticed(
    postgres: Postgres, model: Model, client: httpx2.Client
) -> None:
    model.begin(asks(MILK), says("Added."))
    assert client.get("/api/tasks/").status_code == 200

    postgres.restart("immediate")

    assert client.get("/api/tasks/").status_code == 200
    assert say(client).status_code == 200
    assert titles(client) == ["Milk"]


def test_a_restart_while_the_model_thinks_is_not_noticed_either(
    postgres: Postgres, model: Model, client: httpx2.Client, threads: ThreadPoolExecutor
) -> None:
    asked = Held(asks(MILK))
    model.begin(asked, says("Added."))
    sending = threads.submit(say, client)
    assert happens(asked.asked)

    postgres.restart("immediate")
    asked.go_on.set()

    answer = sending.result()
    assert (answer.status_code, titles(client)) == (200, ["Milk"])


def test_a_crash_within_a_tool_leaves_neither_a_task_nor_a_call(
    postgres: Postgres, model: Model, client: httpx2.Client, threads: ThreadPoolExecutor
) -> None:
    asked = Held(asks(MILK))
    model.begin(asked, asks(MILK), says("Added."))
    sending = threads.submit(say, client)
    assert happens(asked.asked)
    with closing(psycopg.connect(postgres.url)) as holding:
        holding.execute("LOCK TABLE todos_task IN SHARE MODE")  # a new task has to wait
        asked.go_on.set()
        until(lambda: someone_waits(postgres))
        postgres.restart("immediate")
    failed = sending.result()
    assert titles(client) == []
    again = say(client)

    assert failed.status_code == 503
    assert failed.json()["code"] == "database_unavailable"
    assert failed.json()["assistant_message"]["tool_calls"] == []
    assert int(failed.headers["Retry-After"]) >= 1
    assert again.status_code == 200
    assert titles(client) == ["Milk"]
    assert len(again.json()["assistant_message"]["tool_calls"]) == 1


def someone_waits(postgres: Postgres) -> bool:
    with psycopg.connect(postgres.url) as looking:
        waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        return bool(looking.execute(waiting).fetchall())


def test_turns_that_wait_for_the_model_need_no_connection(
    transactional_db: None, model: Model, threads: ThreadPoolExecutor
) -> None:
    held = Held(says("At last."))
    model.begin(answer_of=lambda body: held)
    users = [UserFactory() for _ in range(WAITING)]

    def attempt(user: Any) -> int:
        with client_of(server, user) as client:
            return client.post("/api/chat/", json={"message": "Hello"}).status_code

    with served(model, PGAPPNAME="few connections", DB_POOL_MAX=str(FEW)) as server:
        sending = [threads.submit(attempt, user) for user in users]
        until(lambda: model.hits == WAITING)
        until(lambda: connections("few connections") <= Counter(idle=FEW))  # none is in use
        held.go_on.set()

        assert [sent.result() for sent in sending] == [200] * WAITING


def connections(application: str) -> Counter[str]:
    """What the connections of a server are at."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state FROM pg_stat_activity WHERE application_name = %s", [application]
        )
        return Counter(state for (state,) in cursor.fetchall())
