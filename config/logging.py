"""Logs: plain lines in development, a JSON object a line in production; never what was said."""

import json
import logging
import logging.config
from datetime import UTC, datetime
from typing import Any

from web.request_id import current_request_id, names_in_log
from web.unlogged import without_secrets

PLAIN = "%(levelname)s %(name)s [%(names)s] %(message)s"


class NamesFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        ids = [f"{name}={value}" for name, value in names_in_log().items()]
        record.names = " ".join([current_request_id.get(), *ids])
        return True


class PlainFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class JSONFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            "request_id": current_request_id.get(),
            **names_in_log(),
        }
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line)


def logs(as_json: bool) -> dict[str, Any]:
    """For dictConfig, in words that gunicorn understands, too."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {"names": {"()": NamesFilter}},
        "formatters": {
            "plain": {"()": PlainFormatter, "format": PLAIN},
            "json": {"()": JSONFormatter},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["names"],
                "formatter": "json" if as_json else "plain",
            }
        },
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "django.request": {"level": "ERROR"},  # a 404 is no event of ours
            "httpx2": {"level": "WARNING"},
            "gunicorn.error": {"handlers": [], "propagate": True},
        },
    }


def configure(options: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: called with ``settings.LOGGING``, that is ``{"json": bool}``."""
    logging.config.dictConfig(logs(options["json"]))
