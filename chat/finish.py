"""Turns whose process has died: another one takes them over and finishes them, though nobody asks.

Who takes a turn over is decided by one conditional update. What was done before stays done, and
who reads the turn from its rows sees the rest.
"""

import logging
import random
from collections.abc import Callable
from contextvars import copy_context
from datetime import timedelta
from threading import Event, Thread, main_thread

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist
from django.db import Error as DatabaseError
from django.db import connection

from chat.processes import close_turns_of_the_dead, this_process
from chat.turns import take
from conversations.models import ConversationBusy, TooManyTurns, Turn, TurnLost
from web.connections import log_database_failure, release_connection
from web.request_id import current_request_id, name_in_log

logger = logging.getLogger(__name__)

GRACE = timedelta(seconds=2)  # who tries again with their key is served first
PAUSE = 1.5  # seconds between two looks
LONGEST_PAUSE = 30.0  # while the database is away
AT_ONCE = 8  # turns of one process
LOOK_AT = 100


class Finisher:
    """Finishes turns in threads of its own; ``tell`` is called with each that is settled.

    Once ``stopping`` is set it takes no more; those in hand come to their end.
    """

    def __init__(self, tell: Callable[[Turn], None] | None = None) -> None:
        self.stopping = Event()
        self._tell = tell
        self._hands: list[Thread] = []

    def watch(self) -> None:
        """Look again and again, until it is stopped or its process ends."""
        pause = PAUSE
        while main_thread().is_alive() and not self.stopping.wait(_about(pause)):
            try:
                self.look()
                pause = PAUSE
            except (DatabaseError, OSError) as error:
                if pause == PAUSE:  # told once, and tried ever more seldom
                    log_database_failure(error)
                pause = min(2 * pause, LONGEST_PAUSE)
                connection.close()
            release_connection()

    def finish_all(self) -> int:
        """Until there are no more that can be finished now; how many were taken over."""
        total = 0
        while taken := self.look():
            total += taken
            self.wait()
        return total

    def wait(self) -> None:
        for hand in self._hands:
            hand.join()

    def look(self) -> int:
        """Settle what is dead, and take over as many turns as there are hands free; how many."""
        close_turns_of_the_dead()
        for _owner, dead in Turn.objects.dead().by_owner():
            dead.close_dead()
        self._hands = [hand for hand in self._hands if hand.is_alive()]
        busy, full = len(self._hands), set[int]()
        for turn in Turn.objects.broken_off(GRACE).in_line()[:LOOK_AT]:
            if self.stopping.is_set() or len(self._hands) == AT_ONCE:
                break
            if turn.user_id in full:
                continue
            try:
                self._take_over(turn)
            except TooManyTurns:  # later: its user has others open
                full.add(turn.user_id)
            except (
                TurnLost,
                ConversationBusy,
                ObjectDoesNotExist,
            ):  # somebody was faster, or it is gone
                continue
        return len(self._hands) - busy

    def _take_over(self, turn: Turn) -> None:
        lease = timedelta(seconds=settings.AGENT_LEASE)
        slots = settings.AGENT_MAX_OPEN_TURNS
        turn.load_messages()
        turn.take_over(lease, slots=slots, process=this_process())
        hand = Thread(target=copy_context().run, args=(self._finish, turn))
        self._hands.append(hand)
        hand.start()

    def _finish(self, turn: Turn) -> None:
        current_request_id.set(turn.request_id)
        name_in_log(user_id=turn.user_id, conversation_id=turn.conversation_id, turn_id=turn.pk)
        logger.info("a turn whose process had died is taken over, attempt %d", turn.attempt)
        try:
            for _event in take(turn, turn.user):
                pass
            if self._tell:
                self._tell(turn)
        except DatabaseError as error:
            log_database_failure(error)
        except ObjectDoesNotExist:
            logger.info("the turn is gone, with its user or conversation")
        finally:
            connection.close()


def _about(seconds: float) -> float:
    """By chance, so that processes which began together do not look together."""
    return seconds * random.uniform(0.7, 1.3)  # noqa: S311 (no secret)
