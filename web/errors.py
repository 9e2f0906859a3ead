"""Every error as ``application/problem+json`` (RFC 9457), a superset of REST framework's own."""

from collections.abc import Callable, Iterator
from http import HTTPStatus
from math import ceil
from typing import Any, cast

from django.conf import settings
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.module_loading import import_string
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler as rest_exception_handler

from text import clean_text
from web.connections import log_database_failure
from web.request_id import current_request_id

CONTENT_TYPE = "application/problem+json"
PLAIN_TEXT = "text/plain; charset=utf-8"
NOT_SIGNED_IN = "Your sign-in is not valid, or no longer."  # whatever is wrong with a token
NOTHING_HERE = "There is nothing here, or it is not yours."


class DatabaseUnavailable(exceptions.APIException):
    status_code = 503
    default_code = "database_unavailable"
    default_detail = "The database cannot be reached just now. Try again soon."
    wait = 5


def problem(status: int, code: str, detail: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        **more,
        "request_id": current_request_id.get(),
    }


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | HttpResponse | None:
    """REST framework's EXCEPTION_HANDLER; ``None`` hands a crash on to Django.

    What an error has as ``members`` is told beside the usual ones.
    """
    error = _as_api_exception(error)
    response = rest_exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return None
    if isinstance(error, exceptions.ValidationError):
        errors = list(field_errors(error.detail))
        response.data = problem(400, "invalid", summary(errors), errors=errors)
    else:
        code, detail = _code_and_detail(error)
        response.data = problem(error.status_code, code, detail, **getattr(error, "members", {}))
    if (wait := getattr(error, "wait", None)) is not None:
        response["Retry-After"] = str(max(1, ceil(wait)))
    # JSON also where there is another representation of what was asked for.
    context["request"].accepted_renderer = JSONRenderer()
    context["request"].accepted_media_type = CONTENT_TYPE
    return _in_shape(context["request"].path, response)


def _in_shape(path: str, response: Response) -> Response | HttpResponse:
    """As the protocol that is spoken at ``path`` tells a problem; ours, or that of a door."""
    shape = shape_at(path)
    if shape is None:
        response.content_type = CONTENT_TYPE
        return response
    shaped = shape(response.data)
    if not isinstance(shaped, str):
        response.data, response.content_type = shaped, "application/json"
        return response
    headers = {**response.headers, "Content-Type": PLAIN_TEXT}
    return HttpResponse(shaped, status=response.status_code, headers=headers)


def shape_at(path: str) -> Callable[[dict[str, Any]], dict[str, Any] | str] | None:
    """What puts a problem into the words of the door at ``path``, if one is there."""
    for prefix, name in settings.ERROR_SHAPES.items():
        if path.startswith(prefix):
            return cast(Callable[..., Any], import_string(name)) if name else None
    return None


def _as_api_exception(error: Exception) -> Exception:
    # ObjectDoesNotExist: gone since it was looked up.
    if isinstance(error, (Http404, ObjectDoesNotExist, exceptions.NotFound)):
        return exceptions.NotFound(NOTHING_HERE)
    if isinstance(error, PermissionDenied):
        return exceptions.PermissionDenied()
    return error


def _code_and_detail(error: exceptions.APIException) -> tuple[str, str]:
    if isinstance(error, exceptions.ParseError):
        return "invalid", str(error.detail)
    if isinstance(error, exceptions.AuthenticationFailed):
        why = error.detail
        return "authentication_failed", NOT_SIGNED_IN if isinstance(why, dict) else str(why)
    return str(error.get_codes()), str(error.detail)


def field_errors(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """Flatten REST framework's nested errors; ``field`` is a path such as ``items.0.title``."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            path = "" if name == "non_field_errors" else str(name)
            yield from field_errors(inner, f"{field}.{path}".strip("."))
    elif isinstance(detail, list):
        for place, inner in enumerate(detail):
            nested = isinstance(inner, (dict, list))
            yield from field_errors(inner, f"{field}.{place}".strip(".") if nested else field)
    else:
        yield {"field": field, "code": str(detail.code), "detail": clean_text(str(detail))}


def sentence(error: exceptions.APIException) -> str:
    """What a page says of it: of several faults the first."""
    detail = error.detail
    while isinstance(detail, (dict, list)):
        detail = next(iter(detail.values() if isinstance(detail, dict) else detail))
    return str(detail)


def summary(errors: list[dict[str, str]]) -> str:
    """The first of several faults, in one line."""
    return " ".join(
        f"{error['field']}: {error['detail']}" if error["field"] else error["detail"]
        for error in errors[:3]
    )


# Outside REST framework: Django's handler400 … handler500, and failed CSRF checks.


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, 400, "invalid", "The request is not valid.")


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, 403, "permission_denied", "You may not do this.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return error_response(
        request, 403, "permission_denied", "This form is out of date. Load it anew."
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return error_response(request, 404, "not_found", NOTHING_HERE)


def database_unavailable(request: HttpRequest, error: Exception) -> HttpResponse:
    """For every view, of REST framework or not: see web/middleware.py."""
    log_database_failure(error)
    fault = DatabaseUnavailable
    response = error_response(request, fault.status_code, fault.default_code, fault.default_detail)
    response["Retry-After"] = str(fault.wait)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    return error_response(request, 500, "internal_error", "Something went wrong on our side.")


def _as_problem(path: str, body: dict[str, Any]) -> HttpResponse:
    shape = shape_at(path)
    if shape is None:
        return JsonResponse(body, status=body["status"], content_type=CONTENT_TYPE)
    shaped = shape(body)
    if isinstance(shaped, str):
        return HttpResponse(shaped, status=body["status"], content_type=PLAIN_TEXT)
    return JsonResponse(shaped, status=body["status"])


def error_response(request: HttpRequest, status: int, code: str, detail: str) -> HttpResponse:
    """A problem for a program, a page for a person: the path tells which of them asks."""
    if request.path.startswith(settings.MACHINE_PATHS):
        return _as_problem(request.path, problem(status, code, detail))
    # The page does not say who is signed in: that may be what cannot be found out.
    return render(None, "error.html", {"detail": detail}, status=status)
