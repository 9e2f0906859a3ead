"""The rows of half of the users are on one server and those of the others on another one.

Behind the tables that the product knows are foreign tables of postgres_fdw, one for each partition.
No distributed PostgreSQL can be had here; this is as near as it comes. What postgres_fdw cannot do
is left out of this schema alone: unique and foreign keys of the whole (each server has those of
its own partitions, all the same), and ON CONFLICT with a key, by which reminders are kept: they
stay where the users are.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count

import httpx2
import psycopg
import pytest

from accounts.shards import distributed
from tests.conftest import database_url
from tests.servers import Postgres, TodoChat
from tests.sharding import ALL_BUT_KEYS, PARTITIONS

pytestmark = [pytest.mark.only_on("sharded"), pytest.mark.django_db(transaction=True)]

USERS = 3  # at least, and until both servers have some
HERE = {"todos_reminder", "reminders_delivery"}
TO_WHOLE = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname)
      FROM pg_constraint WHERE contype = 'f' AND conparentid = 0 AND confrelid IN
           ('accounts_user'::regclass, 'reminders_pushsubscription'::regclass)
"""
SAID = (
    "Add buy milk for tomorrow and call Anna",
    "Rename buy milk to buy oat milk",
    "What is due tomorrow?",
    "I have called Anna",
    "Undo that",
    "Delete all tasks",
    "Yes",
)
Servers = tuple[Postgres, Postgres, Postgres]


@pytest.fixture
def servers(transactional_db: None) -> Iterator[Servers]:
    """Where the users are, and two that have the rows of half of them each."""
    with ExitStack() as running:
        front, *shards = (running.enter_context(Postgres()) for _ in range(3))
        schema = os.fspath(front.folder / "schema.sql")
        dumped = [front._binaries / "pg_dump", "--no-owner", "--file", schema, database_url()]
        subprocess.run(dumped, check=True)
        for server in (front, *shards):
            restored = ["--quiet", "--set", "ON_ERROR_STOP=1", "--file", schema, server.url]
            subprocess.run([server._binaries / "psql", *restored], check=True, capture_output=True)
        for shard in shards:
            _keep_rows(shard)
        _spread(front, shards)
        yield (front, *shards)


def _keep_rows(shard: Postgres) -> None:
    """Without the users, who are at the front; and each write is in the log."""
    with psycopg.connect(shard.url, autocommit=True) as connection:
        for (drop,) in connection.execute(TO_WHOLE).fetchall():
            connection.execute(drop)
        connection.execute("ALTER SYSTEM SET log_statement = 'mod'")
        connection.execute("SELECT pg_reload_conf()")


def _spread(front: Postgres, shards: list[Postgres]) -> None:
    tables = {model._meta.db_table for model in distributed()} - HERE
    with psycopg.connect(front.url) as connection:
        connection.execute("CREATE EXTENSION postgres_fdw")
        for name, shard in enumerate(shards):
            connection.execute(
                f"CREATE SERVER shard{name} FOREIGN DATA WRAPPER postgres_fdw"
                f" OPTIONS (host '127.0.0.1', port '{shard.port}', dbname 'postgres');"
                f"CREATE USER MAPPING FOR postgres SERVER shard{name} OPTIONS (user 'postgres')"
            )
        for table in tables:
            connection.execute(
                f"CREATE TABLE anew (LIKE {table} {ALL_BUT_KEYS}) PARTITION BY HASH (user_id);"
                f"DROP TABLE {table} CASCADE; ALTER TABLE anew RENAME TO {table}"
            )
            for number in range(PARTITIONS):
                shard = number * len(shards) // PARTITIONS
                connection.execute(
                    f"CREATE FOREIGN TABLE {table}_p{number} PARTITION OF {table}"
                    f" FOR VALUES WITH (MODULUS {PARTITIONS}, REMAINDER {number})"
                    f" SERVER shard{shard} OPTIONS (table_name '{table}_p{number}')"
                )


def test_no_turn_writes_to_more_than_the_server_of_its_user(servers: Servers) -> None:
    front, *shards = servers
    wrote: list[list[int]] = []
    with TodoChat(front.url, REMIND="0", AGENT_FINISH_TURNS="0", REGISTER_RATE="100/m") as chat:
        for number in count():
            with httpx2.Client(base_url=chat.url, timeout=60) as client:
                _sign_in(client, f"person{number}")
                wrote += [_written(shards, client, words) for words in SAID]
                assert client.get("/api/tasks/").json()["results"] == []
            if number >= USERS - 1 and all(any(place) for place in zip(*wrote, strict=True)):
                break

    assert [each for each in wrote if 0 not in each] == []
    assert all(any(each) for each in wrote)


def _sign_in(client: httpx2.Client, name: str) -> None:
    account = {"username": name, "password": "a quiet long secret"}
    assert client.post("/api/auth/register/", json=account).status_code == 201
    token = client.post("/api/auth/token/", json=account).json()["access"]
    client.headers["Authorization"] = f"Bearer {token}"


def _written(shards: list[Postgres], client: httpx2.Client, words: str) -> list[int]:
    """How many statements have written to each, while this was said and answered."""
    before = [_writes(shard) for shard in shards]
    known = client.get("/api/conversations/").json()["results"]
    body = {"message": words, **({"conversation_id": known[0]["id"]} if known else {})}
    answer = client.post("/api/chat/", json=body)
    assert answer.status_code == 200, answer.text
    assert answer.json()["assistant_message"]["status"] == "completed", answer.text
    return [_writes(shard) - was for shard, was in zip(shards, before, strict=True)]


def _writes(shard: Postgres) -> int:
    lines = (shard.folder / "log").read_text(errors="replace").splitlines()
    return sum("INSERT INTO" in each or "UPDATE" in each or "DELETE FROM" in each for each in lines)
