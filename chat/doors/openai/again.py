"""A request that its client sends again because the answer was lost.

OpenAI's packages do so of themselves, and count it in a header in place of a key.
"""

from collections.abc import Callable
from datetime import timedelta

from rest_framework.request import Request

from accounts.models import User
from chat.doors.openai import DOOR
from chat.doors.openai.said import plain
from chat.send import try_again
from conversations.models import Turn
from web.idempotency import HEADER

TRIES_AGAIN = "X-Stainless-Retry-Count"
LATELY = timedelta(minutes=1)  # so soon a client tries again


def tried_before(
    request: Request, user: User, text: str, belongs: Callable[[Turn], bool]
) -> tuple[Turn, bool] | None:
    """The turn of the very same request: open for another attempt, or (``True``) to be told.

    It has the same words, and ``belongs`` tells whether it was said at the same place.
    """
    if HEADER in request.headers or request.headers.get(TRIES_AGAIN, "0") == "0":
        return None
    for turn in Turn.objects.for_user(user).lately_by(DOOR, LATELY):
        turn.load_messages()
        if plain(turn.user_message.content) != plain(text) or not belongs(turn):
            continue
        if turn.can_be_retried and turn.status != Turn.Status.IN_PROGRESS:
            return try_again(turn, turn.conversation), False
        return turn, True
    return None
