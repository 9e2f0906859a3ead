"""One turn: opened, answered, settled. What it did is saved before a reader sees it."""

import logging
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic, sleep

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection

from accounts.models import User
from agent.choice import chosen_llm
from agent.events import Event
from agent.llm import LLM, LLMError
from chat.errors import ConversationIsBusy, TooManyOpenTurns
from chat.processes import close_turns_of_the_dead, this_process
from chat.work import Work
from conversations.models import Conversation, ConversationBusy, TooManyTurns, Turn, TurnLost
from telemetry import spans
from telemetry.measured import Measured
from telemetry.metrics import throttled
from telemetry.turns import SPAN, left
from web.connections import release_connection
from web.errors import DatabaseUnavailable
from web.request_id import name_in_log

logger = logging.getLogger(__name__)

POLL_SECONDS = 0.1
CRASHED = "Something went wrong on our side. Your message is kept; try again."
NO_DATABASE = "The database could not be reached for a moment. Your message is kept; try again."


@dataclass(frozen=True, slots=True)
class TurnStarted:
    turn: Turn


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn tells how it went; ``retry_after`` is in seconds, where a time is known."""

    turn: Turn
    retry_after: int | None = None


TurnEvent = TurnStarted | Event | TurnEnded


def open_turn(conversation: Conversation, begin: Callable[..., Turn]) -> Turn:
    """What ``begin(lease=…, slots=…, process=…)`` gives, once no other turn stands in its way.

    No database connection is held while it waits. Raises ConversationIsBusy (409) after
    TURN_WAIT_SECONDS, TooManyOpenTurns (429), and Conversation.DoesNotExist when the conversation
    is deleted meanwhile.
    """
    give_up = monotonic() + settings.TURN_WAIT_SECONDS
    lease = timedelta(seconds=settings.AGENT_LEASE)
    while True:
        try:
            slots = settings.AGENT_MAX_OPEN_TURNS
            turn = begin(lease=lease, slots=slots, process=this_process())
        except TooManyTurns:
            if close_turns_of_the_dead():
                continue
            mine = Turn.objects.filter(user=conversation.user_id)
            throttled(TooManyOpenTurns.default_code, "open-turns")
            raise TooManyOpenTurns(mine) from None
        except ConversationBusy:
            if close_turns_of_the_dead():
                continue
            if monotonic() > give_up:
                raise ConversationIsBusy(conversation.turns.all()) from None
        else:
            name_in_log(conversation_id=turn.conversation_id, turn_id=turn.pk)
            return turn
        _wait_for_open_turn(conversation, give_up)


def _wait_for_open_turn(conversation: Conversation, give_up: float) -> None:
    """Until it is settled, or until ``give_up``; and read the conversation as it then is."""
    while conversation.turns.live().exists() and monotonic() <= give_up:
        release_connection()
        sleep(POLL_SECONDS)
    conversation.refresh_from_db(from_queryset=Conversation.objects.filter(deleted_at=None))


def take(
    turn: Turn, user: User, *, streamed: bool = False, by_hand: bool = False
) -> Generator[TurnEvent, None, None]:
    """Take an open turn to its end with the model that is chosen.

    ``streamed``: somebody is shown it while it comes. ``by_hand`` as for Work.
    """
    return answer(turn, user, chosen_llm(), streamed=streamed, by_hand=by_hand)


def answer(
    turn: Turn, user: User, llm: LLM, *, streamed: bool = False, by_hand: bool = False
) -> Generator[TurnEvent, None, None]:
    """Take an open turn to its end, whatever happens on the way."""
    measured = Measured(streamed, spans.begin(SPAN))
    yield TurnStarted(turn)
    try:
        retry_after = yield from _answer(Work(turn, user, measured, by_hand=by_hand), llm)
    finally:
        left(turn, measured)
    yield TurnEnded(turn, retry_after)


def _answer(work: Work, llm: LLM) -> Generator[Event, None, int | None]:
    """Its events; seconds after which to try again, where it failed and these are known."""
    turn, retry_after = work.turn, None
    try:
        yield from work.answer(llm)
    except LLMError as error:
        retry_after = error.retry_after
        work.fail(error.code, error.detail)
    except TurnLost:
        work.cancel()
    except (OperationalError, InterfaceError) as error:
        logger.error("turn %s: the database failed with %s", turn.pk, type(error).__name__)
        connection.close()
        retry_after = DatabaseUnavailable.wait
        work.fail(DatabaseUnavailable.default_code, NO_DATABASE)
    except Turn.DoesNotExist:  # erased when it was to be settled, and its end is told
        raise
    except Exception:
        logger.exception("turn %s crashed", turn.pk)
        work.fail("internal_error", CRASHED)
    return retry_after
