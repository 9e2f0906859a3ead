from django.apps import AppConfig


class Configuration(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401 - they register themselves
        from web import converters  # noqa: F401 - likewise
