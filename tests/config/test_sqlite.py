"""The writers of one process wait in line for the SQLite file, and nobody stands in it for ever.
Its threads lend each other a few connections.
"""

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from threading import Barrier, Event

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from accounts.models import User
from config.sqlite.pool import MOST, MOST_SECONDS, Connection, Pool, pool_of
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
        connection.cursor().execute("PRAGMA busy_timeout = 20000")


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
        assert connection.connection is None, "who waits holds none"

    with transaction.atomic():
        in_another_thread(cannot_write)

    can_write()


def test_who_reads_row_by_row_reads_on_after_waiting_to_write(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    UserFactory.create_batch(3)

    def read() -> None:
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "timeout", 0.05)
        rows = User.objects.iterator(chunk_size=1)
        next(rows)
        with pytest.raises(OperationalError, match="locked"):
            can_write()
        assert len([*rows]) == 2

    with transaction.atomic():
        in_another_thread(read)


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


def test_a_connection_that_is_given_back_is_lent_to_the_next_thread() -> None:
    lent: list[sqlite3.Connection] = []

    def use() -> None:
        connection.ensure_connection()
        lent.append(connection.connection)

    for _ in range(2):
        in_another_thread(use)

    assert lent[0] is lent[1]


def test_what_was_not_committed_is_not_lent() -> None:
    def write_and_leave() -> None:
        connection.cursor().execute("BEGIN IMMEDIATE")
        connection.cursor().execute("UPDATE accounts_user SET username = 'left'")

    user = UserFactory(username="kept")

    in_another_thread(write_and_leave)

    in_another_thread(can_write)
    user.refresh_from_db()
    assert user.username == "kept"


@contextmanager
def all_lent() -> Iterator[Pool]:
    pool, lent, end = pool_of(str(connection.settings_dict["NAME"])), Barrier(MOST + 1), Event()

    def hold() -> None:
        connection.ensure_connection()
        lent.wait()
        end.wait()
        connection.close()

    connection.close()
    with ThreadPoolExecutor(MOST) as threads:
        for _ in range(MOST):
            threads.submit(hold)
        lent.wait()
        try:
            yield pool
        finally:
            end.set()


def test_who_reads_does_not_wait_until_others_have_written() -> None:
    UserFactory()

    with all_lent():
        in_another_thread(lambda: User.objects.get())


def test_those_that_more_have_at_once_are_closed_when_fewer_do() -> None:
    with all_lent() as pool:
        connection.ensure_connection()
        one_more = connection.connection
        connection.close()

    assert len(pool._idle) == MOST
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        one_more.execute("SELECT 1")


def test_what_somebody_has_not_read_to_its_end_is_not_what_the_next_one_sees() -> None:
    UserFactory(username="earlier")
    UserFactory(username="later")
    left: list[Iterator[User]] = []

    def leave() -> None:
        left.append(User.objects.iterator(chunk_size=1))
        next(left[0])

    def names() -> None:
        assert {user.username for user in User.objects.all()} == {"earlier!", "later!"}
        can_write()

    connection.close()
    in_another_thread(leave)
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as other, other:
        other.execute("UPDATE accounts_user SET username = username || '!'")
    in_another_thread(names)


def test_one_is_lent_for_a_minute_so_that_a_file_in_its_place_is_seen() -> None:
    cursor = connection.cursor()  # somebody still has it
    old = connection.connection
    connection.close()
    old.opened_at -= MOST_SECONDS

    connection.ensure_connection()

    assert connection.connection is not old
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        old.execute("SELECT 1")
    connection.close()
    assert cursor


def test_one_that_cannot_be_opened_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    name = connection.settings_dict["NAME"]
    connection.close()

    for _ in range(MOST + 1):
        monkeypatch.setitem(connection.settings_dict, "NAME", "/nowhere/db.sqlite3")
        with pytest.raises(OperationalError, match="open"):
            can_write()

    monkeypatch.setitem(connection.settings_dict, "NAME", name)
    can_write()


def test_a_process_that_ends_closes_what_is_in_its_pool() -> None:
    pool = Pool()
    lent = pool.take(lambda: Connection(connection.settings_dict["NAME"]))
    pool.give_back(lent)

    pool.close()

    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        lent.execute("SELECT 1")
