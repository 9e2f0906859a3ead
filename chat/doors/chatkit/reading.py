"""Threads and items, found and told in pages. What is not there, or another's, raises Http404."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User
from chat.doors.chatkit.asking import asks_of
from chat.doors.chatkit.items import Item, items_of, message_of, thread
from conversations.models import Conversation, Message, Turn
from web.pagination import Keyset

Page = dict[str, Any]

SPARE = 2
"""Messages that may be read and have no item: what is marked, and a reply that has just begun."""


def conversation_of(user: User, thread_id: str) -> Conversation:
    return get_object_or_404(Conversation.objects.for_user(user), pk=uuid_of(thread_id))


def threads(user: User, *, limit: int, order: str, after: str) -> Page:
    """By their latest activity."""
    rows = Conversation.objects.for_user(user).latest_first()
    if after:
        known = Conversation.objects.with_deleted_for_user(user)
        marked = get_object_or_404(known, pk=uuid_of(after))
        place = [marked.updated_at, marked.pk]
        rows = rows.filter(Keyset(rows).beyond(place, "next" if order == "desc" else "previous"))
    found = rows if order == "desc" else rows.reverse()
    return _page([thread(each) for each in found[: limit + 1]], limit)


def items(user: User, conversation: Conversation, *, limit: int, order: str, after: str) -> Page:
    """In their order in the thread; 3 queries, and one where somebody has asked for consent."""
    rows = conversation.messages.standing().with_turns().with_said_after()
    rows = rows.order_by("seq" if order == "asc" else "-seq")
    if after:
        marked = get_object_or_404(rows, pk=message_of(after))
        rows = rows.since(marked.seq - 1) if order == "asc" else rows.before(marked.seq + 1)
    told = [
        item
        for of_message in _items(list(rows[: limit + SPARE + 1]), user)
        for item in of_message[:: 1 if order == "asc" else -1]
    ]
    return _page(_behind(told, after) if after else told, limit)


def items_of_turn(user: User, turn: Turn) -> list[Item]:
    messages = turn.messages.with_turns().with_said_after().oldest_first()
    return [item for of_message in _items(list(messages), user) for item in of_message]


def replies_of(user: User, conversation: Conversation, item_ids: Sequence[str]) -> list[Message]:
    """The replies that these items are of; each of them must be there."""
    keys = {message_of(id) for id in item_ids}
    rows = conversation.messages.standing().with_turns().with_said_after().filter(pk__in=keys)
    replies = [message for message in rows if message.turn_behind]
    there = {item["id"] for of_message in _items(replies, user) for item in of_message}
    if not there.issuperset(item_ids):
        raise Http404
    return replies


def _items(messages: Sequence[Message], user: User) -> list[list[Item]]:
    asks = asks_of(messages, user)
    return [items_of(message, user, asks.get(message.pk)) for message in messages]


def uuid_of(text: str) -> UUID:
    """Of a thread, or of what a person said, spelled as we spell it."""
    key = message_of(text)
    if str(key) != text:
        raise Http404
    return key


def _behind(told: list[Item], after: str) -> list[Item]:
    places = [place for place, item in enumerate(told) if item["id"] == after]
    if not places:
        raise Http404
    return told[places[0] + 1 :]


def _page(rows: list[Item], limit: int) -> Page:
    if len(rows) <= limit:
        return {"data": rows, "has_more": False}
    return {"data": rows[:limit], "has_more": True, "after": rows[limit - 1]["id"]}
