"""A turn read from its rows while some process takes it, or after: the same events as live."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial
from time import monotonic, sleep

from django.core.exceptions import ObjectDoesNotExist
from django.db import InterfaceError, OperationalError

from agent.events import TextDelta, ToolFinished, ToolStarted
from chat.drawing import Drawing
from chat.processes import close_turns_of_the_dead
from chat.sse import KEEP_ALIVE_SECONDS, Place, Told
from chat.turns import TurnEnded, TurnEvent, TurnStarted
from conversations.models import Conversation, Turn
from web.connections import log_database_failure, release_connection

POLL_SECONDS = 0.25
AWAITED = timedelta(seconds=10)  # so long a reader waits for another process to go on with a turn


def turn_to_follow(conversation: Conversation, place: Place | None) -> Turn | None:
    """The turn that a reader at ``place`` has not heard to its end, else the open one.

    Raises Message.DoesNotExist (404) when somebody has deleted what it has to tell.
    """
    close_turns_of_the_dead()
    turn = None
    if place and not place.ended:
        turn = conversation.turns.filter(pk=place.turn).first()
    turn = turn or conversation.turns.in_progress().first()
    turn = turn or conversation.turns.broken_off(most=AWAITED).first()
    if turn:
        turn.load_messages()
    return turn


def follow_from(turn: Turn, place: Place | None, *, drawn: bool) -> Iterator[bytes]:
    """As our API tells it, behind ``place``.

    With ``drawn``, blocks of the reply are told as HTML, too, those of the piece at ``place`` anew.
    """
    if drawn and place and (place.turn, place.attempt) == (turn.pk, turn.attempt):
        place.drawing = Drawing()
        if line := place.draw(_piece_at(place, turn)):
            yield line
    yield from follow(turn, partial(Place.of, drawn=drawn), place)


def follow(turn: Turn, begin: Callable[[Turn], Told], told: Told | None = None) -> Iterator[bytes]:
    """What lies behind what was ``told``, until the turn is settled.

    All of it for another attempt, as ``begin`` gives it. The messages of the turn are loaded. No
    database connection is held while it waits or a reader reads.
    """
    with suppress(ObjectDoesNotExist):  # it has gone with its account, and so has the reader
        yield from _follow(turn, begin, told)


def _follow(turn: Turn, begin: Callable[[Turn], Told], told: Told | None) -> Iterator[bytes]:
    told_at = monotonic()
    while True:
        try:
            awaited = _look(turn, wait=told is None)
        except (OperationalError, InterfaceError) as error:  # a reader can come back to its place
            log_database_failure(error)
            return
        if told is None or (told.turn, told.attempt) != (turn.pk, turn.attempt):
            told = begin(turn)
            if line := told.tell(TurnStarted(turn)):
                yield line
        for event in _events_behind(told, turn):
            told_at = monotonic()
            if line := told.tell(event):
                yield line
        if turn.shown_status != Turn.Status.IN_PROGRESS and not awaited:
            if line := told.tell(TurnEnded(turn)):
                yield line
            return
        if monotonic() - told_at > KEEP_ALIVE_SECONDS:
            told_at = monotonic()
            yield told.keep_alive
        sleep(POLL_SECONDS)


def _events_behind(told: Told, turn: Turn) -> Iterator[TurnEvent]:
    """All but its end; what was ``told`` moves on between the events, as the caller tells them."""
    text = turn.reply.content
    for number, call in enumerate(turn.calls):
        if text[told.characters : call.text_before]:
            yield TextDelta(text[told.characters : call.text_before])
        if told.tool_events == 2 * number:
            yield ToolStarted(call.pk, call.name, call.arguments)
        if told.tool_events == 2 * number + 1:
            yield ToolFinished(call.pk, call.name, call.status, call.result, call.duration_ms)
    if text[told.characters :]:
        yield TextDelta(text[told.characters :])


def _piece_at(place: Place, turn: Turn) -> str:
    """What was told of the text since the last tool that was."""
    begun = [0, *(call.text_before for call in turn.calls)][(place.tool_events + 1) // 2]
    return turn.reply.content[begun : place.characters]


def _look(turn: Turn, *, wait: bool) -> bool:
    """Read it anew; whether another process will go on with it, which begins its reply anew.

    With ``wait`` not before that has come about, or nobody does.
    """
    while True:
        turn.reload()
        turn.follow()
        awaited = _is_awaited(turn)
        release_connection()
        if not (wait and awaited):
            return awaited
        sleep(POLL_SECONDS)


def _is_awaited(turn: Turn) -> bool:
    """Its process has died, and another one will go on with it at any moment, or does so by now."""
    if turn.shown_status != Turn.Status.INCOMPLETE:
        return False
    rows = Turn.objects.just(turn)
    if turn.abandoned:
        rows.close_dead()
    as_we_know_it = rows.filter(status=Turn.Status.INCOMPLETE, attempt=turn.attempt)
    return rows.broken_off(most=AWAITED).exists() or not as_we_know_it.exists()
