"""The messages of a conversation as the page shows them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from accounts.models import User
from chat.consent import SHALL_I, question
from chat.pages.cards import Card, card, what_was_done
from chat.pages.chips import Chip, chips
from chat.pages.questions import Question, asked
from chat.send import request_hash
from chat.sse import Place
from conversations.models import Message, Turn
from conversations.models.shown import (
    AnyCall,
    AnyMessage,
    Range,
    ShownConversation,
    TalkMessage,
    talk,
)
from conversations.pieces import in_order
from todos.models.beside import calls_that_stand


@dataclass(frozen=True, slots=True)
class Bubble:
    """A message; ``pieces`` are its text and, each at its place in it, the tools that were used.

    ``answered`` is the text of the user's message that it replies to; ``what_it_did`` names what
    of it can be undone; ``questions`` are what it asks before doing it. ``is_last``: it is of the
    last exchange that stands, and that is settled.
    """

    message: TalkMessage
    pieces: list[str | Card]
    answered: str
    what_it_did: str
    questions: list[Question]
    is_last: bool
    chips: list[Chip]
    status: str

    @property
    def withdrawn(self) -> bool:
        return self.message.turn.withdrawn_at is not None

    @property
    def open(self) -> bool:
        return self.status == Turn.Status.IN_PROGRESS

    @property
    def can_be_undone(self) -> bool:
        return bool(self.what_it_did)

    @property
    def place(self) -> Place:
        """From which on its stream tells what is not shown."""
        turn = self.message.turn
        return Place(turn.id, turn.attempt, len(self.message.content), 2 * len(self.message.calls))

    @property
    def can_be_retried(self) -> bool:
        """Its key and its message can be given once more; a form would spell a CR otherwise."""
        turn = self.message.turn
        if not (self.message.turn_behind and turn.idempotency_key and turn.can_be_retried):
            return False
        return bool(self.answered) and "\r" not in self.answered

    @property
    def began(self) -> bool:
        """Its message named no conversation; given once more, it must not name one either."""
        return self.message.turn.request_hash == request_hash(None, self.answered)


def bubbles(
    messages: Sequence[TalkMessage], user: User, conversation: ShownConversation
) -> list[Bubble]:
    """At most 4 queries: 2 are for what was asked, if anything."""
    today, questions = user.local_now().date(), asked(messages, user, conversation.id)
    said, kept = _said(messages, user, conversation), _kept_calls(messages, user)
    last = _last(messages, conversation.message_count)
    return [
        Bubble(
            message,
            list(pieces(message, _text(message, questions), today)),
            answered=said.get(message.turn.id, ""),
            what_it_did=what_was_done([call for call in message.calls if call.id in kept], today),
            questions=questions.get(message.id, []),
            is_last=message.turn.id == last,
            chips=chips(message, today) if message.turn.id == last else [],
            status=message.turn_behind.shown_status if message.turn_behind else "",
        )
        for message in messages
    ]


def _said(
    messages: Sequence[TalkMessage], user: User, conversation: ShownConversation
) -> dict[UUID, str]:
    """What the user said, by turn; the first reply may stand here without its message."""
    rows = list(messages)
    if rows and rows[0].turn_behind:
        just_before = Range(1, before=rows[0].seq, latest=True)
        rows += talk(user.pk, conversation.id, just_before)[0]
    return {
        message.turn.id: message.content for message in rows if message.role == Message.Role.USER
    }


def _last(messages: Sequence[TalkMessage], end: int) -> UUID | None:
    """The last turn that stands, if these reach the ``end`` (a ``seq``) of the conversation and it
    is settled.
    """
    if not messages or messages[-1].seq < end:
        return None
    standing = [each for each in messages if not each.turn.withdrawn_at]
    reply = standing[-1].turn_behind if standing else None
    is_open = reply is None or reply.shown_status == Turn.Status.IN_PROGRESS
    return None if is_open else standing[-1].turn.id


def _kept_calls(messages: Sequence[TalkMessage], user: User) -> set[UUID | None]:
    """The tool calls that changed something which nobody has taken back.

    What only takes back a change of its own message is none of them.
    """
    by: dict[Any, UUID] = {call.id: message.id for message in messages for call in message.calls}
    found = calls_that_stand(user, [*by]) if by else ()
    return {call for call, taken_back in found if by[call] != by.get(taken_back)}


def _text(message: TalkMessage, questions: dict[UUID, list[Question]]) -> str:
    """What is asked in its last paragraph is told by what stands below it, and not twice."""
    asked_for = question(message.calls) if questions.get(message.id) else ""
    text = message.content.removesuffix(asked_for)
    return message.content if text == message.content else text + SHALL_I


def pieces(message: AnyMessage, text: str, today: date) -> Iterator[str | Card]:
    calls: Sequence[AnyCall] = message.calls
    for piece in in_order(text, calls):
        if not isinstance(piece, str):
            yield card(piece, today)
        elif piece.strip():
            yield piece
