from django.apps import AppConfig
from django.conf import settings


class OversightConfig(AppConfig):
    name = "oversight"

    def ready(self) -> None:
        if settings.METRICS_TOKEN:
            from agent.choice import listed
            from agent.endpoints import Endpoint
            from agent.offline.assistant import MODEL
            from agent.tools import TOOLS
            from oversight.metrics import folder
            from telemetry import metrics

            models = {each.model for each in listed() if isinstance(each, Endpoint)}
            metrics.count_in(folder(), models | {MODEL}, TOOLS)
