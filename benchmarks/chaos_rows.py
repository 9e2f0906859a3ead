"""The rows that the chaos benchmark begins with and ends with; Django must be set up before."""

from collections import Counter
from datetime import timedelta
from typing import Any

from django.core.management import call_command
from django.db import connection
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.models import User
from conversations.models import Conversation, Message, ToolCall, Turn


def prepare(number: int, seconds: float) -> tuple[list[str], list[str]]:
    """Make the tables, and so many users: their tokens, and a conversation of each."""
    call_command("migrate", verbosity=0)
    users = [User.objects.create(username=f"user{each}") for each in range(number)]
    tokens = [RefreshToken.for_user(user).access_token for user in users]
    for token in tokens:
        token.set_exp(lifetime=timedelta(hours=1, seconds=seconds))
    conversations = [Conversation.objects.create(user=user) for user in users]
    connection.close()
    return [str(token) for token in tokens], [str(each.pk) for each in conversations]


def turns() -> int:
    try:
        return Turn.objects.count()
    finally:
        connection.close()  # it stands in no server's way that is to stop


def unfinished_turns() -> list[str]:
    """Those that are open, and those that were broken off and are still to be finished."""
    try:
        open_turns, broken_off = Turn.objects.in_progress(), Turn.objects.broken_off()
        return [str(turn.pk) for turn in (*open_turns, *broken_off)]
    finally:
        connection.close()


def figures() -> dict[str, Any]:
    attempts = Counter(Turn.objects.values_list("attempt", flat=True))
    return {
        "turns by status": dict(Counter(Turn.objects.values_list("status", flat=True))),
        "turns by attempts": dict(sorted(attempts.items())),
        "errors of turns": dict(
            Counter(Turn.objects.exclude(error_code="").values_list("error_code", flat=True))
        ),
        "tool calls": ToolCall.objects.count(),
    }


def untrue(answers: list[tuple[str, list[Any]]]) -> list[str]:
    """Answers that another client got otherwise, or that are not what the rows say."""
    first: dict[str, list[Any]] = {}
    differing = [
        f"{key}: answered {seen}, and {first[key]}"
        for key, seen in answers
        if first.setdefault(key, seen) != seen
    ]
    replies = Message.objects.filter(role="assistant").select_related("turn")
    kept = {str(reply.pk): [reply.turn.status, reply.content] for reply in replies}
    return differing + [
        f"{key}: answered {shown}, kept {kept.get(reply)}"
        for key, (_digest, reply, *shown) in first.items()
        if kept.get(reply) != shown
    ]
