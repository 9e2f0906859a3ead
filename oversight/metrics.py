"""The numbers for Prometheus: what was counted, what the record says now, which parts hold."""

import platform
from collections.abc import Iterator
from hmac import compare_digest
from pathlib import Path
from urllib.parse import quote

import django
from django.conf import settings
from django.db import Error as DatabaseError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import choose_encoder

from conversations.models import Turn
from oversight.parts import parts
from reminders.models import Delivery
from telemetry.counting import collected
from todos.models import Reminder
from web.connections import log_database_failure
from web.errors import NOT_SIGNED_IN, error_response


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """In the format that is asked for: that of OpenMetrics, or the plain one. Needs the token."""
    if not settings.METRICS_TOKEN:
        raise Http404
    if not _has_token(request.headers.get("Authorization", "")):
        refusal = error_response(request, 401, "not_authenticated", NOT_SIGNED_IN)
        refusal["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refusal
    registry = CollectorRegistry()
    registry.register(Numbers())
    encode, content_type = choose_encoder(request.headers.get("Accept", ""))
    return HttpResponse(encode(registry), content_type=content_type)


class Numbers:
    """All of them, as prometheus-client collects them."""

    def collect(self) -> Iterator[Metric]:
        yield _build()
        yield from collected(folder())
        yield _parts()
        yield from _record()


def folder() -> Path:
    """Where the processes of this node count."""
    return Path(settings.DATA_DIR) / "metrics" / quote(settings.NODE, safe="")


def _has_token(authorization: str) -> bool:
    given = authorization.encode("latin-1", errors="replace")
    return compare_digest(given, b"Bearer " + settings.METRICS_TOKEN.encode())


def _build() -> Metric:
    what = {
        "version": settings.VERSION,
        "python": platform.python_version(),
        "django": django.get_version(),
        "node": settings.NODE,
    }
    build = GaugeMetricFamily("todo_chat_build_info", "What runs; always 1.", labels=list(what))
    build.add_metric(list(what.values()), 1)
    return build


def _parts() -> Metric:
    holds = GaugeMetricFamily("todo_chat_part_up", "Whether a part holds.", labels=["part"])
    for name, well in parts().items():
        holds.add_metric([name], well)
    return holds


def _record() -> Iterator[Metric]:
    """The same on every node; nothing while the database is away."""
    try:
        now = {
            "todo_chat_turns_open": ("Turns in progress.", Turn.objects.in_progress()),
            "todo_chat_turns_dead": ("Of them, those whose lease is over.", Turn.objects.dead()),
            "todo_chat_reminders_due": ("Reminders to ring now.", Reminder.objects.to_ring()),
            "todo_chat_deliveries_due": ("Deliveries to take now.", Delivery.objects.to_take()),
        }
        for name, (words, rows) in now.items():
            yield GaugeMetricFamily(name, words, value=rows.count())
    except DatabaseError as error:
        log_database_failure(error)
