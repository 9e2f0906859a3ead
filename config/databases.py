"""What Django is told of a database, beside what ``dj_database_url`` makes of its address."""

from pathlib import Path
from typing import Any

Database = dict[str, Any]
"""One of ``DATABASES``."""

SQLITE = "django.db.backends.sqlite3"
POSTGRESQL = "django.db.backends.postgresql"


def on_sqlite(database: Database) -> Database:
    """Makes the file where there is none, for nobody else to read."""
    Path(database["NAME"]).touch(mode=0o600)
    return database | {
        "ENGINE": "config.sqlite",
        # Seconds that a thread keeps its connection: to open one and close it took a third of a
        # turn.
        "CONN_MAX_AGE": 60,
        "OPTIONS": {
            # A transaction that reads before it writes would fail with "locked" beside another one.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # What is deleted is overwritten, or it could be read in the file long after an erasure.
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;"
            ),
        },
    }
