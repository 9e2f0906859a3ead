"""What stands in the way of a turn."""


class AliasTaken(Exception):
    """Somebody has just begun a conversation of this name, or moved the name."""


class ConversationBusy(Exception):
    """Another turn of the conversation is open, or was a moment ago: read it and try again."""


class IdempotencyKeyTaken(Exception):
    """The user has sent something with this idempotency key before."""


class NotTheLast(Exception):
    """Only the last exchange of a conversation can be taken back."""


class TooManyTurns(Exception):
    """The user has as many turns open as a user may have."""


class TurnLost(Exception):
    """The turn may not go on: it is to be cancelled, or settled, or another process has it."""
