"""How times of PostgreSQL are read."""

from datetime import UTC, datetime

import psycopg
import pytest
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
