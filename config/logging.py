"""Logs: plain lines in development, a JSON object a line in production; never what was said."""

import json
import logging
import logging.config
from datetime import UTC, datetime
from typing import Any

from web.request_id import current_request_id, names_in_log
from web.unlogged import where, without_secrets

PLAIN = "%(levelname)s %(name)s [%(names)s] %(message)s"
ROOMS = (
    *("accounts", "agent", "chat", "config", "conversations", "evaluation", "oversight"),
    *("reminders", "telemetry", "text", "todos", "transfer", "web"),
)
IDS = ("request_id", "user_id", "conversation_id", "turn_id")


def _fields(record: logging.LogRecord) -> dict[str, Any]:
    """What a line tells beside its words, given as ``extra={"fields": {…}}``.

    The ids are those of the request at hand, unless it names others.
    """
    return {
        "request_id": current_request_id.get(),
        **names_in_log(),
        **getattr(record, "fields", {}),
    }


class Formatter(logging.Formatter):
    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        return where(ei[1])


class PlainFormatter(Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = _fields(record)
        ids = [f"{name}={fields.pop(name)}" for name in IDS[1:] if name in fields]
        record.names = " ".join([fields.pop("request_id"), *ids])
        told = [_plain(name, value) for name, value in fields.items()]
        return without_secrets(" ".join([super().format(record), *filter(None, told)]))


def _plain(name: str, value: Any) -> str:
    """``steps=2``, ``tools=create_task:2,plan:1``, ``degraded``; nothing for what is not there."""
    if isinstance(value, dict):
        value = ",".join(f"{each}:{count}" for each, count in value.items())
    if value is None or value is False or value == "":
        return ""
    if value is True:
        return name
    return f"{name}={json.dumps(value) if ' ' in str(value) else value}"


class JSONFormatter(Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
            **_fields(record),
        }
        if record.exc_info:
            line["exception"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line)


def logs(as_json: bool, level: str) -> dict[str, Any]:
    """For dictConfig, in words that gunicorn understands, too.

    DEBUG is for our own rooms: at that level others' packages tell what people say.
    """
    of_others = "INFO" if level == "DEBUG" else level
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {"()": PlainFormatter, "format": PLAIN},
            "json": {"()": JSONFormatter},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": "json" if as_json else "plain",
            }
        },
        "root": {"handlers": ["console"], "level": of_others},
        "loggers": {
            **{room: {"level": level} for room in ROOMS},
            "django.request": {"level": "ERROR"},  # a 404 is no event of ours
            "httpx2": {"level": "WARNING"},
            "opentelemetry": {"level": "CRITICAL"},  # it quotes the server: see telemetry/tracing
            "gunicorn.error": {"handlers": [], "propagate": True},
        },
    }


def configure(options: dict[str, Any]) -> None:
    """Django's LOGGING_CONFIG: called with ``settings.LOGGING``."""
    logging.config.dictConfig(logs(options["json"], options["level"]))
