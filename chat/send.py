"""From a message that somebody sends to its turn: settled before, tried again, or new."""

from functools import partial
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request

from accounts.authentication import user_of
from accounts.models import User
from chat.errors import DailyTurnsUsedUp, TurnInProgress
from chat.processes import close_turns_of_the_dead
from chat.turns import open_turn
from conversations.models import Conversation, IdempotencyKeyTaken, NoTurnsLeft, Turn, TurnLost
from web.idempotency import IdempotencyKeyReused, check_key
from web.request_id import current_request_id
from web.throttles import throttle


def send(
    request: Request | HttpRequest, conversation_id: UUID | None, text: str, key: str | None
) -> tuple[Turn, bool]:
    """The open turn that will answer, or (``True``) the settled one that has answered before.

    Without ``conversation_id`` it starts a conversation; ``key`` is the Idempotency-Key. Raises
    what stands in the way of a turn; then nothing is kept.
    """
    user = user_of(request)
    check_key(key)
    what = request_hash(conversation_id, text)
    earlier = _earlier_turn(user, key, what) if key else None
    if earlier and not earlier.can_be_retried:
        return earlier, True
    throttle(request, "chat", settings.CHAT_RATE, str(user.pk))
    if earlier:
        return try_again(earlier, _conversation(user, earlier.conversation_id)), False
    conversation = _conversation(user, conversation_id)
    begin = partial(
        conversation.begin_turn,
        text,
        per_day=settings.AGENT_DAILY_TURNS,
        idempotency_key=key,
        request_hash=what,
        request_id=current_request_id.get(),
    )
    try:
        return open_turn(conversation, begin), False
    except IdempotencyKeyTaken:
        raise TurnInProgress(Turn.objects.with_key(user.pk, str(key))) from None
    except NoTurnsLeft as used_up:
        raise DailyTurnsUsedUp(settings.AGENT_DAILY_TURNS, used_up.until) from None


def request_hash(conversation_id: UUID | None, text: str) -> str:
    """By it a key knows whether it comes with the same request again."""
    return sha256(f"{conversation_id}\n{text}".encode()).hexdigest()


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
    mine = Turn.objects.filter(pk=turn.pk)
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
        raise TurnInProgress(Turn.objects.filter(pk=turn.pk)) from None


def _conversation(user: User, conversation_id: UUID | None) -> Conversation:
    if conversation_id is None:
        return Conversation(user=user)
    return get_object_or_404(Conversation.objects.for_user(user), pk=conversation_id)
