"""How far a client has read a run, and how it goes on from there."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Self
from uuid import UUID

from accounts.models import User
from chat.doors.ag_ui import state
from chat.doors.ag_ui.asked import RunInput
from chat.doors.ag_ui.pieces import Told, transcript
from chat.doors.ag_ui.wire import OPENING, Wire, asking, finished, messages, started, tasks
from chat.follow import follow, turn_to_follow
from chat.sse import data_line
from chat.telling import Frame, Telling
from conversations.models import Conversation, Turn
from conversations.models.told import latest_told
from web.connections import release_connection

MOST_MESSAGES = 50


@dataclass(frozen=True, slots=True)
class Place:
    """What the id of an event says: the attempt at a turn, how much of it was told, and what of it
    was begun and not ended."""

    turn: UUID
    attempt: int
    number: int
    open: str = ""

    @classmethod
    def read(cls, event_id: str) -> Self | None:
        """``None`` for what is no id of ours."""
        turn, _, numbers = event_id.partition(".")
        attempt, _, reached = numbers.partition(".")
        number, _, open = reached.partition(".")
        try:
            return cls(UUID(turn), int(attempt), int(number), open)
        except ValueError:
            return None


@dataclass(slots=True)
class Reader:
    """Who reads a run; ``place`` is None before its first event, and ``wire`` what it is told by.

    A process may die, and another one begins the reply again: then the run goes on with all
    messages as they were before the reply.
    """

    run: RunInput
    user: User
    place: Place | None = None
    wire: Wire | None = None

    def begin(self, turn: Turn) -> Telling:
        place, before = self.place, self.wire
        self.place, self.wire = Place(turn.pk, turn.attempt, 0), Wire(self.run, turn, self.user)
        wire = self.wire
        if place is None:
            return Telling.of(turn, wire)
        if (place.turn, place.attempt) == (turn.pk, turn.attempt):
            wire.was_away = place.number >= OPENING
            return Telling.of(turn, wire, behind=place.number)
        wire.anew = _messages(turn.conversation, before=turn)
        wire.left_open = before.open if before else place.open
        return Telling.of(turn, wire)

    def follow(self, turn: Turn) -> Iterator[bytes]:
        """From the rows, while the turn is taken or after."""
        return follow(turn, self.begin)


def look(run: RunInput, user: User, conversation: Conversation) -> Iterator[bytes]:
    """A run without a turn: the messages, the tasks, and what is being answered just now."""
    turn = turn_to_follow(conversation, None)
    opening = [
        started(run, None if conversation._state.adding else conversation.pk),
        messages(_messages(conversation, before=turn)),
        tasks(state.snapshot(user)),
    ]
    if turn:
        reader = Reader(run, user, Place(turn.pk, turn.attempt, OPENING))
        return chain(_lines(opening), reader.follow(turn))
    last = latest_told(conversation, 1)
    return _lines([*opening, finished(run, asking(user, last[0].calls if last else []))])


def _messages(conversation: Conversation, *, before: Turn | None) -> list[Told]:
    """The latest; ``before`` the reply of a turn where one is given."""
    rows = conversation.messages.standing()
    rows = rows.before(before.reply.seq) if before else rows
    told = transcript(rows.last_with_turns(MOST_MESSAGES))
    release_connection()
    return told


def _lines(frames: list[Frame]) -> Iterator[bytes]:
    """They have no ids: to look again costs nothing."""
    return (data_line(frame.data) for frame in frames)
