"""The exchanges of a conversation, held against the history that a client sends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from chat.doors.openai import DOOR
from chat.doors.openai.said import Exchange, plain
from conversations.models import Message, SaidRow, Turn

ENOUGH = 20  # exchanges are compared


@dataclass(frozen=True, slots=True)
class Kept:
    """An exchange as our rows have it."""

    words: str
    reply: str
    status: str
    door: str

    def is_told_by(self, sent: Exchange, *, named: bool) -> bool:
        """Replies may be cut short: by a reader who left, or by us, whose row comes behind."""
        if self.words != sent.words:
            return False
        if not sent.reply:
            return named or self.status != Turn.Status.COMPLETED
        open_ended = self.status == Turn.Status.IN_PROGRESS and sent.reply.startswith(self.reply)
        return self.reply.startswith(sent.reply) or open_ended


def exchanges(rows: Iterable[SaidRow]) -> list[Kept]:
    """Of the latest messages of a conversation, newest first, those that are whole."""
    kept: list[Kept] = []
    reply: SaidRow | None = None
    for row in rows:
        if row.role == Message.Role.USER and reply and reply.turn_id == row.turn_id:
            kept.append(Kept(plain(row.content), plain(reply.content), row.status, row.door))
        reply = row if row.role == Message.Role.ASSISTANT else None
    return kept


def left_of(
    kept: Sequence[Kept], history: Sequence[Exchange], *, named: bool
) -> list[Exchange] | None:
    """What the history tells in front of what is kept; None: it is not told by it.

    The history may begin later, where its client has left out what is old. In a conversation that
    it has ``named``, other doors may have said something in between.
    """
    left = list(history)
    for each in kept[:ENOUGH]:
        if not left:
            break
        if each.is_told_by(left[-1], named=named):
            left.pop()
        elif not named or each.door == DOOR:
            return None
    return left if len(kept) < ENOUGH else []
