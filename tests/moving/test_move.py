"""manage.py move_to: every row of one database in another one, as it is."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone
from pytest_django import Settings

from conversations.models import Message, Turn
from tests.accounts.traces import live_fully
from tests.conftest import database_url
from tests.factories import ConversationFactory, TaskFactory, UserFactory
from tests.seeding import seed
from tests.servers import ROOT

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

Rows = dict[str, list[str]]


@pytest.fixture(autouse=True)
def nobody_serves(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others that run tests are processes of their DATA_DIR, and would count as servers."""
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setenv("DATA_DIR", str(settings.DATA_DIR))


@pytest.fixture
def empty_postgres() -> Iterator[str]:
    """The address of a database beside that of the test."""
    address = f"{database_url()}_moved"
    name = address.rsplit("/", 1)[1]
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield address
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def move(source: str, target: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "move_to", target],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": source},
        capture_output=True,
        text=True,
        check=False,
    )


def rows(address: str) -> Rows:
    """All of PostgreSQL, but for when migrations were run."""
    with psycopg.connect(address) as asking:
        found = asking.execute("SELECT relname FROM pg_stat_user_tables ORDER BY 1").fetchall()
        names = [name for (name,) in found if name != "django_migrations"]
        return {
            name: sorted(str(row) for row in asking.execute(f'SELECT * FROM "{name}"'))
            for name in names
        }


def schema(address: str) -> list[Any]:
    """The foreign keys, and how many rows of a user PostgreSQL is told to expect."""
    with psycopg.connect(address) as asking:
        keys = asking.execute(
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) "
            "FROM pg_constraint WHERE contype = 'f' ORDER BY 1, 2"
        ).fetchall()
        expected = asking.execute(
            "SELECT attrelid::regclass::text, attoptions FROM pg_attribute "
            "WHERE attname = 'user_id' AND attoptions IS NOT NULL ORDER BY 1"
        ).fetchall()
    assert keys
    assert expected
    return [*keys, *expected]


def test_every_row_goes_there_and_back_as_it_is(tmp_path: Path, empty_postgres: str) -> None:
    user = UserFactory(username="Łukasz", is_staff=True)
    live_fully(user)
    Turn.objects.update(lease_expires_at=timezone.now())  # nobody is at work
    later = TaskFactory(user=user, title="🥛 'quoted' \\ and more")
    TaskFactory(user=user).steps.set([later])  # named by one that comes before it
    user.user_permissions.set(Permission.objects.order_by("-pk")[:3])
    group = Group.objects.create(name="Operators")
    group.permissions.set(Permission.objects.order_by("pk")[:3])
    user.groups.add(group)
    number_given_last = UserFactory()
    number_given_last.erase()
    file = tmp_path / "moved.sqlite3"

    there = move(database_url(), f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as spoilt, spoilt:
        spoilt.execute("UPDATE todos_task SET notes = char(0) WHERE id = ?", [later.pk.hex])
    refused = move(f"sqlite:///{file}", empty_postgres)
    with closing(sqlite3.connect(file)) as mended, mended:
        mended.execute("UPDATE todos_task SET notes = '' WHERE id = ?", [later.pk.hex])
    back = move(f"sqlite:///{file}", empty_postgres)

    assert (there.stderr, back.stderr) == ("", "")
    assert f"todos.Task {later.pk} cannot be kept there: " in refused.stderr
    assert rows(empty_postgres) == rows(database_url())
    assert schema(empty_postgres) == schema(database_url())
    with psycopg.connect(empty_postgres) as moved:
        [number] = moved.execute("SELECT nextval('accounts_user_id_seq')").fetchone() or [0]
    assert number > number_given_last.pk


def test_it_is_killed_and_goes_on_though_the_rows_have_changed(empty_postgres: str) -> None:
    seed(200, 10, then=timezone.now(), deleted=False)
    with subprocess.Popen(
        [sys.executable, "manage.py", "move_to", empty_postgres],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": database_url()},
        stdout=subprocess.PIPE,
        text=True,
    ) as killed:
        assert killed.stdout
        while "conversations.ToolCall" not in killed.stdout.readline():
            assert killed.poll() is None
        killed.kill()
    left = rows(empty_postgres)
    Message.objects.filter(seq=2).update(content="Another one")
    Message.objects.filter(seq=20).delete()
    UserFactory(username="new")

    again, once_more = [move(database_url(), empty_postgres).stderr for _ in range(2)]

    assert again == ""
    assert "It has rows already" in once_more
    assert len(left["conversations_message"]) == 4000
    assert not left["conversations_turn"] or "todo_chat_unfinished_move" in left
    assert rows(empty_postgres) == rows(database_url())
    assert schema(empty_postgres) == schema(database_url())


@pytest.mark.parametrize(
    ("address", "answer"),
    [
        ("", "Give a PostgreSQL, .* or a file"),
        ("redis://localhost", "Give a PostgreSQL, .* or a file"),
        ("mysql://localhost/todo", "Give a PostgreSQL, .* or a file"),
        ("sqlite://", "Give a PostgreSQL, .* or a file"),
        ("{ours}", "That is the database of the settings itself."),
    ],
)
def test_an_address_that_is_none_is_told(address: str, answer: str) -> None:
    with pytest.raises(CommandError, match=answer):
        call_command("move_to", address.format(ours=database_url()))


def test_nothing_is_moved_while_somebody_writes(tmp_path: Path) -> None:
    ConversationFactory().begin_turn("Add milk", timedelta(hours=1))
    file = f"sqlite:///{tmp_path}/moved.sqlite3"

    at_work = move(database_url(), file)
    Turn.objects.update(lease_expires_at=timezone.now())
    with psycopg.connect(database_url()) as somebody:
        somebody.execute("UPDATE accounts_user SET first_name = 'A'")
        writes = move(database_url(), file)

    assert "1 turns are open" in at_work.stderr
    assert "Something still writes" in writes.stderr
