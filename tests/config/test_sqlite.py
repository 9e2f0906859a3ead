"""The writers of one process wait in line for the SQLite file, and nobody stands in it for ever."""

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from accounts.models import User
from tests.factories import UserFactory

pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.django_db(transaction=True)]

WRITERS = 8
EACH = 10


def in_another_thread(act: Callable[[], object]) -> None:
    def closing_its_connection() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(closing_its_connection).result()


def can_write() -> None:
    with transaction.atomic():
        UserFactory()


def the_row_is_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(pk=User.objects.create(username="twice").pk)


def the_commit_is_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        connection.cursor().execute(
            "INSERT INTO accounts_session VALUES ('key', '', '2026-11-21', 9)"
        )


def the_connection_is_closed() -> None:
    with transaction.atomic():
        connection.close()


def another_process_writes() -> None:
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other:
        other.execute("BEGIN IMMEDIATE")
        connection.cursor().execute("PRAGMA busy_timeout = 50")
        with pytest.raises(OperationalError, match="locked"), transaction.atomic():
            raise AssertionError("two wrote at once")


@pytest.mark.parametrize(
    "mishap",
    [the_row_is_refused, the_commit_is_refused, the_connection_is_closed, another_process_writes],
)
def test_after_a_mishap_the_next_one_writes(mishap: Callable[[], None]) -> None:
    mishap()

    in_another_thread(can_write)
    can_write()


def test_who_waits_too_long_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    def cannot_write() -> None:
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
        with pytest.raises(OperationalError, match="locked"):
            can_write()

    with transaction.atomic():
        in_another_thread(cannot_write)

    can_write()


def test_many_writers_lose_nothing() -> None:
    def write(_number: int) -> None:
        try:
            for _ in range(EACH):
                can_write()
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))

    assert User.objects.count() == WRITERS * EACH
