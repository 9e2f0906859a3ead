"""PostgreSQL behind PgBouncer in transaction mode: a connection may be another in each one."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import httpx2
import psycopg
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from conversations.models import Conversation
from tests.conftest import database_url
from tests.factories import UserFactory
from tests.fakes import call
from tests.fakes.answers import asks, says
from tests.pooler import PgBouncer
from tests.seeding import seed
from tests.served.conftest import served
from tests.served.processes import Model, Mortal, client_of, until
from todos.models import Task

pytestmark = pytest.mark.only_on("postgresql")

CONNECTIONS = 4  # that PgBouncer has, for all
TURNS = 110  # of each of two conversations, so that an export takes several fetches
AT_ONCE = 40


@pytest.fixture(scope="module")
def pooler(django_db_setup: None) -> Iterator[PgBouncer]:
    if PgBouncer.program is None:
        pytest.skip("Tests of a pooler need PgBouncer. Try: apt install pgbouncer")
    with PgBouncer(urlsplit(database_url()).port or 5432, CONNECTIONS) as pooler:
        yield pooler


def through(pooler: PgBouncer) -> str:
    return urlsplit(database_url())._replace(netloc=f"postgres@127.0.0.1:{pooler.port}").geturl()


@pytest.fixture(scope="module")
def shared_server(pooler: PgBouncer, shared_model: Model) -> Iterator[Mortal]:
    others = {"DATABASE_URL": through(pooler), "DB_SERVER_SIDE_CURSORS": "0"}
    others |= {"DB_POOL_MIN": str(AT_ONCE), "DB_POOL_MAX": str(AT_ONCE)}
    with served(shared_model, **others) as server:
        httpx2.get(f"{server.url}/health/ready/").raise_for_status()  # which opens the pool
        until(lambda: pooler.clients == AT_ONCE)  # busy threads would keep it from being filled
        yield server


@pytest.fixture
def server(transactional_db: None, shared_server: Mortal) -> Mortal:
    return shared_server


def test_turns_and_streams_are_taken(
    server: Mortal, model: Model, threads: ThreadPoolExecutor, pooler: PgBouncer
) -> None:
    takes_turns(server, model, threads, pooler)


def test_and_where_nobody_has_said_that_it_is_there(
    transactional_db: None, model: Model, threads: ThreadPoolExecutor, pooler: PgBouncer
) -> None:
    with served(model, DATABASE_URL=through(pooler)) as server:
        takes_turns(server, model, threads, pooler)


def takes_turns(
    server: Mortal, model: Model, threads: ThreadPoolExecutor, pooler: PgBouncer
) -> None:
    milk = asks(call("create_task", title="Milk"))
    model.begin(
        answer_of=lambda body: says("Added.") if body["messages"][-1]["role"] == "tool" else milk
    )
    users = [UserFactory() for _ in range(20)]

    def attempt(number: int) -> str:
        with client_of(server, users[number]) as client:
            body = {"message": "Milk, please", "stream": number % 2 == 0}
            return client.post("/api/chat/", json=body).text

    assert all("Added." in said for said in threads.map(attempt, range(20)))
    assert sorted(Task.objects.values_list("user", "title")) == [
        (user.pk, "Milk") for user in sorted(users, key=lambda user: user.pk)
    ]
    prepared = "SELECT count(*) FROM pg_prepared_statements"
    assert told_behind(pooler, prepared) == [0] * CONNECTIONS
    assert told_behind(pooler, "SHOW enable_seqscan") == ["on"] * CONNECTIONS


def told_behind(pooler: PgBouncer, asked: str) -> list[Any]:
    """By each of its connections."""
    with ExitStack() as stack:
        held = [stack.enter_context(psycopg.connect(through(pooler))) for _ in range(CONNECTIONS)]
        return [row[0] for each in held for row in each.execute(asked)]


@pytest.mark.parametrize("path", ["", "todos/task/", "conversations/conversation/"])
def test_the_admin_is_shown(server: Mortal, path: str) -> None:
    operator = UserFactory(is_staff=True, is_superuser=True)
    signed_in = Client()
    signed_in.force_login(operator)
    with client_of(server, operator) as client:
        cookie = {"Cookie": f"sessionid={signed_in.cookies['sessionid'].value}"}
        assert client.get(f"/admin/{path}", headers=cookie).status_code == 200


def test_all_exports_at_once_are_whole(server: Mortal, threads: ThreadPoolExecutor) -> None:
    seed(2, TURNS, then=timezone.now(), deleted=False, users=1)
    user = User.objects.get(username="seeded0")
    conversation = f"/api/conversations/{Conversation.objects.first().pk}/export/"

    def export(number: int) -> int:
        path = conversation if number % 2 else "/api/auth/me/export/"
        with client_of(server, user) as client:
            answer = client.get(path)
        assert answer.status_code == 200, answer.text
        return len(answer.json()["messages"])

    assert list(threads.map(export, range(AT_ONCE))) == [4 * TURNS, 2 * TURNS] * (AT_ONCE // 2)
