"""The turns that this process has in hand, looked after by one thread.

A turn that waits for its model asks the database nothing. Once a second this thread asks for all of
them, in one statement, which are wanted still and which are followed, and tells them in memory; now
and then it renews the leases of all at once. While no turn is open there is no such thread.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Lock, Thread
from time import monotonic, sleep
from uuid import UUID

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from chat.processes import this_process
from conversations.models import Turn, TurnLost, renewal
from web.connections import log_database_failure, release_connection

LOOK_SECONDS = 1.0


class Watched:
    """A turn as its own thread and the one that looks after it tell each other of it."""

    def __init__(self) -> None:
        self.alive_at = monotonic()
        self.is_wanted = True
        self.is_followed = False

    def live(self) -> None:
        """Its own thread says so about once a second. Raises TurnLost once it is not wanted."""
        self.alive_at = monotonic()
        watch.begin()
        if not self.is_wanted:
            raise TurnLost


class Watch:
    """Of one process: its thread is begun with the first turn, so never before a fork."""

    def __init__(self) -> None:
        self._turns: dict[UUID, Watched] = {}  # by the tokens of their leases
        self._lock = Lock()
        self._thread: Thread | None = None
        self._renewed_at = 0.0

    @contextmanager
    def over(self, turn: Turn) -> Iterator[Watched]:
        token, watched = turn.lease_token, Watched()
        self._turns[token] = watched
        self.begin()
        try:
            yield watched
        finally:
            del self._turns[token]

    def begin(self) -> None:
        """Have a thread look, if none does."""
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._renewed_at = monotonic()
                self._thread = Thread(target=self._run, daemon=True)
                self._thread.start()

    def _run(self) -> None:
        has_failed = False
        while self._is_needed():
            try:
                self._look()
                release_connection()
                has_failed = False
            except DatabaseError as error:  # mostly a lease is longer than that lasts
                connection.close()
                if not has_failed:
                    log_database_failure(error)
                has_failed = True
        connection.close()

    def _is_needed(self) -> bool:
        """After a pause; if not, the next turn begins another thread."""
        sleep(min(LOOK_SECONDS, renewal(_lease()).total_seconds()))
        with self._lock:
            if not self._turns:
                self._thread = None
            return bool(self._turns)

    def _look(self) -> None:
        turns = self._turns.copy()  # their rows were there before them
        wanted = Turn.objects.in_hand(this_process())
        for token, watched in turns.items():
            watched.is_wanted = token in wanted
            watched.is_followed = wanted.get(token, False)
        now, lease = monotonic(), _lease()
        if now - self._renewed_at >= renewal(lease).total_seconds():
            alive = [
                token
                for token, watched in turns.items()
                if watched.is_wanted and now - watched.alive_at < lease.total_seconds()
            ]
            Turn.objects.renew(alive, this_process(), lease)
            self._renewed_at = now


def _lease() -> timedelta:
    return timedelta(seconds=settings.AGENT_LEASE)


watch = Watch()
