"""What was said and what was done.

A conversation has messages; a turn is the work behind two of them, the user's message and the
reply; a tool call is a child of its turn. Where two rows are locked, the turn comes first and its
conversation second, so that no two transactions wait for each other.
"""

from conversations.models.conversation import Conversation
from conversations.models.message import Message, ToolCall
from conversations.models.turn import (
    ConversationBusy,
    IdempotencyKeyTaken,
    TooManyTurns,
    Turn,
    TurnLost,
)

__all__ = [
    "Conversation",
    "ConversationBusy",
    "IdempotencyKeyTaken",
    "Message",
    "TooManyTurns",
    "ToolCall",
    "Turn",
    "TurnLost",
]
