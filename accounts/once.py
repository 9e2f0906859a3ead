"""A request that is sent twice under one Idempotency-Key is answered once, and told twice."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256

from django.db import transaction
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.answered import AnsweredRequest, ClaimLost
from accounts.authentication import user_of
from web.idempotency import HEADER, REPLAYED, IdempotencyKeyReused, check_key


class RequestInProgress(APIException):
    """Under the code that it has in chat: a key says the same at every door."""

    status_code = 409
    default_code = "turn_in_progress"
    default_detail = "This request is being answered already. Ask again soon for the answer."
    wait = 1


def once(request: Request, act: Callable[[], Response]) -> Response:
    """The answer of ``act``, or the one that it gave to the same request before.

    With a key it is one transaction. What is refused is not kept, and may be sent again.
    """
    key = request.headers.get(HEADER)
    check_key(key)
    if key is None:
        return act()
    what = request_hash(request)
    row = AnsweredRequest.claimed(user_of(request).pk, key, what)
    if row.request_hash != what:
        raise IdempotencyKeyReused
    if row.status is not None:
        return Response(row.answer, row.status, headers=REPLAYED)
    if not row.is_ours:
        raise RequestInProgress
    return _answered(row, act)


def _answered(row: AnsweredRequest, act: Callable[[], Response]) -> Response:
    with ExitStack() as if_it_fails:
        if_it_fails.callback(row.release)
        try:
            with transaction.atomic():
                response = act()
                row.keep(response.status_code, response.data)
        except ClaimLost:
            raise RequestInProgress from None
        if_it_fails.pop_all()
    return response


def request_hash(request: Request) -> str:
    """By it a key knows whether it comes with the same request again, however that is spaced."""
    body = json.dumps(request.data, sort_keys=True)
    return sha256(f"{request.method} {request.get_full_path()}\n{body}".encode()).hexdigest()
