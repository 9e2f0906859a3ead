"""A client's chat: its conversation, the turns that are one message of it, and what it says."""

import json
from contextlib import suppress
from hashlib import sha256
from uuid import UUID

from rest_framework.request import Request

from accounts.authentication import key_of
from accounts.models import User
from accounts.scopes import Need, need
from chat.answering import NO, YES, NotAsked, words_for
from chat.doors.ai_sdk.asked import Said
from chat.errors import NotTheLastExchange
from chat.send import Asker, own_id, send
from chat.withdraw import withdraw
from conversations.models import Alias, Conversation, Name, Turn
from conversations.models.turn import TurnQuerySet
from todos.models import Origin
from web.idempotency import HEADER

DOOR = "ai-sdk"
ANSWERS = f"{DOOR}:answers:"
MOST_TURNS = 20  # of one message


def place_of(user: User, chat: str) -> UUID | Name:
    """One of our conversations, where the client has its id; else what it calls by this name."""
    return own_id(user, chat) or Name(DOOR, chat)


def conversation_of(user: User, chat: str) -> Conversation | None:
    """``None`` where there is none as yet, or no more."""
    where = place_of(user, chat)
    if not isinstance(where, Name):
        return Conversation.objects.for_user(user).filter(pk=where).first()
    conversation, new = Alias.objects.look_up(user, where)
    return None if new else conversation


def say(request: Request, chat: str, said: Said) -> tuple[Turn, bool]:
    """As ``chat.send.send``, and raises what it raises; what is said again takes the place of what
    was said before, which is withdrawn.

    The client's id of a message is its idempotency key, unless it sends one. Raises
    NotTheLastExchange, ConversationIsBusy, TaskChangedSince and MissingScope.
    """
    asker = Asker.of(request, DOOR)
    key = _key(chat, said.message_id)
    conversation = conversation_of(asker.user, chat) if said.again else None
    if conversation is None:
        return send(asker, place_of(asker.user, chat), said.text, request.headers.get(HEADER, key))
    before = _last_message(conversation.turns.all())
    if not before or not _is_of(before[0], said, key):
        key = _unused(conversation, said, key)
    elif not said.regenerates and _is_sent_again(before[0], said, key):
        key = before[0].idempotency_key or key
    else:
        need(request, Need.CHANGE)
        for turn in reversed(before):
            withdraw(asker.user, turn.reply.pk, Origin.by(key_of(request), "api"))
        key = f"{key}:again:{before[0].pk}"
    return send(asker, place_of(asker.user, chat), said.text, key)


def answer(request: Request, chat: str, given: dict[str, bool]) -> tuple[Turn, bool]:
    """The turn that says yes or no to what is asked, once. Raises NotAsked."""
    asker = Asker.of(request, DOOR)
    conversation = conversation_of(asker.user, chat)
    if conversation is None:
        raise NotAsked
    key = ANSWERS + _digest(sorted(given.items()))
    try:
        words = words_for(asker.user, conversation, given)
    except NotAsked:
        if not Turn.objects.with_key(asker.user.pk, key).exists():
            raise
        words = YES if any(given.values()) else NO
    return send(asker, conversation, words, key)


def message_before(turn: Turn) -> list[Turn]:
    """The turns that are one message of the client with this one, before it and oldest first.

    What goes on with the answers to approvals goes on in the message that asks for them.
    """
    if not _is_answer(turn):
        return []
    return _last_message(turn.conversation.turns.all().before(turn))


def _unused(conversation: Conversation, said: Said, key: str) -> str:
    """A key for a message that is not the last one. Raises NotTheLastExchange if it was once."""
    turns = conversation.turns.all().keyed_like(key)
    with suppress(ValueError):
        turns |= conversation.turns.of_message(UUID(said.message_id))
    earlier = turns.newest_first().first()
    if earlier and not earlier.withdrawn_at:
        raise NotTheLastExchange
    return f"{key}:again:{earlier.pk}" if earlier else key


def _is_of(turn: Turn, said: Said, key: str) -> bool:
    """By the id of its message, the client's or ours; by its words, where it came by another door,
    or has another key.
    """
    message, known = turn.user_message, turn.idempotency_key or ""
    if str(message.pk) == said.message_id:
        return True
    if known.startswith(f"{DOOR}:"):
        return known == key or known.startswith(f"{key}:")
    return message.content == said.text


def _is_sent_again(turn: Turn, said: Said, key: str) -> bool:
    is_known = (turn.idempotency_key or "").startswith(key)
    return is_known and turn.user_message.content == said.text


def _last_message(turns: TurnQuerySet) -> list[Turn]:
    found: list[Turn] = []
    for turn in turns.standing().newest_first()[:MOST_TURNS]:
        turn.load_messages()
        found.insert(0, turn)
        if not _is_answer(turn):
            break
    return found


def _is_answer(turn: Turn) -> bool:
    return (turn.idempotency_key or "").startswith(ANSWERS)


def _key(chat: str, message_id: str) -> str:
    return f"{DOOR}:{_digest([chat, message_id])}"


def _digest(what: object) -> str:
    return sha256(json.dumps(what).encode()).hexdigest()
