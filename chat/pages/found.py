"""The conversations of a list, and what a search has found in them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from chat.pages.passages import Piece, marked, passage
from conversations.models import Conversation, Message
from conversations.models.shown import ShownConversation
from text.searching import words_of


@dataclass(frozen=True, slots=True)
class Listed:
    """``passage`` is around the first of ``hits`` messages, to which ``address`` leads, if any."""

    conversation: Conversation | ShownConversation
    address: str
    title: list[Piece]
    passage: list[Piece]
    hits: int = 0


def listed(rows: Sequence[Any], search: str, kept: str) -> list[Listed]:
    """``kept`` is what the address of each goes on with. One query, none without a search."""
    words = words_of(search)
    firsts = Message.objects.first_saying(words, rows) if words else {}
    return [_listed(row, firsts.get(row.id), words, search, kept) for row in rows]


def _listed(
    row: Conversation | ShownConversation,
    first: Message | None,
    words: list[str],
    search: str,
    kept: str,
) -> Listed:
    title = marked(row.shown_title, words)
    if first is None:
        address = address_of(row, search=search, kept=kept)
        return Listed(row, address, title, [Piece(row.last_message_preview)])
    address = address_of(row, first, search=search, kept=kept)
    return Listed(row, address, title, passage(first.content, words), first.hits)


def address_of(
    conversation: Conversation | ShownConversation,
    message: Message | None = None,
    *,
    search: str = "",
    kept: str = "",
) -> str:
    """Of a conversation, or of a message with what stands around it; the list keeps its search."""
    asked = {"search": search} if search else {}
    if message:
        asked["around"] = str(message.seq)
    query = "&".join(part for part in (urlencode(asked), kept.removeprefix("?")) if part)
    place = f"#message-{message.pk}" if message else ""
    return f"/c/{conversation.id}/" + (f"?{query}" if query else "") + place
