"""Reminders that are due ring, and what waits is delivered: a claim and a lease each.

One thread asks the database, for all; those that tell the receivers know nothing of it. So however
much is due at once takes one connection, and none while a receiver takes its time.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass
from itertools import chain
from queue import Empty, SimpleQueue
from random import uniform
from threading import Event, Thread, main_thread
from time import monotonic

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from reminders.mail import Postman
from reminders.models import LEASE, Channel, Delivery, Result, begin_mornings, ring
from reminders.notice import DROPPED, SEND_TIMEOUT, Outcome, failed
from reminders.telling import Tell, set_up_for, tell_of
from telemetry import metrics
from web.connections import log_database_failure, release_connection

logger = logging.getLogger(__name__)

AT_ONCE = 200  # rows, in one transaction
HANDS = {Channel.MAIL: 4, Channel.WEBHOOK: 16, Channel.PUSH: 16}
FOR_ONE_HAND = {Channel.MAIL: 10, Channel.WEBHOOK: 2, Channel.PUSH: 2}  # deliveries of a claim
TO_BEGIN = LEASE.total_seconds() - SEND_TIMEOUT - 2  # seconds after a claim; it ends in its lease
TO_GATHER = 0.03  # seconds in which more results may come, to be kept together
PAUSE = 2.0  # seconds between two looks
LONGEST_PAUSE = 30.0  # while the database is away
MORNINGS = 20.0  # seconds between two looks for those whose morning it is
CLEANUPS = 3600.0  # seconds between two removals of old deliveries


@dataclass(frozen=True)
class Job:
    """Deliveries that one hand tells one after the other, beginning none after ``until``."""

    work: Sequence[tuple[Delivery, Tell]]
    until: float
    postman: Postman


class Ringer:
    """Once ``stopping`` is set it takes no more, and what is in hand comes to its end.

    ``tell`` is called with what a look did: how many ``rung`` and were ``sent``, are ``waiting`` to
    be tried again, ``failed`` for good, or were ``dropped``.
    """

    def __init__(self, tell: Callable[[Counter[str]], None] | None = None) -> None:
        self.stopping = Event()
        self._tell = tell
        self._hands: dict[str, list[Thread]] = {channel: [] for channel in Channel}
        self._results: SimpleQueue[Result] = SimpleQueue()
        self._unsettled: list[Result] = []
        self._next_mornings = self._next_cleanup = 0.0

    def watch(self) -> None:
        """Look again and again, until it is stopped or its process ends."""
        pause = PAUSE
        while main_thread().is_alive() and not self.stopping.is_set():
            try:
                did = self.look()
                pause = PAUSE
            except (DatabaseError, OSError) as error:
                if pause == PAUSE:  # told once, and tried ever more seldom
                    log_database_failure(error)
                did, pause = Counter(), min(2 * pause, LONGEST_PAUSE)
                connection.close()
            release_connection()
            self._wait(0 if did else uniform(0.7, 1.3) * pause)  # noqa: S311 (no secret)
        self._finish()

    def once(self) -> Counter[str]:
        """Until nothing more is due now; what was done."""
        total: Counter[str] = Counter()
        while True:
            was_busy = self._is_busy()  # if not, this look settles what came of all that was taken
            did = self.look()
            if not (did or was_busy):
                return total
            total += did
            self._wait(0.1 if self._is_busy() else 0)

    def look(self) -> Counter[str]:
        """Keep what came of what was in hand, take what waits, and let ring what is due."""
        did = self._settle()
        if not self.stopping.is_set():
            for channel in Delivery.objects.channels():
                did["taken"] += self._take(Channel(channel))
            did["rung"] = ring(AT_ONCE)
            did += self._look_seldom()
            did += Counter()  # without zeros
        if did and self._tell:
            self._tell(did)
        return did

    def _look_seldom(self) -> Counter[str]:
        """Whose morning it is, and what is old; after a look that found little a while passes."""
        did: Counter[str] = Counter()
        if monotonic() > self._next_mornings:
            did["mornings"] = begin_mornings(AT_ONCE)
            self._next_mornings = monotonic() + (0 if did["mornings"] == AT_ONCE else MORNINGS)
        if settings.CLEANUP_DELIVERIES_DAYS and monotonic() > self._next_cleanup:
            did["removed"] = Delivery.objects.remove_settled(
                settings.CLEANUP_DELIVERIES_DAYS, AT_ONCE
            )
            metrics.cleaned("delivery", did["removed"])
            self._next_cleanup = monotonic() + (0 if did["removed"] == AT_ONCE else CLEANUPS)
        return did

    def _take(self, channel: Channel) -> int:
        """As much as there are hands free for it, each with those of one receiver, or of a few."""
        hands = [hand for hand in self._hands[channel] if hand.is_alive()]
        self._hands[channel], free = hands, HANDS[channel] - len(hands)
        if not free:
            return 0
        until = monotonic() + TO_BEGIN
        held = Delivery.objects.claim(channel, free * FOR_ONE_HAND[channel])
        set_up = set_up_for(held)
        for share in shares(held, free):
            postman = Postman()
            work = []
            for delivery in share:
                if tell := tell_of(delivery, set_up[delivery.user_id], postman):
                    work.append((delivery, tell))
                else:
                    self._unsettled.append(Result(delivery, DROPPED))
            hand = Thread(
                target=copy_context().run, args=(self._tell_all, Job(work, until, postman))
            )
            hands.append(hand)
            hand.start()
        return len(held)

    def _tell_all(self, job: Job) -> None:
        """In a thread of its own, without the database."""
        unreached: dict[object, Outcome] = {}
        for delivery, tell in job.work:
            outcome = unreached.get(delivery.receiver)
            if outcome is None and monotonic() < job.until:
                outcome = _outcome(tell)
                if not outcome.reached:
                    unreached[delivery.receiver] = outcome
            self._results.put(Result(delivery, outcome))
        job.postman.close()

    def _settle(self) -> Counter[str]:
        """What the database cannot take now is kept for the next look."""
        while not self._results.empty():
            self._unsettled.append(self._results.get())
        if self._unsettled:
            settled = Delivery.objects.settle(self._unsettled)
            for (channel, status), number in settled.items():
                metrics.delivered(channel, status, number)
        ends = Counter(str(result.end[0]) for result in self._unsettled)
        self._unsettled.clear()
        return ends

    def _wait(self, seconds: float) -> None:
        """Until something has come of what is in hand, and for no longer than so many seconds."""
        with suppress(Empty):
            self._unsettled.append(self._results.get(timeout=seconds))
            self.stopping.wait(TO_GATHER)

    def _is_busy(self) -> bool:
        return any(hand.is_alive() for hands in self._hands.values() for hand in hands)

    def _finish(self) -> None:
        for hands in self._hands.values():
            for hand in hands:
                hand.join()
        try:
            self._settle()
        except (DatabaseError, OSError) as error:  # others will tell them again
            log_database_failure(error)
        connection.close()


def shares(deliveries: Sequence[Delivery], most: int) -> list[list[Delivery]]:
    """Up to so many, for a hand each; what goes to one receiver is in one."""
    found: dict[object, list[Delivery]] = {}
    for delivery in deliveries:
        found.setdefault(delivery.receiver, []).append(delivery)
    receivers = list(found.values())
    return [list(chain(*receivers[place::most])) for place in range(min(most, len(receivers)))]


def _outcome(tell: Tell) -> Outcome:
    """Whatever it meets is a failure: the next one shall be told all the same."""
    try:
        return tell()
    except Exception as error:
        # Its text may hold what a server said.
        logger.error("a channel raised %s", type(error).__name__)
        return failed("It could not be sent.")
