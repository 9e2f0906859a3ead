"""The database that rows are moved from, and the one that they are moved to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import dj_database_url
from django.conf import settings
from django.core.management.base import CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from config.databases import POSTGRESQL, SQLITE, Database, on_sqlite
from config.moving.rows import tables

SOURCE, TARGET = "source", "target"
WAIT_SECONDS = 10
GIVE = "Give a PostgreSQL, postgres://user@host/name, or a file, sqlite:////folder/db.sqlite3"
HELD = f"Something still writes, for more than {WAIT_SECONDS} s: stop all servers and services."


def open_both(address: str) -> None:
    """Have the connections SOURCE, of the settings, and TARGET, which a SQLite file is made for.

    Raises CommandError.
    """
    try:
        given: Database = dict(dj_database_url.parse(address))
    except ValueError:
        raise CommandError(GIVE) from None
    if given["ENGINE"] not in (SQLITE, POSTGRESQL) or given["NAME"] in ("", ":memory:"):
        raise CommandError(GIVE)
    ours = settings.DATABASES[DEFAULT_DB_ALIAS]
    if _place(given) == _place(ours):
        raise CommandError("That is the database of the settings itself.")
    _open(SOURCE, _only_read(ours))
    _open(TARGET, on_sqlite(given) if given["ENGINE"] == SQLITE else given)


def close_both() -> None:
    for alias in (SOURCE, TARGET):
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


def without_password(address: str) -> str:
    parts = urlsplit(address)
    return address.replace(f":{parts.password}@", ":…@", 1) if parts.password else address


def check_source() -> None:
    """It has the tables of this release. Raises CommandError."""
    executor = MigrationExecutor(connections[SOURCE])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database has not the tables of this release: run migrate first.")


@contextmanager
def source_held() -> Iterator[None]:
    """Nobody writes to it meanwhile: who tries, waits, and is told that it cannot be had.

    Raises CommandError when somebody writes just now.
    """
    connection = connections[SOURCE]
    try:
        with transaction.atomic(using=SOURCE):  # on SQLite, from here on we are who may write
            if connection.vendor == "postgresql":
                names = ", ".join(connection.ops.quote_name(table) for table in tables(SOURCE))
                with connection.cursor() as cursor:
                    cursor.execute(f"SET LOCAL lock_timeout = '{WAIT_SECONDS}s'")
                    cursor.execute(f"LOCK TABLE {names} IN SHARE MODE")
            yield
    except OperationalError as error:
        if "lock" not in str(error):
            raise
        raise CommandError(HELD) from None


def _open(alias: str, database: Database) -> None:
    described = connections.configure_settings({DEFAULT_DB_ALIAS: database})
    connections.settings[alias] = described[DEFAULT_DB_ALIAS]


def _only_read(database: Database) -> Database:
    """Without the lock of this process for SQLite's writers, which TARGET may want; and rows come
    bit by bit also through a pooler, for all happens in one transaction.
    """
    if "sqlite" in database["ENGINE"]:
        options = database["OPTIONS"] | {"timeout": WAIT_SECONDS}
        return database | {"ENGINE": SQLITE, "OPTIONS": options}
    options = {name: value for name, value in database["OPTIONS"].items() if name != "pool"}
    return database | {"OPTIONS": options, "DISABLE_SERVER_SIDE_CURSORS": False}


def _place(database: Database) -> tuple[object, ...]:
    if "sqlite" in database["ENGINE"]:
        return (Path(database["NAME"]).resolve(),)
    return (database["HOST"] or "localhost", int(database["PORT"] or 5432), database["NAME"])
