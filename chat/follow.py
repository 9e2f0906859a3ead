"""A turn read from its rows while some process takes it, or after: the same events as live."""

from collections.abc import Iterator
from datetime import timedelta
from time import monotonic, sleep

from django.db import InterfaceError, OperationalError

from agent.events import TextDelta, ToolFinished, ToolStarted
from chat.drawing import Drawing
from chat.processes import close_turns_of_the_dead
from chat.sse import KEEP_ALIVE, KEEP_ALIVE_SECONDS, Place
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


def follow(turn: Turn, place: Place | None, *, drawn: bool = False) -> Iterator[bytes]:
    """What lies behind ``place``, until the turn is settled; all of it for another attempt.

    Its messages are loaded. No database connection is held while it waits or a reader reads. With
    ``drawn``, blocks of the reply are told as HTML, too, those of the piece at ``place`` anew.
    """
    told_at = monotonic()
    while True:
        try:
            turn.reload()
            awaited = _is_awaited(turn)
        except (OperationalError, InterfaceError) as error:  # a reader can come back to its place
            log_database_failure(error)
            return
        release_connection()
        if place is None or (place.turn, place.attempt) != (turn.pk, turn.attempt):
            place = Place(turn.pk, turn.attempt, drawing=Drawing() if drawn else None)
            yield place.tell(TurnStarted(turn))
        elif drawn and place.drawing is None:
            place.drawing = Drawing()
            if told := place.draw(_piece_at(place, turn)):
                yield told
        for event in _events_behind(place, turn):
            told_at = monotonic()
            yield place.tell(event)
        if turn.shown_status != Turn.Status.IN_PROGRESS and not awaited:
            yield place.tell(TurnEnded(turn))
            return
        if monotonic() - told_at > KEEP_ALIVE_SECONDS:
            told_at = monotonic()
            yield KEEP_ALIVE
        sleep(POLL_SECONDS)


def _events_behind(place: Place, turn: Turn) -> Iterator[TurnEvent]:
    """All but its end; ``place`` moves on between the events, as the caller tells them."""
    text = turn.reply.content
    for number, call in enumerate(turn.calls):
        if text[place.characters : call.text_before]:
            yield TextDelta(text[place.characters : call.text_before])
        if place.tool_events == 2 * number:
            yield ToolStarted(call.pk, call.name, call.arguments)
        if place.tool_events == 2 * number + 1:
            yield ToolFinished(call.pk, call.name, call.status, call.result, call.duration_ms)
    if text[place.characters :]:
        yield TextDelta(text[place.characters :])


def _piece_at(place: Place, turn: Turn) -> str:
    """What was told of the text since the last tool that was."""
    begun = [0, *(call.text_before for call in turn.calls)][(place.tool_events + 1) // 2]
    return turn.reply.content[begun : place.characters]


def _is_awaited(turn: Turn) -> bool:
    """Its process has died, and another one will go on with it at any moment."""
    if turn.shown_status != Turn.Status.INCOMPLETE:
        return False
    rows = Turn.objects.filter(pk=turn.pk)
    if turn.abandoned:
        rows.close_dead()
    return rows.broken_off(most=AWAITED).exists()
