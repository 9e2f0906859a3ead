"""Counting what is asked of the database, also by the thread of a turn that is streamed."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created


class Count:
    def __init__(self) -> None:
        self.logs: list[deque[Any]] = []

    @property
    def all(self) -> list[str]:
        return [each["sql"] for log in self.logs for each in log]


@contextmanager
def statements() -> Iterator[Count]:
    count = Count()

    def listen(connection: Any, **_: Any) -> None:
        connection.force_debug_cursor = True
        count.logs.append(connection.queries_log)

    connection.queries_log.clear()
    listen(connection)
    connection_created.connect(listen)
    try:
        yield count
    finally:
        connection_created.disconnect(listen)
        connection.force_debug_cursor = False
