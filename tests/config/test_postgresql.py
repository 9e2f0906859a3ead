"""How times of PostgreSQL are read, and what its tables are told."""

from collections.abc import Callable
from datetime import UTC, datetime

import psycopg
import pytest
from django.core.management import call_command
from django.db import DataError, connection
from psycopg_pool import ConnectionPool

from config.postgresql import check_connection
from tests.conftest import database_url

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]


def read(text: str) -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::timestamptz", [text])
        moment: datetime = cursor.fetchone()[0]
        return moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-30 01:49:12.504037+00", datetime(2026, 11, 30, 1, 49, 12, 504037, UTC)),
        ("2026-11-30 01:49:12.5+00", datetime(2026, 11, 30, 1, 49, 12, 500000, UTC)),
        ("2026-11-30 01:49:12+05:30", datetime(2026, 11, 29, 20, 19, 12, 0, UTC)),
        ("0001-01-01 00:00:00+00", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31 23:59:59.999999+00", datetime(9999, 12, 31, 23, 59, 59, 999999, UTC)),
    ],
)
def test_a_time_is_read_to_the_microsecond_in_utc(text: str, moment: datetime) -> None:
    assert read(text) == moment
    assert read(text).tzinfo is UTC


@pytest.mark.parametrize("text", ["infinity", "0044-03-15 BC", "10000-01-01"])
def test_what_python_knows_no_time_for_is_told(text: str) -> None:
    with pytest.raises(DataError, match="too"):
        read(text)


def test_it_is_not_djangos_slow_way() -> None:
    connection.ensure_connection()

    loader = connection.connection.adapters.get_loader(1184, 0)

    assert loader.__module__ == "config.postgresql"


def test_the_pool_looks_at_the_socket_of_a_connection() -> None:
    connection.ensure_connection()

    check_connection(connection.connection)

    assert ConnectionPool.check_connection is check_connection


@pytest.mark.django_db(transaction=True)
def test_a_connection_whose_server_has_left_is_no_good() -> None:
    with psycopg.connect(database_url(), autocommit=True) as other:
        number = other.info.backend_pid
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [number])

        with pytest.raises(psycopg.OperationalError):
            check_connection(other)


@pytest.fixture
def told() -> Callable[[str], bool]:
    """Whether a table was told by ``migrate`` to expect many rows of each user; as yet none is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT attrelid::regclass FROM pg_attribute WHERE attoptions IS NOT NULL")
        for (table,) in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} ALTER COLUMN user_id RESET (n_distinct)")

    def of(table: str) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT attoptions FROM pg_attribute"
                " WHERE attrelid = %s::regclass AND attname = 'user_id'",
                [table],
            )
            return cursor.fetchall() == [(["n_distinct=-0.005"],)]

    return of


def test_our_tables_are_told_wherever_they_are_and_no_others(told: Callable[[str], bool]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE of_others (user_id integer)")
        cursor.execute("CREATE SCHEMA elsewhere")
        cursor.execute("SET LOCAL search_path = elsewhere, public")

    call_command("migrate", verbosity=0)

    assert [told(each) for each in ("todos_task", "of_others")] == [True, False]


def test_who_may_not_tell_them_migrates_all_the_same(
    told: Callable[[str], bool], caplog: pytest.LogCaptureFixture
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE pg_read_all_data")

    call_command("migrate", verbosity=0)

    assert not told("todos_task")
    assert "todos_task" in caplog.text
    assert "must be owner of table todos_task" in caplog.text
