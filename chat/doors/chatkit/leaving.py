"""A stream whose reader stops the turn by leaving it."""

from collections.abc import Iterator

from chat.sse import Live
from conversations.models import Turn


class StopsWhenLeft:
    """``live``, for a client that has no other way to say stop; a later turn goes on."""

    def __init__(self, live: Live, turn: Turn) -> None:
        self._live = live
        self._turn = turn
        self._heard = False

    def __iter__(self) -> Iterator[bytes]:
        yield from self._live
        self._heard = True

    def close(self) -> None:
        if not self._heard:
            self._turn.conversation.cancel(self._turn.reply.pk)
        self._live.close()
