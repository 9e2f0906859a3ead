"""Turns whose process has died, for the tests of what becomes of them."""

from datetime import timedelta
from typing import Any

from django.db.models.functions import Now

from conversations.models import Conversation, ToolCall, Turn
from tests.factories import LEASE, record_call, say
from todos.models import Origin, Task


def break_off(turn: Turn, ago: float = 5, **fields: Any) -> Turn:
    """Its process dies, and so many seconds have passed since somebody has settled it."""
    rows = Turn.objects.filter(pk=turn.pk)
    rows.interrupt()
    rows.update(**{"finished_at": Now() - timedelta(seconds=ago), **fields})
    return turn


def broken_off(conversation: Conversation, text: str = "Milk, please", **begin: Any) -> Turn:
    conversation.refresh_from_db()
    return break_off(conversation.begin_turn(text, LEASE, **begin))


def make_milk(turn: Turn) -> ToolCall:
    """A call that its process made before it died."""
    made = record_call(turn)
    with turn.fenced(LEASE):
        origin = Origin("chat", made.pk, turn.conversation_id, act=made.pk)
        Task.add(turn.conversation.user, origin, title="Milk")
    return made


def spoken_since(turn: Turn) -> None:
    turn.conversation.refresh_from_db()
    say(turn.conversation, "Never mind")
