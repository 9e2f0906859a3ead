"""What is known of the work at hand: the name of its request, in answers and errors; and all that
its log lines tell beside it.
"""

import re
from collections.abc import Callable
from contextvars import ContextVar
from uuid import uuid4

from django.http import HttpRequest, HttpResponse

SANE = re.compile(r"[\w.:-]{1,64}", re.ASCII)

current_request_id: ContextVar[str] = ContextVar("request_id", default="-")
_known: ContextVar[dict[str, str]] = ContextVar("known")


def request_id(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the caller's X-Request-ID names the request if it is sane, else we do."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if SANE.fullmatch(given) else uuid4().hex
        token, nothing = current_request_id.set(name), _known.set({})
        try:
            response = get_response(request)
        finally:
            current_request_id.reset(token)
            _known.reset(nothing)
        response["X-Request-ID"] = name
        return response

    return middleware


def know(**ids: object) -> None:
    """From here on the lines of this request tell these, too: ``user_id``, ``turn_id``."""
    _known.set({**known(), **{name: str(value) for name, value in ids.items()}})


def known() -> dict[str, str]:
    return _known.get({})
