"""What a configuration must not be: checks of Django's, each with a name and a sentence of help.

E001 to E009 are about every configuration, the others about one that is deployed. Production does
not start with an error (``E``), see config/gunicorn.py and wsgi.py; with a warning (``W``) it does.
"""

import logging
import re
import sys
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from config import GUNICORN_GIVES_UP
from config.own_keys import NOT_GIVEN

logger = logging.getLogger(__name__)

RATE = re.compile(r"[0-9]+/([1-9][0-9]*)?[smhd]")  # what django-ratelimit says of its rates
NEW_KEY = 'Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"'


@register("config")
def every_configuration(**_: Any) -> list[CheckMessage]:
    return [*_lease(), *_rates()]


@register("config", deploy=True)
def deployed(**_: Any) -> list[CheckMessage]:
    return [*_mode(), *_secret_key(), *_jwt_signing_key(), *_doors(), *_stores()]


def exit_if_wrong() -> None:
    """Warnings are logged; errors are told on stderr, and the process ends. Needs no Django yet."""
    errors = []
    for fault in (*every_configuration(), *deployed()):
        sentence = f"{fault.id}: {fault.msg} {fault.hint}"
        if fault.is_serious():
            errors.append(sentence)
        else:
            logger.warning(sentence)
    if errors:
        sys.stderr.write("\n".join(["Todo Chat does not start:", *errors, ""]))
        sys.exit(GUNICORN_GIVES_UP)


def _lease() -> Iterator[CheckMessage]:
    if settings.AGENT_LEASE <= settings.AGENT_CALL_DEADLINE:
        yield Error(
            "AGENT_LEASE is not longer than AGENT_CALL_DEADLINE.",
            hint="A turn would count as dead while it is still at work; 15 s more are good.",
            id="config.E001",
        )


def _rates() -> Iterator[CheckMessage]:
    for name in sorted({name for name in dir(settings) if name.endswith("_RATE")}):
        if not RATE.fullmatch(getattr(settings, name)):
            yield Error(
                f"{name} is not a rate.",
                hint="Give a number and a time, as in 20/m, 10/h or 100/30s (s, m, h or d).",
                id="config.E002",
            )


def _mode() -> Iterator[CheckMessage]:
    if not settings.PRODUCTION:
        yield Error(
            "DJANGO_ENV is not production.",
            hint="Set DJANGO_ENV=production: cookies are secure there, and keys must be given.",
            id="config.E010",
        )
    if settings.DEBUG:
        yield Error(
            "DEBUG is on.",
            hint="Leave it out: its pages show settings and code to whoever finds an error.",
            id="config.E016",
        )


def _secret_key() -> Iterator[CheckMessage]:
    key = settings.SECRET_KEY
    if key.startswith(NOT_GIVEN):
        yield Error("SECRET_KEY is not given.", hint=NEW_KEY, id="config.E011")
    elif _is_weak(key):
        yield Error("SECRET_KEY can be guessed.", hint=NEW_KEY, id="config.E012")
    if any(map(_is_weak, settings.SECRET_KEY_FALLBACKS)):
        yield Error(
            "One of SECRET_KEY_FALLBACKS can be guessed.",
            hint="Whoever guesses it can sign what we trust: leave it out.",
            id="config.E012",
        )


def _is_weak(key: str) -> bool:
    return len(key) < 50 or _is_made_up(key)


def _jwt_signing_key() -> Iterator[CheckMessage]:
    key = settings.JWT_SIGNING_KEY
    if key.startswith(NOT_GIVEN):
        yield Error("JWT_SIGNING_KEY is not given.", hint=NEW_KEY, id="config.E013")
    elif _can_be_guessed(key):
        yield Error("JWT_SIGNING_KEY can be guessed.", hint=NEW_KEY, id="config.E014")
    if any(map(_can_be_guessed, settings.JWT_VERIFYING_KEYS)):
        yield Error(
            "One of JWT_VERIFYING_KEYS can be guessed.",
            hint="Whoever guesses it can sign in as anybody: leave it out.",
            id="config.E014",
        )
    if key == settings.SECRET_KEY:
        yield Error(
            "JWT_SIGNING_KEY is the SECRET_KEY.",
            hint=f"Who learns one would have both. {NEW_KEY}",
            id="config.E015",
        )


def _can_be_guessed(jwt_key: str) -> bool:
    return len(jwt_key.encode()) < 32 or _is_made_up(jwt_key)


def _is_made_up(key: str) -> bool:
    return key.startswith("django-insecure-") or len(set(key)) < 5  # as security.W009 sees it


def _doors() -> Iterator[CheckMessage]:
    if not settings.ALLOWED_HOSTS or {"*", ""} & set(settings.ALLOWED_HOSTS):
        yield Error(
            "ALLOWED_HOSTS does not name the hosts.",
            hint="Give the names that people type, as in ALLOWED_HOSTS=chat.example.org",
            id="config.E017",
        )
    if _flag("CORS_ALLOW_ALL_ORIGINS") and _flag("CORS_ALLOW_CREDENTIALS"):
        yield Error(
            "Every site may act for whoever is signed in here.",
            hint="Name the sites in CORS_ALLOWED_ORIGINS instead of allowing all.",
            id="config.E018",
        )
    for name in ("CORS_ALLOWED_ORIGINS", "CSRF_TRUSTED_ORIGINS"):
        if not all(_is_origin(origin) for origin in getattr(settings, name)):
            yield Error(
                f"{name} has something other than https origins.",
                hint="Give scheme and host, and a port if need be: https://app.example.org",
                id="config.E019",
            )


def _flag(name: str) -> bool:
    return bool(getattr(settings, name, False))


def _is_origin(text: str) -> bool:
    """Of https; a star may stand for a subdomain, as Django allows for CSRF, but not for all."""
    parts = urlsplit(text)
    host = parts.netloc.removeprefix("*.")
    return text == f"https://{parts.netloc}" and bool(host) and "*" not in host


def _stores() -> Iterator[CheckMessage]:
    if settings.ON_SQLITE:
        yield Warning(
            "The database is SQLite.",
            hint="It serves one machine with one process; DATABASE_URL names a PostgreSQL.",
            id="config.W001",
        )
    if not settings.REDIS_URL:
        yield Warning(
            "The rate limits are counted in each process by itself.",
            hint="With several processes REDIS_URL is needed for the limits to hold exactly.",
            id="config.W002",
        )
