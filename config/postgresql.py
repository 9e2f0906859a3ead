"""What Django does with PostgreSQL many times in each request, in a fraction of the time.

Times, of which a page of messages has hundreds, are read without a regular expression. And whether
a connection of the pool is good is seen at its socket: to ask the server each time was a seventh of
a turn.
"""

from datetime import UTC, datetime
from select import POLLIN, poll
from typing import Any

from django.db.backends.postgresql.psycopg_any import BaseTzLoader, get_adapters_template
from psycopg import Connection
from psycopg_pool import ConnectionPool

ask = ConnectionPool.check_connection


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
