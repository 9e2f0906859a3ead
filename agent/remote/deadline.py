"""How long a model's server is waited for, as one number for the exchange and not for each read.

The time that is left is asked for anew before each operation of a socket, so that a server which
sends a little now and then cannot use up more than there is.
"""

import random
from collections.abc import Callable
from math import inf
from time import monotonic, sleep

from agent.llm import LLMTimeout, wait_on
from agent.remote.failures import CallError

IDLE_SECONDS = (0.75, 1.25)  # random, lest all who wait are idle at the same moment


class Deadline:
    """How long an answer may take: ``seconds`` from now in all, further attempts included.

    ``first_byte`` are the seconds in which the body of an answer has to begin, ``silence`` those
    that may pass between two pieces of it. ``idle`` is called about once a second while the caller
    gets no text, whatever else comes; what it raises ends the exchange.
    """

    def __init__(
        self,
        seconds: float,
        idle: Callable[[], None] = wait_on,
        *,
        first_byte: float = inf,
        silence: float = inf,
    ) -> None:
        self._at = monotonic() + seconds
        self._idle = idle
        self._first_byte = first_byte
        self._silence = silence
        self.begin()

    def begin(self) -> None:
        """An attempt begins."""
        self._over_at = self._at
        self._silent_until = monotonic() + self._first_byte
        self._put_idle_off()

    def heard(self) -> None:
        """A piece of the body has come."""
        self._silent_until = monotonic() + self._silence

    def resume(self) -> None:
        """The caller has had the text, and as much time as it wanted for it."""
        self.heard()
        self._put_idle_off()

    def remaining(self) -> float:
        """Seconds, more than 0. Raises CallError once there are none."""
        seconds = min(self._over_at, self._silent_until) - monotonic()
        if seconds <= 0:
            raise CallError(LLMTimeout, "deadline")
        return seconds

    def patience(self) -> float:
        """Seconds to wait for the next byte before it is time to look around."""
        return min(self.remaining(), max(0.001, self._idle_at - monotonic()))

    def look_around(self) -> None:
        if monotonic() >= self._idle_at:
            self._idle()
            self._put_idle_off()

    def pause(self, seconds: float) -> bool:
        """Wait; False, at once, if that would last beyond the deadline or be too long a silence."""
        end = monotonic() + seconds
        if seconds > self._silence or end >= self._at:
            return False
        while (left := end - monotonic()) > 0:
            sleep(min(left, IDLE_SECONDS[0]))
            self.look_around()
        return True

    def shorten(self, seconds: float) -> None:
        """This attempt has no more than these, from now on."""
        self._over_at = min(self._at, monotonic() + seconds)

    def _put_idle_off(self) -> None:
        self._idle_at = monotonic() + random.uniform(*IDLE_SECONDS)  # noqa: S311 (no secret)
