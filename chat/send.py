"""From a message that somebody sends to its turn: settled before, tried again, or new."""

import re
from functools import partial
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request

from accounts.authentication import user_of
from accounts.models import User
from chat.errors import IdempotencyKeyReused, TurnInProgress
from chat.turns import open_turn
from conversations.models import Conversation, IdempotencyKeyTaken, Turn
from rest.request_id import current_request_id
from rest.throttles import throttle

VISIBLE = re.compile(r"[\x21-\x7e]{1,200}")


def send(request: Request, conversation_id: UUID | None, text: str) -> tuple[Turn, bool]:
    """The open turn that will answer, or (``True``) the settled one that has answered before.

    Without ``conversation_id`` it starts a conversation. Raises what stands in the way of a turn;
    then nothing is kept.
    """
    user, key = user_of(request), _idempotency_key(request)
    request_hash = sha256(f"{conversation_id}\n{text}".encode()).hexdigest()
    earlier = _earlier_turn(user, key, request_hash) if key else None
    if earlier and not earlier.can_be_retried:
        return earlier, True
    throttle(request, "chat", settings.CHAT_RATE, str(user.pk))
    if earlier:
        conversation = _conversation(user, earlier.conversation_id)
        return open_turn(conversation, earlier.retry), False
    conversation = _conversation(user, conversation_id)
    begin = partial(
        conversation.begin_turn,
        text,
        idempotency_key=key,
        request_hash=request_hash,
        request_id=current_request_id.get(),
    )
    try:
        return open_turn(conversation, begin), False
    except IdempotencyKeyTaken:
        raise TurnInProgress from None


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("Idempotency-Key")
    if key is not None and not VISIBLE.fullmatch(key):
        fault = ErrorDetail("Give 1 to 200 visible ASCII characters.", code="invalid")
        raise ValidationError({"Idempotency-Key": [fault]})
    return key


def _earlier_turn(user: User, key: str, request_hash: str) -> Turn | None:
    """The settled turn that this key began. Raises IdempotencyKeyReused and TurnInProgress."""
    turn = Turn.objects.with_key(user.pk, key).first()
    if turn is None:
        return None
    if turn.request_hash != request_hash:
        raise IdempotencyKeyReused
    if turn.abandoned:
        Turn.objects.filter(pk=turn.pk).close_dead()
        turn.refresh_from_db()
    if turn.status == Turn.Status.IN_PROGRESS:
        raise TurnInProgress
    return turn


def _conversation(user: User, conversation_id: UUID | None) -> Conversation:
    if conversation_id is None:
        return Conversation(user=user)
    return get_object_or_404(Conversation.objects.for_user(user), pk=conversation_id)
