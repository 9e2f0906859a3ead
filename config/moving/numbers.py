"""Numbers that a database gives to new rows: one that was given once is not given again."""

from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from config.moving.places import SOURCE, TARGET
from config.moving.rows import Table, all_models


def go_on_counting() -> None:
    """In the target where the source stands, also behind rows that are gone from it."""
    for model in all_models():
        if isinstance(model._meta.pk, models.AutoField) and (last := _last_given(model)):
            _give_more_than(last, model)


def _last_given(model: Table) -> int:
    connection = connections[SOURCE]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            table = model._meta.db_table
            cursor.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = %s", [table])
        else:
            sequence = _sequence(connection, model)
            cursor.execute(f"SELECT CASE WHEN is_called THEN last_value END FROM {sequence}")  # noqa: S608 - names it itself
        return cursor.fetchone()[0] or 0


def _give_more_than(last: int, model: Table) -> None:
    connection, table = connections[TARGET], model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last])
        else:
            cursor.execute("SELECT setval(%s, %s)", [_sequence(connection, model), last])


def _sequence(connection: BaseDatabaseWrapper, model: Table) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, model._meta.pk.column])
        return str(cursor.fetchone()[0])
