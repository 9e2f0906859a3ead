"""Turns of given times, seconds and costs."""

from datetime import datetime, timedelta
from random import getrandbits
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission

from accounts.models import User
from conversations.models import Conversation, ToolCall, Turn
from oversight.window import first_key
from tests.factories import LEASE, ConversationFactory, UserFactory

DONE = {"status": "completed", "model": "m-1", "input_tokens": 1_000, "output_tokens": 100}


def staff_who_may(*permissions: str) -> User:
    user: User = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return user


def key_of(at: datetime) -> UUID:
    return UUID(int=first_key(at).int + getrandbits(80))


def turn_at(at: datetime, conversation: Conversation | None = None, **fields: Any) -> Turn:
    """As if it had been taken then; ``seconds`` is how long it took."""
    where = conversation or ConversationFactory()
    took = timedelta(seconds=fields.pop("seconds", 1))
    turn: Turn = Turn.objects.create(
        **{
            "id": key_of(at),
            "conversation": where,
            "user": where.user,
            "created_at": at,
            "finished_at": at + took,
            "lease_expires_at": at + LEASE,
            **DONE,
            **fields,
        }
    )
    return turn


def call_at(turn: Turn, name: str, ms: int, status: str = "succeeded") -> ToolCall:
    at = turn.created_at
    call: ToolCall = ToolCall.objects.create(
        id=key_of(at),
        created_at=at,
        turn=turn,
        user=turn.user,
        step=turn.tool_calls.count(),
        position=0,
        name=name,
        arguments={},
        result={},
        status=status,
        started_at=at,
        duration_ms=ms,
    )
    return call
