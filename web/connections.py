"""The connection that a thread has to the database: whoever waits, waits without."""

from django.db import connection


def release_connection() -> None:
    """Give it back to the pool: what comes next may take its time.

    SQLite has no pool: its connection is a file of this thread, and to open it takes longer than
    most turns' statements.
    """
    if connection.in_atomic_block:
        raise RuntimeError("nobody waits inside a transaction, whose locks they would hold")
    if connection.vendor != "sqlite":
        connection.close()
