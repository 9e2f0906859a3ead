"""Connections to a file of SQLite that the threads of a process lend each other.

One that is open knows the tables and has its statements prepared, which takes its time and 0.4 MB.
So there are few, and whoever waits for something else has none.
"""

import atexit
import sqlite3
from collections.abc import Callable
from threading import BoundedSemaphore

from django.db import OperationalError

MOST = 10


class Pool:
    """Of one file."""

    def __init__(self) -> None:
        self._free = BoundedSemaphore(MOST)
        self._idle: list[sqlite3.Connection] = []

    def take(self, opened: Callable[[], sqlite3.Connection], seconds: float) -> sqlite3.Connection:
        """The one that was given back last, which remembers the most; else a new one."""
        if not self._free.acquire(timeout=seconds):
            raise OperationalError("no connection in time")
        try:
            return self._idle.pop()
        except IndexError:
            pass
        try:
            return opened()
        except BaseException:
            self._free.release()
            raise

    def give_back(self, connection: sqlite3.Connection) -> None:
        """What was not committed is taken back."""
        try:
            connection.rollback()
            self._idle.append(connection)
        finally:
            self._free.release()

    def close(self) -> None:
        """SQLite tidies up behind the last connection of all processes."""
        while self._idle:
            self._idle.pop().close()


_pools: dict[str, Pool] = {}


def pool_of(file: str) -> Pool:
    """The same for all threads, also where two are the first to ask."""
    return _pools.get(file) or _pools.setdefault(file, Pool())


@atexit.register
def _close_all() -> None:
    for pool in _pools.values():
        pool.close()
