"""What every request passes before it meets a view."""

import logging
from collections.abc import Callable
from time import monotonic
from urllib.parse import quote

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.middleware.common import CommonMiddleware
from django.urls import is_valid_path
from django.utils.log import log_response

from web.bodies import in_words, limit_of
from web.errors import database_unavailable, error_response
from web.unlogged import without_secrets

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]


def request_log(get_response: GetResponse) -> GetResponse:
    """A line for each request; a query string may hold what was searched for, so it is not told."""

    def middleware(request: HttpRequest) -> HttpResponse:
        clock = monotonic()
        response = get_response(request)
        milliseconds = round((monotonic() - clock) * 1000)
        path = without_secrets(quote(request.path))  # a line, whatever is in it
        is_usual = request.path in settings.FOLLOW_PATHS and response.status_code == 200
        logger.log(
            logging.DEBUG if is_usual else logging.INFO,
            "%s %s %d %d ms",
            request.method,
            path,
            response.status_code,
            milliseconds,
        )
        if response.status_code >= 500:
            # Django tells of it, too: here, or else when nobody knows which request it was.
            reason = response.reason_phrase
            log_response("%s: %s", reason, path, response=response, request=request)
        return response

    return middleware


def body_limit(get_response: GetResponse) -> GetResponse:
    """Refuse a body that is too large, or said not to be UTF-8, before anything reads it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        limit = limit_of(request.path_info)
        if _too_large(request.headers.get("Content-Length", ""), limit):
            detail = f"The body is larger than {in_words(limit)}."
            return error_response(request, 413, "payload_too_large", detail)
        # Django decodes the query by this name, even that of a request without a body.
        if _charset(request) not in ("utf-8", "utf8"):
            return error_response(request, 415, "unsupported_media_type", "The body is not UTF-8.")
        return get_response(request)

    return middleware


def _too_large(length: str, limit: int) -> bool:
    digits = length if length.isdecimal() else "0"
    return len(digits) > 9 or int(digits) > limit


def _charset(request: HttpRequest) -> str:
    return (request.content_params or {}).get("charset", "utf-8").lower()


def optional_slash(get_response: GetResponse) -> GetResponse:
    """Serve ``/path`` as ``/path/``, without a redirect, which would lose the body of a POST."""

    def middleware(request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if not path.endswith("/") and not is_valid_path(path) and is_valid_path(f"{path}/"):
            request.path_info += "/"
            request.path += "/"
        return get_response(request)

    return middleware


class Common(CommonMiddleware):
    """Django's, which refuses names that are not ours.

    But a probe may know our address alone, and a door may have its own words for it.
    """

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        if request.path_info in (*settings.HEALTH_PATHS, *settings.HOST_PATHS):
            return None
        return super().process_request(request)


class DatabaseFailures:
    """A view that the database fails is answered with 503, and no traceback is logged."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, (OperationalError, InterfaceError)):
            return database_unavailable(request, error)
        return None
