"""Conversations by the thousand, written by the database itself."""

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
    FROM conversation, turn"""
MESSAGES = """
    INSERT INTO conversations_message (id, user_id, conversation_id, turn_id, created_at, seq, role,
        content)
    SELECT {message_id}, {owner}, {id}, {turn_id}, {then}, 2 * t - 1 + reply,
        CASE reply WHEN 0 THEN 'user' ELSE 'assistant' END, '{content}'
    FROM conversation, turn, (SELECT 0 AS reply UNION SELECT 1) AS half"""
NUMBERED = """
    WITH RECURSIVE
        conversation(c) AS (SELECT 1 UNION ALL SELECT c + 1 FROM conversation WHERE c < {count}),
        turn(t) AS (SELECT 1 UNION ALL SELECT t + 1 FROM turn WHERE t < {turns})"""


def seed(count: int, turns: int, *, then: datetime, deleted: bool = True, users: int = 10) -> None:
    """So many conversations, each of so many turns with a tool call, deleted or not since then."""
    owners = User.objects.bulk_create(User(username=f"seeded{n}") for n in range(users))
    moment = f"'{connection.ops.adapt_datetimefield_value(then)}'"
    words = {
        "count": count,
        "turns": turns,
        "then": moment,
        "deleted_at": moment if deleted else "NULL",
        "owner": f"{owners[0].pk} + c % {users}",
        "id": _uuid("c"),
        "turn_id": _uuid(f"c * {turns} + t"),
        "message_id": _uuid(f"2 * (c * {turns} + t) + reply"),
        "content": "word " * 40,
    }
    with connection.cursor() as cursor:
        for table in (CONVERSATIONS, TURNS, CALLS, MESSAGES):
            insert, select = table.split("SELECT", 1)
            cursor.execute(f"{insert} {NUMBERED} SELECT {select}".format(**words))


def _uuid(number: str) -> str:
    if connection.vendor == "sqlite":
        return f"printf('%032x', {number})"
    return f"CAST(lpad(to_hex({number}), 32, '0') AS uuid)"
