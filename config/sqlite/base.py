"""Django's SQLite, whose writers wait in line, and which folds texts and counts percentiles.

Of several connections SQLite lets one write; the others look again after pauses that grow to
100 ms, and who comes later may be first. Within a process they wait for a lock of ours instead,
which wakes the next one at once. Between processes SQLite's own lock stands as ever.
"""

import sqlite3
from datetime import UTC, datetime
from functools import lru_cache
from threading import Lock
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base, features, operations
from django.utils.dateparse import parse_datetime

from config.sqlite.percentiles import Percentiles
from text.folding import fold

_one_writer = Lock()


def time_of(text: str) -> datetime | None:
    """Of a text as Django keeps it: in UTC, and does not say so."""
    try:
        return datetime.fromisoformat(f"{text}+00:00")
    except ValueError:
        return parse_datetime(text)


for kind in ("datetime", "timestamp"):
    sqlite3.register_converter(kind, lambda told: time_of(told.decode()))


class DatabaseOperations(operations.DatabaseOperations):
    def convert_datetimefield_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if isinstance(value, str):  # of an expression, which has no type in SQLite
            value = time_of(value)
        if value is None or value.tzinfo is UTC:
            return value
        return super().convert_datetimefield_value(value, expression, connection)


class Cursor(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: Any = None) -> str:
        if param_names is not None:
            return str(super().convert_query(query, param_names=param_names))
        return _with_marks(query)


@lru_cache(256)
def _with_marks(query: str) -> str:
    """With ``?`` for each ``%s``, which takes Django as long as SQLite takes for a small query."""
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class DatabaseFeatures(features.DatabaseFeatures):
    max_query_params = 32_766  # of SQLite since 3.32; Django still counts with 999


class DatabaseWrapper(base.DatabaseWrapper):
    features_class = DatabaseFeatures
    ops_class = DatabaseOperations
    _is_the_writer = False

    def get_new_connection(self, conn_params: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = super().get_new_connection(conn_params)
        connection.create_function("fold", 1, fold, deterministic=True)
        connection.create_aggregate("percentile_cont", 2, Percentiles)  # type: ignore[arg-type]
        return connection

    def create_cursor(self, name: Any = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def _start_transaction_under_autocommit(self) -> None:
        if not _one_writer.acquire(timeout=self.settings_dict["OPTIONS"]["timeout"]):
            raise OperationalError("database is locked")
        self._is_the_writer = True
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._let_the_next_one_write()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()  # type: ignore[misc]
        finally:
            self._let_the_next_one_write()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc]
        finally:
            self._let_the_next_one_write()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc]
        finally:
            self._let_the_next_one_write()

    def _let_the_next_one_write(self) -> None:
        if self._is_the_writer:
            self._is_the_writer = False
            _one_writer.release()
