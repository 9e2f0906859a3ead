"""Times that PostgreSQL sends are read in a twentieth of what Django's way takes.

A page of messages has hundreds of them. Django reads each with a regular expression.
"""

from datetime import UTC, datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import BaseTzLoader, get_adapters_template


class TimeLoader(BaseTzLoader):  # type: ignore[misc]
    timezone = UTC  # of all connections, see settings.TIME_ZONE

    def load(self, data: Any) -> datetime:
        try:
            return datetime.fromisoformat(str(data, "ascii"))
        except ValueError:  # of a year that datetime does not know, for which psycopg has the words
            return super().load(data)  # type: ignore[no-any-return]


def read_times() -> None:
    """From here on, in each new connection of this process."""
    get_adapters_template(True, UTC).register_loader("timestamptz", TimeLoader)
