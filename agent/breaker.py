"""A breaker keeps turns away from an endpoint that has failed several times in a row."""

from threading import Lock
from time import monotonic

FAILURES = 3
SHORTEST, LONGEST = 30.0, 120.0
"""Seconds for which it is open: the first time, and at most. Each probe in vain doubles them."""


class Breaker:
    """One for each endpoint of a process; threads may share it.

    Closed, it lets every turn through. Open, it lets none through until its time is over, and then
    one, the probe. A probe of which nothing more is heard has failed: the next one comes later.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures = 0  # in a row
        self._open_for = 0.0  # seconds; 0: it is closed
        self._probe_at = 0.0
        self._well_at = 0.0

    def admits(self) -> bool:
        """Whether a turn may ask the endpoint now; of an open breaker that is the probe."""
        if not self._open_for:
            return True
        with self._lock:
            if not self._open_for:
                return True
            now = monotonic()
            if now < self._probe_at:
                return False
            self._open_for = min(2 * self._open_for, LONGEST)
            self._probe_at = now + self._open_for
            return True

    def wait(self) -> float:
        """Seconds until the next probe may be made; 0 where it is closed."""
        return max(0.0, self._probe_at - monotonic()) if self._open_for else 0.0

    def succeeded(self) -> bool:
        """The endpoint has answered. True if that has closed the breaker."""
        self._well_at = monotonic()
        if not self._failures:
            return False
        with self._lock:
            was_open = bool(self._open_for)
            self._failures, self._open_for = 0, 0.0
        return was_open

    def failed(self, began: float, retry_after: float | None = None) -> bool:
        """What was asked at ``began`` has failed. True if that has opened the breaker.

        What was asked before the last success says nothing of how the endpoint is since.
        """
        with self._lock:
            if began < self._well_at:
                return False
            self._failures += 1
            if self._open_for or self._failures < FAILURES:
                return False
            self._open_for = SHORTEST
            self._probe_at = monotonic() + min(max(SHORTEST, retry_after or 0.0), LONGEST)
            return True
