"""A request that its client sends again because the answer was lost.

OpenAI's packages do so of themselves, and count it in a header in place of a key.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from rest_framework.exceptions import APIException
from rest_framework.request import Request

from accounts.models import User
from chat.doors.openai import DOOR
from chat.send import try_again
from conversations.models import Turn
from web.idempotency import HEADER

TRIES_AGAIN = "X-Stainless-Retry-Count"
MAY_TRY_AGAIN = "X-Should-Retry"  # as the packages read it
LATELY = timedelta(minutes=1)  # so soon a client tries again

Began = Callable[[Turn], bool]
"""Whether a turn can have been begun by the very same request."""


def tried_before(request: Request, user: User, began: Began) -> tuple[Turn, bool] | None:
    """The turn of the very same request: open for another attempt, or (``True``) to be told."""
    if HEADER in request.headers or request.headers.get(TRIES_AGAIN, "0") == "0":
        return None
    turn = _begun_lately(user, began)
    if turn and turn.can_be_retried and turn.status != Turn.Status.IN_PROGRESS:
        return try_again(turn, turn.conversation), False
    return (turn, True) if turn else None


@contextmanager
def refused(headers: dict[str, str], request: Request, user: User, began: Began) -> Iterator[None]:
    """Who says the same words twice, and is refused, must not try again by itself: it would get
    the answer to the first of them. So the ``headers`` of the refusal tell."""
    try:
        yield
    except APIException:
        if HEADER not in request.headers and _begun_lately(user, began):
            headers[MAY_TRY_AGAIN] = "false"
        raise


def _begun_lately(user: User, began: Began) -> Turn | None:
    for turn in Turn.objects.for_user(user).of_kept_conversations().lately_by(DOOR, LATELY):
        turn.load_messages()
        if began(turn):
            return turn
    return None
