"""What no log may tell: of addresses, of requests that are none, and of what a crash quotes."""

import re
from traceback import format_tb

from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, InterfaceError, OperationalError, ProgrammingError

PATHS = ("/calendar/", "/accounts/forgotten/", "/api/tags/")
KEY = "tc_"
SECRETS = re.compile(rf"(?i)({'|'.join(PATHS)})[^\s'\"]+|({KEY})[0-9a-z]{{8,}}")
"""What stands behind these lets in whoever knows it, or is a word of theirs; the last are keys,
pasted in a wrong place."""

INVALID, FAILED = "Invalid request from ip=", "Error handling request "
GUNICORNS = re.compile(rf"({INVALID}[^'\"]*)['\"].*|({FAILED})\S.*")
"""Lines of gunicorn's, up to where they quote what was sent to it."""

OF_THE_CODE = (ImportError, NameError, AttributeError, ImproperlyConfigured)
OF_THE_TABLES = (OperationalError, InterfaceError, IntegrityError, ProgrammingError)
"""Crashes that tell, the latter in their first line, of no more than code and tables."""

MOST = 10  # crashes that led to one another


def without_secrets(text: str) -> str:
    folded = text.casefold()
    if any(mark in folded for mark in (*PATHS, KEY)):
        text = SECRETS.sub(r"\1\2…", text)
    if INVALID in text or FAILED in text:
        text = GUNICORNS.sub(r"\1\2…", text)
    return text


def where(error: BaseException | None) -> str:
    """As Python tells of a crash, but others than those above without words: they quote what they
    could not take, which may be what somebody has said."""
    told: list[str] = []
    while error and len(told) < MOST:
        frames = "".join(format_tb(error.__traceback__))
        told.append(f"Traceback (most recent call last):\n{frames}{_named(error)}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nwhich led to:\n\n".join(reversed(told))


def first_line(error: BaseException) -> str:
    """What follows may be a statement, with what somebody has said."""
    return str(error).partition("\n")[0]


def _named(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, OF_THE_CODE + OF_THE_TABLES):
        return f"{kind}: {first_line(error)}"
    return kind
