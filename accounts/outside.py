"""Sessions of an outside login that keeps them in our database, as better-auth does.

Its table ``user_sessions`` (``id``, ``token``, ``"userId"``, ``"expiresAt"`` and more) is only ever
read. The token is compared by the database through the unique index that better-auth makes: it is
32 random characters, so the time of a lookup tells nothing that helps to guess one. The option
``storeTokenHash`` must be off, for then the column holds something else.
"""

import logging
from datetime import UTC, datetime
from time import time

from django.db import Error, OperationalError, ProgrammingError, connection
from rest_framework_simplejwt.exceptions import InvalidToken

from accounts.models import User
from web.unlogged import first_line

logger = logging.getLogger(__name__)

# As text, because of "expiresAt": on PostgreSQL a timestamp with a zone or without one (then it is
# UTC), on SQLite ISO text or a number, in a column called "date", which Python would misread.
# With its table's name before it, SQLite cannot take a column that is missing for a string.
SESSION = """
    SELECT CAST(user_sessions."userId" AS TEXT), CAST(user_sessions."expiresAt" AS TEXT)
      FROM user_sessions WHERE user_sessions.token = %s
"""
MILLISECONDS = 1e11  # a number from here on; below, it counts seconds, until the year 5138


def account_of(token: str) -> User:
    """Who has this session, if it has not expired; 2 queries. Raises InvalidToken."""
    if not (token.isascii() and token.isprintable()):
        raise InvalidToken
    external_id, expires_at = _session(token)
    if not (external_id and _seconds(expires_at) > time()):
        raise InvalidToken
    user = User.objects.from_outside(external_id)
    if not user.is_active:
        raise InvalidToken
    return user


def _session(token: str) -> tuple[str, str]:
    """User and end, empty when there is no such session."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(SESSION, [token])
            external_id, expires_at = cursor.fetchone() or ("", "")
    except (OperationalError, ProgrammingError) as error:
        if not _wrong_table(error):
            raise
        logger.error(
            "EXTERNAL_SESSIONS is on, but user_sessions cannot be read: %s", first_line(error)
        )
        return "", ""
    return external_id or "", expires_at or ""


def _wrong_table(error: Error) -> bool:
    """It, or a column, is missing; and not the whole database."""
    return isinstance(error, ProgrammingError) or str(error).startswith("no such ")


def _seconds(text: str) -> float:
    """A time in seconds since 1970; what cannot be read is long ago."""
    try:
        number = float(text)
    except ValueError:
        return _of_iso(text)
    return number / 1000 if number >= MILLISECONDS else number


def _of_iso(text: str) -> float:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0.0
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
