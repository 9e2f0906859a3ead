"""Conversations and messages as they are shown, read as plain rows by compiled queries.

Model instances of a message and its turn took three times as long. What stands behind each is told
by ``Standing``, as for the row.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now

from accounts.compiled import compiled, planned_ahead
from accounts.models import User
from conversations.models.conversation import Conversation, title_of
from conversations.models.message import PAST_ALL, Message, ToolCall
from conversations.models.standing import Standing
from conversations.models.turn import Turn
from web.pagination import Keyset

BEFORE_ALL = datetime(1, 1, 2, tzinfo=UTC)

OLDEST = Keyset(Message.objects.oldest_first())
LATEST = Keyset(Conversation.objects.latest_first())
"""The orders in which they are shown page by page."""


@dataclass(slots=True)
class ShownCall:
    id: UUID
    name: str
    arguments: Any
    result: Any
    status: str
    started_at: datetime
    duration_ms: int
    undone_at: datetime | None
    text_before: int

    @property
    def undone(self) -> bool:
        return self.undone_at is not None


@dataclass(slots=True)
class ShownTurn(Standing):
    status: str
    created_at: datetime
    lease_expires_at: datetime
    cancel_requested_at: datetime | None
    error_code: str
    error_detail: str
    finished_at: datetime | None
    input_tokens: int | None
    output_tokens: int | None
    cached_tokens: int | None
    model: str
    thinking: str
    read_at: datetime | None


@dataclass(slots=True)
class ShownMessage:
    id: UUID
    seq: int
    role: str
    content: str
    created_at: datetime
    withdrawn_at: datetime | None
    turn_behind: ShownTurn | None
    calls: Sequence[ShownCall]


@dataclass(slots=True)
class TalkTurn(ShownTurn):
    """Also what it takes to go on with it."""

    id: UUID
    withdrawn_at: datetime | None
    idempotency_key: str | None
    request_hash: str
    attempt: int
    warning: str


@dataclass(slots=True)
class TalkMessage:
    """A message as the page shows it, where a person can go on with its turn."""

    id: UUID
    seq: int
    role: str
    content: str
    created_at: datetime
    turn: TalkTurn
    calls: Sequence[ShownCall]

    @property
    def turn_behind(self) -> TalkTurn | None:
        """None stands behind a message of the user."""
        return self.turn if self.role == Message.Role.ASSISTANT else None


class ShownConversation(NamedTuple):
    id: UUID
    title: str
    created_at: datetime
    updated_at: datetime
    changed_at: datetime
    message_count: int
    last_message_preview: str
    busy: bool

    @property
    def shown_title(self) -> str:
        return title_of(self.title, self.created_at)


class Range(NamedTuple):
    """Which messages: those with a ``seq`` between these, and later than ``since`` if it is given.

    At most ``limit``: the ``latest`` of them, latest first, or the first, oldest first.
    """

    limit: int
    after: int = 0
    before: int = PAST_ALL
    since: datetime | None = None
    latest: bool = False


AnyCall = ToolCall | ShownCall
AnyMessage = Message | TalkMessage
"""As a row, or as it is shown."""

CALL = tuple(field.name for field in fields(ShownCall))
CONVERSATION = tuple(name for name in ShownConversation._fields if name != "busy")
TURN = tuple(field.name for field in fields(ShownTurn) if field.name != "read_at")
TALK = tuple(field.name for field in fields(TalkTurn)[len(fields(ShownTurn)) :])
MESSAGE = ("id", "seq", "role", "content", "created_at", "turn__withdrawn_at", "turn")


def messages(
    user: int, id: UUID, which: Range
) -> tuple[list[ShownMessage], ShownConversation | None]:
    """Those of a kept conversation, in the order of their range, and the conversation.

    At most 2 queries. Where it has no such message the conversation is told by one more; None
    where there is none.
    """
    rows, calls, kept = _read(user, id, which, talk=False)
    return [_message(row, calls) for row in rows], kept


def talk(user: int, id: UUID, which: Range) -> tuple[list[TalkMessage], ShownConversation | None]:
    """As ``messages``, with what it takes to go on with their turns."""
    rows, calls, kept = _read(user, id, which, talk=True)
    turns = {row[6]: TalkTurn(*row[8:-8]) for row in rows}
    said = []
    for id, seq, role, content, created_at, _withdrawn_at, turn in (row[:7] for row in rows):
        its_calls = _its_calls(role, turn, calls)
        said.append(TalkMessage(id, seq, role, content, created_at, turns[turn], its_calls))
    return said, kept


class Reading:
    """The messages of a conversation page by page, ``since`` a seq or a time, and what it is."""

    conversation: ShownConversation | None = None

    def __init__(self, user: int, id: UUID, since: int | datetime | None) -> None:
        self._user = user
        self._id = id
        self._since = since if isinstance(since, datetime) else None
        self._after = since if isinstance(since, int) else 0

    def read(self, direction: str, place: Sequence[Any] | None, limit: int) -> list[ShownMessage]:
        [seq] = place or [self._after]
        if direction == "previous":
            which = Range(limit, self._after, seq, self._since, latest=True)
        else:
            which = Range(limit, max(seq, self._after), since=self._since)
        found, self.conversation = messages(self._user, self._id, which)
        return found


def conversation(user: int, id: UUID) -> ShownConversation | None:
    """One that is kept; 1 query."""
    return next((ShownConversation(*row) for row in _conversation(user, id)), None)


@compiled
def user_with_version(number: int, id: UUID) -> QuerySet[User]:
    """An active user, with what ``version`` tells of a conversation of theirs."""
    kept = Conversation.objects.filter(user=OuterRef("pk"), deleted_at=None, pk=id)
    return User.objects.filter(pk=number, is_active=True).annotate(
        changed_at=Subquery(kept.values("changed_at")),
        message_count=Subquery(kept.values("message_count")),
    )


def version(user: int, id: UUID) -> tuple[datetime, int] | None:
    """When a kept conversation changed last, and how many messages it has; 1 query.

    All that is shown of one changes it, but for a turn that is in progress.
    """
    return next(iter(_version(user, id)), None)


def conversations(user: int, direction: str, place: Any, limit: int) -> list[ShownConversation]:
    """Those behind (``next``) or before (``previous``) a place of LATEST, nearest first; 1 query.

    Without a place, the latest.
    """
    updated_at, id = place or (BEFORE_ALL, UUID(int=0))
    beside = direction if place else ""
    rows = _conversations(user, updated_at, id, beside=beside, limit=limit)
    return [ShownConversation(*row) for row in rows]


Calls = dict[UUID, list[ShownCall]]


def _read(
    user: int, id: UUID, which: Range, *, talk: bool
) -> tuple[list[Any], Calls, ShownConversation | None]:
    found, kept = _found(user, id, which, talk), None
    if not found:
        kept = conversation(user, id)
        if kept and kept.message_count > which.after:
            # It may just have been restored: what is shown must not be older than when it changed.
            found = _found(user, id, which, talk)
    if not found:
        return [], {}, kept
    replies = (row[6:8] for row in found if row[2] == Message.Role.ASSISTANT)
    turns = [turn for turn, has_calls in replies if has_calls]
    calls = _calls_of(user, turns) if turns else {}
    return found, calls, ShownConversation(*found[0][-8:])


def _found(user: int, id: UUID, which: Range, talk: bool) -> list[Any]:
    return _messages(
        user,
        id,
        which.after,
        which.before,
        which.since or BEFORE_ALL,
        limit=which.limit,
        latest=which.latest,
        dated=which.since is not None,
        talk=talk,
    )


def _message(row: Sequence[Any], calls: Calls) -> ShownMessage:
    id, seq, role, content, created_at, withdrawn_at, turn = row[:7]
    behind = ShownTurn(*row[8:-8]) if role == Message.Role.ASSISTANT else None
    its_calls = _its_calls(role, turn, calls)
    return ShownMessage(id, seq, role, content, created_at, withdrawn_at, behind, its_calls)


def _its_calls(role: str, turn: UUID, calls: Calls) -> Sequence[ShownCall]:
    """A user's message has none."""
    return calls.get(turn, ()) if role == Message.Role.ASSISTANT else ()


def _calls_of(user: int, turns: list[UUID]) -> Calls:
    calls = defaultdict(list)
    for turn, *told in _calls(user, turns):
        calls[turn].append(ShownCall(*told))
    return calls


@compiled
def _messages(
    user: int,
    conversation: UUID,
    after: int,
    before: int,
    since: datetime,
    *,
    limit: int,
    latest: bool,
    dated: bool,
    talk: bool,
) -> QuerySet[Message, Any]:
    rows = Message.objects.filter(
        user=user,
        conversation=conversation,
        conversation__deleted_at=None,
        seq__gt=after,
        seq__lt=before,
    )
    if dated:
        rows = rows.filter(created_at__gt=since)
    calls = ToolCall.objects.of_same_owner(turn="turn")
    busy = Turn.objects.filter(user=user, conversation=conversation).live()
    return rows.order_by("-seq" if latest else "seq").values_list(
        *MESSAGE,
        calls.any_for_each(),
        *(f"turn__{name}" for name in TURN),
        Now(),
        *(f"turn__{name}" for name in (TALK if talk else ())),
        *(f"conversation__{name}" for name in CONVERSATION),
        Exists(busy),
    )[:limit]


@compiled
def _calls(user: int, turns: list[UUID]) -> QuerySet[ToolCall, Any]:
    rows = ToolCall.objects.filter(user=user, turn__among=turns)
    return rows.order_by("step", "position").values_list("turn", *CALL)


@compiled
def _conversation(user: int, id: UUID) -> QuerySet[Conversation, Any]:
    rows = Conversation.objects.filter(user=user, deleted_at=None, pk=id).with_status()
    return rows.values_list(*CONVERSATION, "busy")


@compiled
def _version(user: int, id: UUID) -> QuerySet[Conversation, Any]:
    rows = Conversation.objects.filter(user=user, deleted_at=None, pk=id)
    return rows.values_list("changed_at", "message_count")


@compiled
def _conversations(
    user: int, updated_at: datetime, id: UUID, *, beside: str, limit: int
) -> QuerySet[Conversation, Any]:
    rows = Conversation.objects.filter(user=user, deleted_at=None).with_status().latest_first()
    if beside:
        rows = rows.filter(LATEST.beyond([updated_at, id], beside))
    if beside == "previous":
        rows = rows.reverse()
    return rows.values_list(*CONVERSATION, "busy")[:limit]


@planned_ahead
@compiled
def conversation_of(user: int, pk: UUID) -> QuerySet[Conversation]:
    """One that they have, and have not deleted."""
    return Conversation.objects.filter(user=user, pk=pk, deleted_at=None)
