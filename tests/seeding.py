"""Conversations by the thousand, written by the database itself."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from accounts.models import User

CONVERSATIONS = """
    INSERT INTO conversations_conversation (id, user_id, created_at, updated_at, deleted_at, title,
        message_count, last_message_preview)
    SELECT {id}, {owner}, {then}, {then}, {deleted_at}, 'Title', 2 * {turns}, 'Preview'
    FROM conversation"""
TURNS = """
    INSERT INTO conversations_turn (id, user_id, conversation_id, created_at, finished_at, status,
        request_hash, request_id, attempt, lease_token, lease_expires_at, slot, error_code,
        error_detail, warning, degraded, finish_reason, model)
    SELECT {turn_id}, {owner}, {id}, {then}, {then}, 'completed',
        '', '', 1, {turn_id}, {then}, 0, '', '', '', FALSE, '', ''
    FROM conversation, turn"""
CALLS = """
    INSERT INTO conversations_toolcall (id, user_id, turn_id, created_at, step, position,
        text_before, name, model, arguments, result, status, started_at, duration_ms)
    SELECT {turn_id}, {owner}, {turn_id}, {then}, 0, 0, 0, 'create_task', '', '{{}}', '{{}}',
        'succeeded', {then}, 7
    FROM conversation, turn WHERE t % {calls_each} = 0"""
MESSAGES = """
    INSERT INTO conversations_message (id, user_id, conversation_id, turn_id, created_at, seq, role,
        content)
    SELECT {message_id}, {owner}, {id}, {turn_id}, {then}, 2 * t - 1 + reply,
        CASE reply WHEN 0 THEN 'user' ELSE 'assistant' END, '{content}'
    FROM conversation, turn, (SELECT 0 AS reply UNION SELECT 1) AS half"""
NUMBERED = """
    WITH RECURSIVE
        conversation(c) AS (
            SELECT CAST({first} + 1 AS bigint)
            UNION ALL SELECT c + 1 FROM conversation WHERE c < {first} + {count}
        ),
        turn(t) AS (SELECT 1 UNION ALL SELECT t + 1 FROM turn WHERE t < {turns})"""

LONGEST = 2**20  # turns of a conversation


def seed(
    count: int,
    turns: int,
    *,
    then: datetime,
    deleted: bool = True,
    users: int = 10,
    owners: Sequence[User] = (),
    first: int = 0,
    calls_each: int = 1,
) -> None:
    """So many conversations, each of so many turns, deleted or not since then.

    They belong to ``owners`` in their turn, or to so many new users. ``first`` is how many there
    are already. One turn of ``calls_each`` has a tool call.
    """
    owners = owners or User.objects.bulk_create(User(username=f"seeded{n}") for n in range(users))
    moment = f"'{connection.ops.adapt_datetimefield_value(then)}'"
    words = {
        "count": count,
        "turns": turns,
        "first": first,
        "calls_each": calls_each,
        "then": moment,
        "deleted_at": moment if deleted else "NULL",
        "owner": _one_of([owner.pk for owner in owners], f"c - {first + 1}"),
        "id": _uuid("c"),
        "turn_id": _uuid(f"c * {LONGEST} + t"),
        "message_id": _uuid(f"2 * (c * {LONGEST} + t) + reply"),
        "content": "word " * 40,
    }
    with connection.cursor() as cursor:
        for table in (CONVERSATIONS, TURNS, CALLS, MESSAGES):
            insert, select = table.split("SELECT", 1)
            cursor.execute(f"{insert} {NUMBERED} SELECT {select}".format(**words))


def _one_of(keys: Sequence[int], place: str) -> str:
    """That at a place, counted on from the beginning behind the end."""
    if connection.vendor == "sqlite":
        return f"json_extract('{list(keys)}', '$[' || (({place}) % {len(keys)}) || ']')"
    return f"(ARRAY{list(keys)})[({place}) % {len(keys)} + 1]"


def _uuid(number: str) -> str:
    if connection.vendor == "sqlite":
        return f"printf('%032x', {number})"
    return f"CAST(lpad(to_hex({number}), 32, '0') AS uuid)"
