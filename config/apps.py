from django.apps import AppConfig
from django.conf import settings


class Configuration(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401 - they register themselves
        from telemetry import queries
        from web import converters  # noqa: F401 - likewise

        if settings.SLOW_QUERY_SECONDS:
            queries.watch(settings.SLOW_QUERY_SECONDS)
