"""The migrations go forward, back and forward again, on a database of their own, also with rows."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.databases import vendor
from tests.servers import ROOT

OURS = ("accounts_", "todos_", "conversations_")
SCHEMA_OF_SQLITE = "SELECT name, sql FROM sqlite_master ORDER BY name"
SCHEMA_OF_POSTGRESQL = """
    SELECT table_name || '.' || column_name, data_type || is_nullable
      FROM information_schema.columns WHERE table_schema = 'public'
    UNION ALL SELECT tablename || '.' || indexname, indexdef
      FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    ORDER BY 1
"""


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if vendor(request.config) == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite3'}"
        return
    server, name = os.environ["DATABASE_URL"], f"empty_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        yield urlsplit(server)._replace(path=f"/{name}").geturl()
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.only_on("postgresql")  # tests/test_upgrades.py has both
def test_all_migrations_can_be_taken_back_and_made_again(url: str) -> None:
    manage(url, "migrate")
    made = schema(url)
    manage(url, "migrate", "accounts", "zero")  # and with it all that knows a user
    taken_back = schema(url)
    manage(url, "migrate")
    manage(url, "migrate", "--check")

    assert {app for app in OURS for name, _ in made if name.startswith(app)} == set(OURS)
    assert [name for name, _ in taken_back if name.startswith(OURS)] == []
    assert schema(url) == made


ROWS = """
from datetime import date
from accounts.models import User
from conversations.models import Conversation, Feedback
from django.utils import timezone
from todos.models import Origin, Proposal, Task, TaskList
from todos.repeating import Repeat
user, api = User.objects.create_user("ada", password="x"), Origin("api")
home = TaskList.add(user, api, name="Home")
daily = Repeat.read({"words": "every day"})
bins = Task.add(user, api, title="Bins", due_date=date(2026, 11, 30), repeats=daily, list=home)
party = Task.add(user, api, title="Party", tags=("fun",), list=home, duration_minutes=30)
Task.add(user, Origin("import"), title="Cake", parent=party)
bins.complete(api)
party.edit(api, tags=("fun", "big"), due_date=date(2026, 12, 1))
Proposal.make(user, {"do": "delete", "tasks": [str(party.pk)]}, api)
home.rename(api, "House")
talk = Conversation.objects.create(user=user)
turn = talk.turns.create(user=user, status="completed", lease_expires_at=timezone.now())
said = talk.messages.create(user=user, turn=turn, seq=1, role="user", content="Hello")
Feedback.objects.give(said, "positive")
"""
SAID = """
    SELECT content, kind FROM conversations_message
      JOIN conversations_feedback ON reply_id = conversations_message.id
"""
TITLES = "SELECT title FROM todos_task ORDER BY title"


@pytest.mark.only_on("postgresql")
def test_rows_outlive_the_way_back_and_forward(url: str) -> None:
    """Back to when there were no lists, tags, steps and proposals: these are lost, no task is;
    and to when no key carried an owner."""
    manage(url, "migrate")
    manage(url, "shell", "--no-imports", "-c", ROWS)
    before = read(url, TITLES)

    manage(url, "migrate", "todos", "0004")
    manage(url, "migrate", "conversations", "0016")
    behind = read(url, TITLES)
    spelled = str(read(url, "SELECT before, after FROM todos_taskchange"))
    manage(url, "migrate")

    assert read(url, SAID) == [("Hello", "positive")]
    assert before == behind == read(url, TITLES)
    assert len(before) == 4
    assert "due_date" in spelled  # what the code of then undoes, by columns that it has
    assert not [name for name in ("list", "tags", "parent", "duration_minutes") if name in spelled]
    assert read(url, "SELECT count(*) FROM todos_taskchange WHERE task_id IS NOT NULL")[0][0] >= 5
    assert {row[0] for row in read(url, "SELECT version FROM todos_task")} == {1}


def manage(url: str, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments, "--verbosity", "0"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        check=True,
    )


def schema(url: str) -> set[tuple[str, str]]:
    """Columns, indexes and constraints: the name of each, and how the database spells it."""
    return set(read(url, SCHEMA_OF_SQLITE if url.startswith("sqlite") else SCHEMA_OF_POSTGRESQL))


def read(url: str, query: str) -> list[tuple[Any, ...]]:
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            return connection.execute(query).fetchall()
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()
