import gc
import logging

from django.apps import AppConfig
from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)

NO_TRACING = "no traces: requirements-tracing.txt is not installed"


class Configuration(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401 - they register themselves
        from telemetry import queries
        from web import converters  # noqa: F401 - likewise

        if connection.vendor == "postgresql":
            from config import postgresql

            postgresql.read_times()
            postgresql.check_connections()
            postgresql.look_at_connections()
            postgresql.expect_many_rows()
        if settings.SLOW_QUERY_SECONDS:
            queries.watch(settings.SLOW_QUERY_SECONDS)
        if settings.OTEL_EXPORTER_OTLP_ENDPOINT:
            self._send_traces()
        gc.freeze()  # what is loaded stays, and is not looked through
        gc.enable()

    def _send_traces(self) -> None:
        try:
            from telemetry.tracing import send_traces
        except ModuleNotFoundError:
            logger.warning(NO_TRACING)
        else:
            endpoint = settings.OTEL_EXPORTER_OTLP_ENDPOINT
            send_traces(endpoint, settings.NODE, settings.VERSION)
