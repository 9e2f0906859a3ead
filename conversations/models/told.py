"""What a prompt tells of a conversation, read with every turn: model instances took twice as long.

What stands behind a message is looked up for each by itself. PostgreSQL makes one plan for all
users, and where most have hardly any turns a join would read all turns of those who have many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.db.models import Case, Func, JSONField, Q, QuerySet, Subquery, When

from accounts.compiled import compiled, planned_ahead
from conversations.models.conversation import Conversation
from conversations.models.message import Message, ToolCall
from conversations.models.turn import Turn

GATHERED = ("JSONB_AGG", "JSON_GROUP_ARRAY")
LISTED = ("JSONB_BUILD_ARRAY", "JSON_ARRAY")
PARSED = ("TO_JSONB", "JSON")  # to SQLite a column of JSON is a text


@dataclass(slots=True)
class ToldCall:
    """A tool call as a prompt tells it."""

    id: UUID
    step: int
    text_before: int
    name: str
    arguments: Any
    result: Any
    beside: None = None  # is of the open turn alone


@dataclass(slots=True)
class ToldTurn:
    shown_status: str
    finish_reason: str


@dataclass(slots=True)
class Told:
    """A message as a prompt tells it."""

    role: str
    content: str
    created_at: datetime
    seq: int
    turn_id: UUID
    turn_behind: ToldTurn | None
    calls: list[ToldCall]


def history(turn: Turn, limit: int) -> list[Message | Told]:
    """The messages up to the turn's own two, at most ``limit`` with them.

    Those that were withdrawn before are left out. Of the others ten are left out at once, a
    third where that is less, so that history seldom begins with another message than for the
    turn before; prompts that begin alike cost less.
    """
    own: list[Message | Told] = [turn.user_message, turn.reply]
    if limit <= 2 or turn.user_message.seq == 1:
        return own
    told = _before(turn, limit - 2)
    first = told[0].seq if len(told) == limit - 2 else 1
    block = min(10, max(2, limit // 6 * 2))
    start = 1 - (1 - first) // block * block
    return [*(each for each in told if each.seq >= start and each.turn_id != turn.pk), *own]


def latest_told(conversation: Conversation, limit: int) -> list[Told]:
    """The last ``limit`` that stand, oldest first; 1 query."""
    standing: Any = conversation.messages.standing()
    return [*map(_told, _to_tell(standing).order_by("-seq")[:limit])][::-1]


def _before(turn: Turn, limit: int) -> list[Told]:
    """The last ``limit`` that stood before its own; 1 query, where none of them is withdrawn.

    It looks by their places, so that however it is planned no more is read than these.
    """
    told: list[Told] = []
    end, places = turn.user_message.seq, limit
    while end > 1 and len(told) < limit:
        begin = max(1, end - places)
        told = [*map(_told, _between(turn, begin, end)), *told]
        end, places = begin, 2 * places
    return told[-limit:]


@planned_ahead
@compiled
def _between(turn: Turn, begin: int, end: int) -> QuerySet[Message, Any]:
    """Those that stood when that turn was taken; none of its conversation is withdrawn before
    those that stand after it.
    """
    rows = Message.objects.filter(user=turn.user_id, conversation=turn.conversation_id)
    rows = rows.alias(left_out_at=_of_turn("withdrawn_at"))
    stood = Q(left_out_at=None) | Q(left_out_at__gte=turn.withdrawn_at)
    return _to_tell(rows.filter(stood, seq__gte=begin, seq__lt=end)).order_by("seq")


def _to_tell(rows: QuerySet[Message]) -> QuerySet[Message, Any]:
    """What a prompt tells of each; of a reply also its turn and, as one list, its calls."""
    columns = ("id", "step", "position", "text_before", "name")
    parsed = (_JSON(PARSED, column) for column in ("arguments", "result"))
    each_call = _JSON(GATHERED, _JSON(LISTED, *columns, *parsed))
    calls = ToolCall.objects.of_same_owner(turn="turn").order_by().values(all=each_call)
    behind = (_of_turn("status"), _of_turn("finish_reason"), Subquery(calls))
    of_reply = (Case(When(role=Message.Role.ASSISTANT, then=each)) for each in behind)
    return rows.values_list("role", "content", "created_at", "seq", "turn_id", *of_reply)


def _of_turn(column: str) -> Subquery:
    return Subquery(Turn.objects.of_same_owner(pk="turn").values(column))


class _JSON(Func):
    """By the name that PostgreSQL has for it, and that which SQLite has."""

    output_field = JSONField()

    def __init__(self, names: tuple[str, str], *expressions: Any) -> None:
        super().__init__(*expressions, function=names[0], on_sqlite=names[1])

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function=self.extra["on_sqlite"], **context)


def _told(row: Sequence[Any]) -> Told:
    role, content, created_at, seq, turn, status, finish_reason, calls = row
    behind = None if status is None else ToldTurn(status, finish_reason)
    return Told(role, content, created_at, seq, turn, behind, _calls(calls) if calls else [])


def _calls(calls: list[Any]) -> list[ToldCall]:
    in_order = sorted(calls, key=itemgetter(1, 2))
    return [ToldCall(UUID(id), step, *told) for id, step, _position, *told in in_order]
