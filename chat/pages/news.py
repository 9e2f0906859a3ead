"""What has changed since a page was drawn: opaque marks, each of a part of it.

A part whose mark differs from that of what is shown is drawn anew, whoever has changed it. A tab
asks about once a second, so this is one statement, written by hand: Django would take a hundred
times as long to put it together (decision 47).
"""

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_safe

from accounts.authentication import user_of
from accounts.models import User
from accounts.places import Given
from accounts.statements import Statement
from conversations.models import Conversation, Message, Turn
from reminders.models import Channels
from todos.models import Proposal, Reminder, Task, TaskChange
from web.errors import NOT_SIGNED_IN, error_response

Marks = dict[str, str | None]


class News(NamedTuple):
    """``there`` names what the user has any of: so ``rings``, ``next`` and ``proposals``."""

    marks: Marks
    there: frozenset[str]


# Several, since of two who write at the same time the first may be the last to be seen.
NEWEST = """SELECT * FROM (SELECT '{name}' AS name, CAST(changed_at AS text) AS value FROM {table}
    WHERE user_id = %(user)s {more} ORDER BY changed_at DESC LIMIT 3) AS {name}"""
# The task that was the last to be due today, and the question that was the last to expire.
LATE = """SELECT * FROM (SELECT 'late', CAST(due_time AS text) AS value FROM {task}
    WHERE user_id = %(user)s AND due_date = %(today)s AND due_time < %(time)s
    AND deleted_at IS NULL AND completed_at IS NULL ORDER BY due_time DESC LIMIT 1) AS late"""
EXPIRED = """SELECT * FROM (SELECT 'expired', CAST(expires_at AS text) AS value FROM {proposal}
    WHERE user_id = %(user)s AND status = 'open' AND expires_at <= %(now)s
    ORDER BY expires_at DESC LIMIT 1) AS expired"""
# The reminders that are due, as the notice tells them; and the next that will be.
RINGS = """SELECT * FROM (SELECT 'rings', CAST(reminder.id AS text) || CAST(rings_at AS text)
    || CAST(failed AS text) || task.version
    FROM {reminder} AS reminder JOIN {task} AS task ON task.id = reminder.task_id
    WHERE reminder.user_id = %(user)s AND answered_at IS NULL AND rings_at <= %(now)s
    ORDER BY reminder.rings_at DESC LIMIT 20) AS rings"""
NEXT = """SELECT * FROM (SELECT 'next', CAST(rings_at AS text) FROM {reminder} AS reminder
    WHERE user_id = %(user)s AND answered_at IS NULL AND rings_at > %(now)s
    ORDER BY reminder.rings_at LIMIT 1) AS next"""
PAGE = """SELECT 'page', CAST(page AS text) FROM {channels} WHERE user_id = %(user)s"""
SHOWN = """SELECT '{name}', CAST({column} AS text) FROM {conversation}
    WHERE id = %(conversation)s AND user_id = %(user)s AND deleted_at IS NULL"""
TURN = """SELECT * FROM (SELECT 'turn', turn.status || turn.attempt || (lease_expires_at > {clock})
    FROM {message} AS message JOIN {turn} AS turn ON turn.id = message.turn_id
    WHERE message.conversation_id = %(conversation)s AND message.user_id = %(user)s
    ORDER BY seq DESC LIMIT 1) AS turn"""
CLOCKS = {
    "postgresql": "statement_timestamp()",
    "sqlite": "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')",
}
TABLES = {
    str(model._meta.model_name): model._meta.db_table
    for model in (Channels, Conversation, Message, Proposal, Reminder, Task, Turn)
}
FOLLOWED = [
    NEWEST.format(name="changes", table=TaskChange._meta.db_table, more=""),
    NEWEST.format(
        name="undone", table=TaskChange._meta.db_table, more="AND original_id IS NOT NULL"
    ),
    NEWEST.format(name="proposals", table=Proposal._meta.db_table, more=""),
    NEWEST.format(name="conversations", table=Conversation._meta.db_table, more=""),
    LATE.format(**TABLES),
    EXPIRED.format(**TABLES),
    RINGS.format(**TABLES),
    NEXT.format(**TABLES),
    PAGE.format(**TABLES),
]
OF_A_CONVERSATION = [
    SHOWN.format(name="changed", column="changed_at", **TABLES),
    SHOWN.format(name="title", column="title", **TABLES),
    TURN.format(clock=CLOCKS[connection.vendor], **TABLES),
]
PLACE = re.compile(r"%\((\w+)\)s")
VALUES: dict[str, tuple[Any, str]] = {
    "user": (Task, "user"),
    "now": (Proposal, "expires_at"),
    "today": (Task, "due_date"),
    "time": (Task, "due_time"),
    "conversation": (Conversation, "id"),
}
"""In the order in which they are given, each as a column takes it."""
PLACES = {
    name: Given(model._meta.get_field(column), number)
    for number, (name, (model, column)) in enumerate(VALUES.items())
}


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """``?conversation=`` is the one that is shown.

    Beside the marks it tells who is signed in, and the token for their next form.
    """
    if not request.user.is_authenticated:
        return error_response(request, HTTPStatus.UNAUTHORIZED, "not_authenticated", NOT_SIGNED_IN)
    user = user_of(request)
    marks = marks_of(user, request.GET.get("conversation", ""))
    return JsonResponse({"user": user.pk, "token": get_token(request), **marks})


def marks_of(user: User, conversation: UUID | str | None = None) -> Marks:
    return news_of(user, conversation).marks


def news_of(user: User, conversation: UUID | str | None = None) -> News:
    """The marks: ``tasks``, ``reminders`` (those that are due), ``conversations`` (the list),
    ``undone`` (what may differ all over a transcript).

    Of a conversation also ``conversation`` (its end) and ``about``; null when it is gone.
    One query.
    """
    now = user.local_now()
    found = _newest(user, now, _uuid(conversation))
    day = [user.time_zone, str(now.date())]

    def mark(*names: str) -> str:
        values = json.dumps([day, *(found[name] for name in names)])
        return blake2b(values.encode(), digest_size=12).hexdigest()

    marks: Marks = {
        "tasks": mark("changes", "proposals", "late", "expired", "next"),
        "reminders": mark("rings", "next", "page"),
        "conversations": mark("conversations"),
        "undone": mark("undone", "proposals", "expired"),
    }
    if conversation:
        is_there = bool(found["changed"])
        marks["conversation"] = mark("changed", "turn") if is_there else None
        marks["about"] = mark("title") if is_there else None
    return News(marks, frozenset(name for name, values in found.items() if values))


def _uuid(text: UUID | str | None) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _newest(user: User, now: datetime, conversation: UUID | None) -> dict[str, list[str]]:
    asked = IN_A_CONVERSATION if conversation else ANYWHERE
    found = defaultdict(list)
    for name, value in asked.run([user.pk, now, now.date(), now.time(), conversation]):
        found[name].append(value)
    return found


def _statement(parts: Sequence[str]) -> Statement:
    text = " UNION ALL ".join(parts)
    places = [PLACES[name] for name in PLACE.findall(text)]
    return Statement(PLACE.sub("%s", text), places, lambda cursor: cursor.fetchall())


ANYWHERE = _statement(FOLLOWED)
IN_A_CONVERSATION = _statement(FOLLOWED + OF_A_CONVERSATION)
