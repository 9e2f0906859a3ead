"""The cache that the limits count in: Redis, which all processes share, and which may go away."""

import logging
from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

PATIENCE = 0.25  # seconds until there is a connection, and again until there is an answer
PAUSE = 5  # seconds after a failure in which Redis is not asked again
WARN_EVERY = 60  # seconds
MOST_COUNTERS = 100_000  # kept in memory; then those that were not used for longest go
AWAY, WARNED = "away", "warned"  # keys in the memory, gone by themselves

Said = TypeVar("Said")


class RedisOrMemoryCache(RedisCache):
    """Redis, and while that fails, for ``add`` and ``incr`` the memory of this process.

    So limits are never open and never closed, but then each process has them for itself. Nothing
    has a use for its other methods.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
        super().__init__(server, {**params, "OPTIONS": options})
        self._memory = LocMemCache(server, {"OPTIONS": {"MAX_ENTRIES": MOST_COUNTERS}})

    def add(
        self,
        key: str,
        value: Any,
        timeout: float | None = DEFAULT_TIMEOUT,
        version: int | None = None,
    ) -> bool:
        added = self._ask(partial(super().add, key, value, timeout, version))
        return self._memory.add(key, value, timeout, version) if added is None else added

    def incr(self, key: str, delta: int = 1, version: int | None = None) -> int:
        """Also of a key that is not there: Redis may have come or gone since it was added."""
        try:
            count = self._ask(partial(super().incr, key, delta, version))
        except ValueError:
            count = None
        if count is not None:
            return count
        self._memory.add(key, 0, None, version)
        return self._memory.incr(key, delta, version)

    def holds(self) -> bool:
        """Whether Redis keeps what it is given."""
        try:
            super().set("health", "ok", 5)
            return bool(super().get("health") == "ok")
        except RedisError:
            return False

    def _ask(self, question: Callable[[], Said]) -> Said | None:
        """What Redis says; ``None`` while it is away."""
        if AWAY in self._memory:
            return None
        try:
            return question()
        except RedisError as error:
            self._memory.set(AWAY, True, PAUSE)
            if self._memory.add(WARNED, True, WARN_EVERY):
                what = type(error).__name__
                logger.warning("Redis is away (%s): each process counts for itself", what)
            return None
