"""What a database is told, with places for values.

SQLite is told it as Django has it. PostgreSQL gets a text in which each value has one number and a
type (``$1::uuid``), and the values beside it, as texts, so that it need not be told the same again:
a connection that has told it once has it prepared, and then sends the values alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import RawCursor
from psycopg.errors import FeatureNotSupported, InvalidSqlStatementName
from psycopg.pq import TransactionStatus
from psycopg.sql import Literal
from psycopg.types.json import Jsonb

from accounts.places import Kept, Place


@dataclass(frozen=True, eq=False)
class Statement:
    """With what is made of its answer."""

    sql: str
    params: Sequence[Any]
    read: Callable[[Any], Any]
    parts: Sequence["Statement"] = ()
    """Of several in one each."""
    gives_columns: bool = False
    """Of a table, of which a migration may change the type."""
    is_first_few: bool = False
    """Of many rows: which way is the best depends on how many there are."""
    is_whole: bool = False
    """Of several of which all or none are to be made."""

    def run(self, arguments: Sequence[Any]) -> Any:
        database = connections[DEFAULT_DB_ALIAS]
        if database.vendor == "postgresql":
            with self._cursor(database) as cursor:
                cursor.execute(self.text, self.values(arguments))
                return self.read(cursor)
        with database.cursor() as cursor:
            cursor.execute(self.sql, self.filled(arguments))
            return self.read(cursor)

    def plan(self) -> None:
        """PostgreSQL reads it and looks for a way, and does nothing."""
        database: Any = connections[DEFAULT_DB_ALIAS]
        database.ensure_connection()
        with database.make_cursor(RawCursor(database.connection)) as cursor:
            cursor.execute(f"EXPLAIN {self.text}", [None] * len(self.places))

    def filled(self, arguments: Sequence[Any]) -> list[Any]:
        return [p.value(arguments) if isinstance(p, Place) else p for p in self.params]

    def values(self, arguments: Sequence[Any]) -> list[Any]:
        """Of all that are numbered, in their order."""
        return [_as_text(place.value(arguments)) for place in self.places]

    def kept(self, first: int) -> "Statement":
        """The same, whose arguments are its ``values``, behind as many others."""
        keys = [place.key for place in self.places]
        params = [
            Kept(p.kind, first + keys.index(p.key)) if isinstance(p, Place) else p
            for p in self.params
        ]
        return Statement(self.sql, params, self.read)

    def _cursor(self, database: Any) -> Any:
        """As Django's own. Behind a pooler the next statement may be told to another process of
        the server, which has prepared nothing; of a prepared one Django would log no text; and one
        that fails since a column has changed can be told again, but not within a transaction.
        """
        database.ensure_connection()
        if database.queries_logged:
            return database.make_debug_cursor(RawCursor(database.connection))
        is_prepared = not (
            database.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
            or self.is_first_few
            or (self.gives_columns and database.in_atomic_block)
            or database.connection.is_pooled
        )
        return database.make_cursor((Preparing if is_prepared else RawCursor)(database.connection))

    @cached_property
    def places(self) -> list[Place]:
        """One for each value."""
        return list({p.key: p for p in self.params if isinstance(p, Place)}.values())

    @cached_property
    def text(self) -> str:
        """With numbers. What is the same each time is written in, so plans are made for it."""
        numbers = {place.key: number for number, place in enumerate(self.places, 1)}
        written = (
            f"${numbers[p.key]}::{p.kind}" if isinstance(p, Place) else Literal(p).as_string()
            for p in self.params
        )
        return self.sql % tuple(written)


class Preparing(RawCursor[Any]):
    """Has the server prepare what it is told a second time."""

    def execute(self, *told: Any, **options: Any) -> Any:
        self.connection.prepare_threshold = 1
        try:
            return super().execute(*told, **options)
        except (FeatureNotSupported, InvalidSqlStatementName):
            if self.connection.info.transaction_status != TransactionStatus.IDLE:
                raise
            # A column has got another type, or what was prepared has been thrown away.
            super().execute("DEALLOCATE ALL", prepare=False)
            return super().execute(*told, **options)
        finally:
            self.connection.prepare_threshold = None


def _as_text(value: Any) -> Any:
    """As the server reads it, whatever type the driver would choose for it."""
    match value:
        case None | str():
            return value
        case list():
            return [_as_text(each) for each in value]
        case Jsonb():
            return value.dumps(value.obj)  # type: ignore[misc]
        case int() if not -(2**63) <= value < 2**63:
            raise OverflowError("No number of PostgreSQL is that large.")  # as SQLite's driver does
        case timedelta():
            return str(value).replace(",", "")
    return str(value)
