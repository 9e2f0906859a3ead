"""What was said and what was done.

A conversation has messages; a turn is the work behind two of them, the user's message and the
reply; a tool call is a child of its turn. Where several rows are locked, the turn comes first, the
count of its user's turns second and the conversation last, so that no two transactions wait for
each other.
"""

from conversations.models.alias import Alias, Name
from conversations.models.cleanup import CleanUp
from conversations.models.conversation import Conversation
from conversations.models.errors import (
    AliasTaken,
    ConversationBusy,
    IdempotencyKeyTaken,
    NotTheLast,
    TooManyTurns,
    TurnLost,
)
from conversations.models.feedback import Feedback
from conversations.models.instructions import Instructions
from conversations.models.leases import renewal
from conversations.models.message import Message, MessageQuerySet, SaidRow, ToolCall
from conversations.models.shown import conversation_of
from conversations.models.turn import Turn
from conversations.models.turn_count import NoTurnsLeft, TurnCount

__all__ = [
    "Alias",
    "AliasTaken",
    "CleanUp",
    "Conversation",
    "ConversationBusy",
    "Feedback",
    "IdempotencyKeyTaken",
    "Instructions",
    "Message",
    "MessageQuerySet",
    "Name",
    "NoTurnsLeft",
    "NotTheLast",
    "SaidRow",
    "TooManyTurns",
    "ToolCall",
    "Turn",
    "TurnCount",
    "TurnLost",
    "conversation_of",
    "renewal",
]
