"""The name of the request at hand, in answers and errors; and the ids that its log lines tell."""

import logging
import re
from collections.abc import Callable, Iterator
from contextvars import Context, ContextVar, copy_context
from errno import ECONNRESET
from typing import cast
from uuid import uuid4

from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse

logger = logging.getLogger(__name__)

SANE = re.compile(r"[\w.:-]{1,64}", re.ASCII)

current_request_id: ContextVar[str] = ContextVar("request_id", default="-")
_names: ContextVar[dict[str, str]] = ContextVar("names")


def request_id(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the caller's X-Request-ID names the request if it is sane, else we do."""

    def middleware(request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        name = given if SANE.fullmatch(given) else uuid4().hex
        token, nothing = current_request_id.set(name), _names.set({})
        try:
            response = get_response(request)
            context = copy_context()
        finally:
            current_request_id.reset(token)
            _names.reset(nothing)
        response["X-Request-ID"] = name
        # A file is handed over whole, and fails in no code of ours.
        if isinstance(response, StreamingHttpResponse) and not isinstance(response, FileResponse):
            pieces = cast(Iterator[bytes], response.streaming_content)
            response.streaming_content = _within(context, pieces)
        return response

    return middleware


def _within(context: Context, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """What a stream meets while it is written is logged as of its request, which has returned.

    A crash is logged here, where its request has a name; whoever reads finds the stream cut off.
    """
    try:
        while (piece := context.run(next, pieces, None)) is not None:
            yield piece
    except Exception as error:
        context.run(logger.exception, "a stream broke off")
        raise ConnectionResetError(ECONNRESET, "the stream broke off") from error


def name_in_log(**ids: object) -> None:
    """From here on the lines of this request tell these, too: ``user_id``, ``turn_id``."""
    _names.set({**names_in_log(), **{name: str(value) for name, value in ids.items()}})


def names_in_log() -> dict[str, str]:
    return _names.get({})
