"""What Django does with PostgreSQL many times in each request, in a fraction of the time.

Times, of which a page of messages has hundreds, are read without a regular expression. And whether
a connection of the pool is good is seen at its socket: to ask the server each time was a seventh of
a turn. Each new one is told how to plan what it prepares, and each table how many rows to expect of
a user.
"""

import logging
from datetime import UTC, datetime
from select import POLLIN, poll
from typing import Any

from django.apps import apps
from django.db import DatabaseError, connections, transaction
from django.db.backends.postgresql.psycopg_any import BaseTzLoader, get_adapters_template
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from psycopg import Connection
from psycopg_pool import ConnectionPool

from web.unlogged import first_line

logger = logging.getLogger(__name__)

ask = ConnectionPool.check_connection
PLAN_FOR_MANY = "SET enable_seqscan = off; SET random_page_cost = 1; SET jit = off"
"""A plan that is kept may be made of a table with few rows, and serve when there are very many.

Where all pages cost alike, a row that its key leads to is not found among all of its user. What no
index leads to is read as before, and then without compiling it for what that seems to cost.
"""

MANY = "n_distinct=-0.005"
"""200 rows of each user, whatever was counted; where there are fewer, all are somebody's.

Where most users have one, their index seems to lead to a row as well as its key does, and whoever
has thousands would have all of them read with every turn.
"""
EXPECTED_TO_HAVE_FEW = """
    SELECT attrelid::regclass::text FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
    WHERE attname = 'user_id' AND relkind = 'r'
    AND coalesce(pg_partition_root(attrelid), attrelid) = ANY(%s::regclass[])
    AND NOT coalesce(attoptions, '{}') @> ARRAY[%s]"""


class TimeLoader(BaseTzLoader):  # type: ignore[misc]
    timezone = UTC  # of all connections, see settings.TIME_ZONE

    def load(self, data: Any) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:  # of a year that datetime does not know, for which psycopg has the words
            return super().load(data)  # type: ignore[no-any-return]


def read_times() -> None:
    """From here on, in each new connection of this process."""
    get_adapters_template(True, UTC).register_loader("timestamptz", TimeLoader)


def check_connections() -> None:
    """As above, from here on."""
    ConnectionPool.check_connection = staticmethod(check_connection)  # type: ignore[assignment]


def check_connection(connection: Connection[Any]) -> None:
    """Raises OperationalError, as the pool's own, where the server has left.

    A server that ends, restarts or ends the session has said so: there is something to read, though
    nothing was asked. Only then the connection is asked.
    """
    said = poll()
    said.register(connection.fileno(), POLLIN)
    if said.poll(0):
        ask(connection)


def look_at_connections() -> None:
    """Before anything else is asked of them, from here on."""
    connection_created.connect(_look, weak=False, dispatch_uid=__name__)


def _look(connection: Any, **_signal: Any) -> None:
    """Whether a pooler is between. Where nobody has said so it is seen: who answers is not the
    process that let us in. There what was prepared would be missing, or be another one of the same
    name, and what is set would be so for others.
    """
    database = connection.connection
    if connection.vendor != "postgresql" or hasattr(database, "is_pooled"):  # of a move to SQLite
        return
    if connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
        return
    try:
        with connection.wrap_database_errors:
            [(answers,)] = database.execute("SELECT pg_backend_pid()").fetchall()
            is_pooled = answers != database.info.backend_pid
            if not is_pooled:
                database.execute(PLAN_FOR_MANY)
    except DatabaseError:
        connection.close()  # or it would be taken for one that was looked at
        raise
    database.is_pooled = is_pooled


def expect_many_rows() -> None:
    """Of each user in each table, when the tables are there; in force when they are analysed."""
    accounts = apps.get_app_config("accounts")
    post_migrate.connect(_expect_many_rows, sender=accounts, weak=False, dispatch_uid=MANY)


def _expect_many_rows(using: str, **_signal: Any) -> None:
    connection = connections[using]
    if connection.vendor != "postgresql":  # of a move to SQLite
        return
    ours = connection.introspection.django_table_names(only_existing=True)
    with connection.cursor() as cursor:
        names = [connection.ops.quote_name(name) for name in ours]
        cursor.execute(EXPECTED_TO_HAVE_FEW, [names, MANY])
        for (table,) in cursor.fetchall():
            try:
                with transaction.atomic(using):
                    cursor.execute(f"ALTER TABLE {table} ALTER COLUMN user_id SET ({MANY})")
            except DatabaseError as error:  # not the owner, or what spreads tables refuses it
                logger.warning("%s is not planned for many rows: %s", table, first_line(error))
