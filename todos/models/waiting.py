"""Whoever changes what a user has to do waits for those who do it at the moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

LOCK = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@contextmanager
def in_line(user_id: int) -> Iterator[None]:
    """A transaction in which nobody else changes tasks and lists of this user.

    So an act may take as many of their rows as it needs, in any order, and finds them as they are.
    """
    with transaction.atomic():
        wait_in_line(user_id)
        yield


def wait_in_line(user_id: int) -> None:
    """For the rest of the transaction. On SQLite all who write wait in line anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [f"todos of user {user_id}"])
