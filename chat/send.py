"""From a message that somebody sends to its turn: settled before, tried again, or new."""

from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest
from rest_framework.request import Request

from accounts.authentication import door_of, key_of, user_of
from accounts.models import User
from chat.answering import NotAsked
from chat.errors import DailyTurnsUsedUp, TurnInProgress
from chat.processes import close_turns_of_the_dead
from chat.turns import open_turn
from conversations.models import (
    Alias,
    AliasTaken,
    Conversation,
    IdempotencyKeyTaken,
    Name,
    NoTurnsLeft,
    Turn,
    TurnLost,
    conversation_of,
)
from telemetry.metrics import throttled
from web.idempotency import IdempotencyKeyReused, check_key
from web.request_id import current_request_id
from web.throttles import throttle

Where = UUID | Name | Conversation | None
"""A conversation, by our id or by the name that a client has for it; None: a new one.

A row of the asker's: what is sent is the answer to what stands in it as it was read.
"""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who says something, through which door, and by which key where they came with one."""

    user: User
    door: str
    key: UUID | None = None

    @classmethod
    def of(cls, request: Request | HttpRequest, door: str = "") -> Self:
        """``door`` is our API or the page where none is named."""
        key = key_of(request)
        return cls(user_of(request), door or door_of(request), key.pk if key else None)


def send(asker: Asker, where: Where, text: str, key: str | None) -> tuple[Turn, bool]:
    """The open turn that will answer, or (``True``) the settled one that has answered before.

    ``key`` is the Idempotency-Key. Raises what stands in the way of a turn; then nothing is kept.
    So does NotAsked, where something else was said behind what is answered.
    """
    check_key(key)
    what = request_hash(where, text)
    earlier = _earlier_turn(asker.user, key, what) if key else None
    if earlier and not earlier.can_be_retried:
        return earlier, True
    throttle(None, "chat", settings.CHAT_RATE, str(asker.user.pk))
    if earlier and earlier.key != asker.key:  # it may do what that key may
        raise IdempotencyKeyReused
    if earlier:
        return try_again(earlier, _kept(asker.user, earlier.conversation_id)), False
    begin = partial(
        Conversation.begin_turn,
        text=text,
        per_day=settings.AGENT_DAILY_TURNS,
        idempotency_key=key,
        request_hash=what,
        request_id=current_request_id.get(),
        door=asker.door,
        key=asker.key,
    )
    try:
        return _open(asker.user, where, begin), False
    except IdempotencyKeyTaken:
        raise TurnInProgress(Turn.objects.with_key(asker.user.pk, str(key))) from None
    except NoTurnsLeft as used_up:
        throttled(DailyTurnsUsedUp.default_code, "daily-turns")
        raise DailyTurnsUsedUp(settings.AGENT_DAILY_TURNS, used_up.until) from None


def own_id(user: User, text: str) -> UUID | None:
    """The conversation of the user's that has this id; None: it is a client's own name for one.

    Whoever has an id of ours finds under it what all other doors show there. It need not look like
    one of ours, for a client of `/chatkit/threads/{id}` chooses it.
    """
    try:
        id = UUID(text)
    except ValueError:
        return None
    return id if Conversation.objects.for_user(user).filter(pk=id).exists() else None


def request_hash(where: Where, text: str) -> str:
    """By it a key knows whether it comes with the same request again."""
    place = where.pk if isinstance(where, Conversation) else where
    return sha256(f"{place}\n{text}".encode()).hexdigest()


def _open(user: User, where: Where, begin: "partial[Turn]") -> Turn:
    if isinstance(where, Conversation):
        return open_turn(where, partial(_begin_as_read, where, where.message_count, begin))
    if not isinstance(where, Name):
        conversation = Conversation(user=user) if where is None else _kept(user, where)
        return open_turn(conversation, partial(begin, conversation))
    conversation, alias = Alias.objects.look_up(user, where)
    give_name = alias and partial(alias.point_to, before=alias.conversation_id)
    try:
        return open_turn(conversation, partial(begin, conversation, give_name=give_name))
    except AliasTaken:  # somebody has just begun it: there is one now
        return _open(user, Name(where.door, where.text), begin)


def _begin_as_read(
    conversation: Conversation, messages: int, begin: "partial[Turn]", **how: Any
) -> Turn:
    """As ``begin``, while the conversation has no more messages than these. Else raises NotAsked,
    or IdempotencyKeyTaken where the very same answer came meanwhile.
    """
    if conversation.message_count == messages:
        return begin(conversation, **how)
    key = begin.keywords["idempotency_key"]
    if key and Turn.objects.with_key(conversation.user_id, key).exists():
        raise IdempotencyKeyTaken
    raise NotAsked


def _earlier_turn(user: User, key: str, what: str) -> Turn | None:
    """The settled turn that this key began.

    Raises IdempotencyKeyReused, TurnInProgress, and Message.DoesNotExist (404) when somebody has
    deleted what it has to show.
    """
    turn = Turn.objects.with_key(user.pk, key).first()
    if turn is None:
        return None
    if turn.request_hash != what:
        raise IdempotencyKeyReused
    mine = Turn.objects.just(turn)
    if turn.status == Turn.Status.IN_PROGRESS:
        close_turns_of_the_dead()
        mine.close_dead()
        turn.refresh_from_db()
    if turn.status == Turn.Status.IN_PROGRESS:
        raise TurnInProgress(mine)
    turn.load_messages()
    return turn


def try_again(turn: Turn, conversation: Conversation) -> Turn:
    """Open once more, as ``open_turn`` does. Raises TurnInProgress when somebody was faster."""
    try:
        return open_turn(conversation, turn.retry)
    except TurnLost:
        raise TurnInProgress(Turn.objects.just(turn)) from None


def _kept(user: User, conversation_id: UUID) -> Conversation:
    if found := conversation_of(user.pk, conversation_id):
        return found[0]
    raise Http404
