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
from typing import Any

import httpx2
import psycopg
import pytest

from accounts.shards import distributed
from tests.conftest import database_url
from tests.servers import Postgres, TodoChat
from tests.sharding import ALL_BUT_KEYS, PARTITIONS

pytestmark = [pytest.mark.only_on("sharded"), pytest.mark.django_db(transaction=True)]

USERS = 6
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
        dumped = [front.binaries / "pg_dump", "--no-owner", "--file", schema, database_url()]
        subprocess.run(dumped, check=True)
        for server in (front, *shards):
            restored = ["--quiet", "--set", "ON_ERROR_STOP=1", "--file", schema, server.url]
            subprocess.run([server.binaries / "psql", *restored], check=True, capture_output=True)
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
    wrote = []
    with TodoChat(front.url, REMIND="0", AGENT_FINISH_TURNS="0", REGISTER_RATE="100/m") as chat:
        for number in range(USERS):
            client = _signed_in(chat, f"person{number}")
            before = [_writes(shard) for shard in shards]
            for words in SAID:
                reply = _say(client, words)
                after = [_writes(shard) for shard in shards]
                wrote.append([now - was for now, was in zip(after, before, strict=True)])
                before = after
                assert reply["status"] == "completed", reply
                print(words, "->", reply["content"])
            assert [task["title"] for task in client.get("/api/tasks/").json()["results"]] == []

    assert len(wrote) == USERS * len(SAID)
    assert [each for each in wrote if 0 not in each] == []
    assert all(any(each) for each in wrote)
    assert all(any(each[place] for each in wrote) for place in range(len(shards)))


def _signed_in(chat: TodoChat, name: str) -> httpx2.Client:
    account = {"username": name, "password": "a quiet long secret"}
    client = httpx2.Client(base_url=chat.url, timeout=60)
    assert client.post("/api/auth/register/", json=account).status_code == 201
    token = client.post("/api/auth/token/", json=account).json()["access"]
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def _say(client: httpx2.Client, words: str) -> dict[str, Any]:
    """In the conversation that they have had, or their first one."""
    known = client.get("/api/conversations/").json()["results"]
    body = {"message": words, **({"conversation_id": known[0]["id"]} if known else {})}
    answer = client.post("/api/chat/", json=body)
    assert answer.status_code == 200, answer.text
    reply: dict[str, Any] = answer.json()["assistant_message"]
    return reply


def _writes(shard: Postgres) -> int:
    """How many statements have written to it."""
    lines = (shard.folder / "log").read_text(errors="replace").splitlines()
    return sum("INSERT INTO" in each or "UPDATE" in each or "DELETE FROM" in each for each in lines)
