"""The connection that a thread has to the database: whoever waits, waits without."""

import logging

from django.db import connection
from psycopg_pool import ConnectionPool

from web.unlogged import first_line

logger = logging.getLogger(__name__)


def release_connection() -> None:
    """Give it back to the pool: what comes next may take its time.

    SQLite has no pool: its connection is a file of this thread, and to open it takes longer than
    most turns' statements.
    """
    if connection.in_atomic_block:
        raise RuntimeError("nobody waits inside a transaction, whose locks they would hold")
    if connection.vendor != "sqlite":
        connection.close()


def pool_in_numbers() -> dict[str, int]:
    """As psycopg counts what is in the pool of this process; nothing where there is none."""
    pool: ConnectionPool | None = getattr(connection, "pool", None)
    return pool.get_stats() if pool else {}


def log_database_failure(error: Exception) -> None:
    logger.error("the database failed: %s", first_line(error))
