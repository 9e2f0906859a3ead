"""Connections to a file of SQLite that the threads of a process lend each other.

One that is open knows the tables and has its statements prepared, which takes its time and 0.4 MB.
So there are few, and whoever waits for something else has none. There are more only while those
that are lent do not come back: who has them may wait for somebody's long write, and readers need
not.
"""

import atexit
import sqlite3
from collections.abc import Callable
from threading import Condition
from time import monotonic
from typing import Any

MOST = 10
PATIENCE, BETWEEN = 0.2, 0.02
"""Seconds in which none has come back, after which there is one more; and until the next one."""
MOST_SECONDS = 60
"""After which one is not lent again: another file may stand in the place of its own."""


class Connection(sqlite3.Connection):
    """It knows when it was opened."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.opened_at = monotonic()


class Pool:
    """Of one file."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._lent = 0
        self._idle: list[Connection] = []
        self._next_at = 0.0

    def take(self, opened: Callable[[], Connection], *, waits: bool = True) -> Connection:
        """The one that was given back last, which remembers the most; else a new one."""
        with self._changed:
            while waits and not self._idle and self._lent >= MOST:
                now = monotonic()
                if now >= self._next_at:
                    self._next_at = now + BETWEEN
                    break
                self._changed.wait(self._next_at - now)
            self._lent += 1
            idle = self._idle.pop() if self._idle else None
        if idle and monotonic() - idle.opened_at < MOST_SECONDS:
            return idle
        try:
            if idle:
                idle.close()
            return opened()
        except BaseException:
            self._count_back()
            raise

    def give_back(self, connection: Connection) -> None:
        """What was not committed is taken back."""
        try:
            connection.rollback()
        except BaseException:
            self._count_back()
            raise
        self._count_back(connection)

    def close(self) -> None:
        """SQLite tidies up behind the last connection of all processes."""
        while self._idle:
            self._idle.pop().close()

    def _count_back(self, *connections: Connection) -> None:
        """Those above MOST stay for as long as so many are lent."""
        with self._changed:
            self._lent -= 1
            self._next_at = monotonic() + PATIENCE
            self._idle += connections
            too_many = len(self._idle) + self._lent - MOST if self._lent < MOST else 0
            spare = [self._idle.pop(0) for _ in range(too_many)]
            self._changed.notify()
        for each in spare:
            each.close()


_pools: dict[str, Pool] = {}


def pool_of(file: str) -> Pool:
    """The same for all threads, also where two are the first to ask."""
    return _pools.get(file) or _pools.setdefault(file, Pool())


@atexit.register
def _close_all() -> None:
    for pool in _pools.values():
        pool.close()
