"""What is told of every request."""

from collections.abc import Callable
from time import monotonic

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from telemetry import metrics
from telemetry.spans import coming_with


def request_metrics(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Count it by the pattern of its address, in which no ids are."""
    if not metrics.is_wanted():
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponse:
        clock = monotonic()
        response = get_response(request)
        match = request.resolver_match
        route = match.route.removesuffix("$") if match else "none"
        method = request.method or ""
        metrics.requested(route, method, response.status_code, monotonic() - clock)
        return response

    return middleware


def trace_context(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Turns of a request are of the trace that it came with."""
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponse:
        with coming_with(request.headers.get("traceparent", "")):
            return get_response(request)

    return middleware
