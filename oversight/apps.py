from django.apps import AppConfig
from django.conf import settings


class OversightConfig(AppConfig):
    name = "oversight"

    def ready(self) -> None:
        from oversight.metrics import folder
        from telemetry.metrics import count_in

        if settings.METRICS_TOKEN:
            count_in(folder())
