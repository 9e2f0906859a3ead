"""Requests as servers hand them over, made such that Django can read every one."""

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http.response import HttpResponseBase
from django.utils.http import parse_header_parameters

from web.bodies import limit_of, spooled
from web.connections import release_connection


class Request(WSGIRequest):
    """Its query is UTF-8 whatever is said of its body."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Django's, but for the name of a charset, with which it would decode the query at once.

        With some charsets that crashes, before there is anything that could answer. What is not
        UTF-8 is refused in web/middleware.py.
        """
        try:
            kind, parameters = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (ValueError, LookupError):
            kind, parameters = "", {"charset": "unknown"}
        self.content_type, self.content_params = kind, parameters


class Application(WSGIHandler):
    """Django, but a body in chunks gets a length, without which Django would not read it.

    And Django would keep the connection of the database until the answer is out: a stream may take
    minutes to be written, and so may a whole answer to a slow reader.
    """

    request_class = Request

    def __call__(self, environ: dict[str, Any], start_response: Any) -> HttpResponseBase:
        if environ.get("wsgi.input_terminated") and "HTTP_TRANSFER_ENCODING" in environ:
            # One byte more than is allowed shows that it is too large.
            most = limit_of(environ.get("PATH_INFO", "")) + 1
            body, length = spooled(environ["wsgi.input"], most)
            environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(length)}
        response = super().__call__(environ, start_response)
        release_connection()
        return response
