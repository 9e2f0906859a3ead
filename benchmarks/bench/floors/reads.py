"""Reading as the barest views do it: raw SQL, dicts, JSON; the same JSON as Todo Chat's.

What its JSON has of cursors comes with the request.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

BUSY = """
    EXISTS (
        SELECT 1 FROM conversations_turn t WHERE t.user_id = c.user_id
            AND t.conversation_id = c.id AND t.status = 'in_progress')"""
CONVERSATION = """
    c.id, c.title, c.created_at, c.updated_at, c.message_count, c.last_message_preview,"""
LIST = f"""
    SELECT {CONVERSATION} {BUSY} FROM conversations_conversation c
    WHERE c.user_id = %s AND c.deleted_at IS NULL ORDER BY c.updated_at DESC, c.id DESC LIMIT %s"""
ONE = f"""
    SELECT {CONVERSATION} {BUSY} FROM conversations_conversation c
    WHERE c.user_id = %s AND c.id = %s AND c.deleted_at IS NULL"""
LATEST = """
    SELECT m.id, m.seq, m.role, m.content, m.created_at, m.turn_id, t.status, t.error_code,
        t.error_detail, t.model, t.created_at, t.finished_at, t.input_tokens, t.output_tokens,
        t.cached_tokens, t.thinking, t.withdrawn_at
    FROM conversations_message m
    JOIN conversations_turn t ON t.user_id = m.user_id AND t.id = m.turn_id
    WHERE m.user_id = %s AND m.conversation_id = %s ORDER BY m.seq DESC LIMIT 50"""
CALLS = """
    SELECT turn_id, id, name, arguments, result, status, started_at, duration_ms, undone_at
    FROM conversations_toolcall WHERE user_id = %s AND turn_id IN ({}) ORDER BY step, position"""


def conversations(request: HttpRequest) -> HttpResponse:
    rows = _rows(LIST, [request.GET["user"], int(request.GET["limit"])])
    page = {"next": request.GET["next"], "previous": None}
    return JsonResponse(page | {"results": [_conversation(row) for row in rows]})


def latest(request: HttpRequest) -> HttpResponse:
    user, id = request.GET["user"], _key(request.GET["conversation"])
    [conversation] = _rows(ONE, [user, id])
    messages = _rows(LATEST, [user, id])[::-1]
    turns = list({row[5] for row in messages})
    calls: dict[Any, list[Any]] = {}
    for turn, *call in _rows(CALLS.format(", ".join(["%s"] * len(turns))), [user, *turns]):
        calls.setdefault(turn, []).append(_call(*call))
    told = [_message(row, calls) for row in messages]
    previous = {"messages": told, "previous_messages": request.GET["previous"]}
    return JsonResponse(_conversation(conversation) | previous)


def _rows(sql: str, values: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def _conversation(row: Any) -> dict[str, Any]:
    id, title, created_at, updated_at, message_count, preview, busy = row
    return {
        "id": _id(id),
        "title": title,
        "created_at": _time(created_at),
        "updated_at": _time(updated_at),
        "message_count": message_count,
        "last_message_preview": preview,
        "status": "busy" if busy else "idle",
    }


def _message(row: Any, calls: dict[Any, list[Any]]) -> dict[str, Any]:
    id, seq, role, content, created_at, turn, status, code, detail, model, *rest = row
    begun, ended, read, written, cached, thinking, withdrawn_at = rest
    is_reply = role == "assistant"
    usage = {"input_tokens": read, "output_tokens": written, "cached_tokens": cached}
    return {
        "id": _id(id),
        "seq": seq,
        "role": role,
        "content": content,
        "status": status if is_reply else None,
        "created_at": _time(created_at),
        "tool_calls": calls.get(turn, []) if is_reply else [],
        "error": {"code": code, "detail": detail} if is_reply and code else None,
        "model": model if is_reply else None,
        "duration_ms": _milliseconds(begun, ended) if is_reply else None,
        "usage": usage if is_reply else None,
        "thinking": (thinking or None) if is_reply else None,
        "proposals": [],
        "withdrawn_at": _time(withdrawn_at),
    }


def _call(*call: Any) -> dict[str, Any]:
    id, name, arguments, result, status, started_at, duration_ms, undone_at = call
    return {
        "id": _id(id),
        "name": name,
        "arguments": json.loads(arguments),
        "result": json.loads(result),
        "status": status,
        "started_at": _time(started_at),
        "duration_ms": duration_ms,
        "undone": undone_at is not None,
    }


def _milliseconds(begun: Any, ended: Any) -> int:
    return round((_moment(ended) - _moment(begun)) / timedelta(milliseconds=1))


def _time(value: Any) -> str | None:
    return value and _moment(value).isoformat().replace("+00:00", "Z")


def _moment(value: datetime) -> datetime:
    """SQLite's have no zone."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def _id(value: Any) -> str:
    return str(value if isinstance(value, UUID) else UUID(value))


def _key(text: str) -> Any:
    return UUID(text) if connection.vendor == "postgresql" else UUID(text).hex
