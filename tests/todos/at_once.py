"""The same thing from many sides at the same moment, each with a connection of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def at_once(act: Callable[[int], Any], threads: int = 4) -> list[Any]:
    """The answers of ``act``, called in threads that all start at the same moment."""
    barrier = Barrier(threads)

    def start(number: int) -> object:
        barrier.wait()
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(start, range(threads)))
