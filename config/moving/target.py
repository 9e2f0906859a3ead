"""What is done to the database that rows are moved to, before and after them.

While a move is unfinished the target has no foreign keys, so that rows come in any order, and a
table of ours that tells it: whoever runs the command again goes on.
"""

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connections, transaction

from config.moving.numbers import go_on_counting
from config.moving.places import TARGET
from config.moving.rows import all_models, rows_of, tables
from config.postgresql import expect_many_rows

UNFINISHED = "todo_chat_unfinished_move"
MAKE_UNFINISHED = "CREATE TABLE todo_chat_unfinished_move (to_be_done text NOT NULL)"
NOTE = "INSERT INTO todo_chat_unfinished_move VALUES (%s)"
NOTED = "SELECT to_be_done FROM todo_chat_unfinished_move"
END_UNFINISHED = "DROP TABLE todo_chat_unfinished_move"

MADE_BY_MIGRATIONS = (Permission, ContentType)
FOREIGN_KEYS = """
    SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                  pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE contype = 'f' AND conparentid = 0 AND connamespace = current_schema()::regnamespace
      AND (SELECT relname FROM pg_class WHERE oid = conrelid) = ANY(%s)"""


def prepare() -> None:
    """Make the tables, without rows and foreign keys; one that is unfinished stays as it is.

    Raises CommandError where it has rows, or a move to it was finished.
    """
    connection = connections[TARGET]
    if not is_unfinished():
        _refuse_rows()
        expect_many_rows()
        call_command("migrate", database=TARGET, interactive=False, verbosity=0)
        with transaction.atomic(using=TARGET), connection.cursor() as cursor:
            _empty()
            cursor.execute(MAKE_UNFINISHED)
            if connection.vendor == "postgresql":
                _drop_foreign_keys()
    if connection.vendor == "sqlite":
        connection.disable_constraint_checking()


def is_unfinished() -> bool:
    connection = connections[TARGET]
    with connection.cursor() as cursor:
        return UNFINISHED in connection.introspection.table_names(cursor)


def finish() -> None:
    """Put the foreign keys back, which are checked then, and let keys go on where they were.

    Raises CommandError where a row names another one that is not there.
    """
    connection = connections[TARGET]
    try:
        with transaction.atomic(using=TARGET), connection.cursor() as cursor:
            cursor.execute(NOTED)
            for (statement,) in cursor.fetchall():
                cursor.execute(statement)
            go_on_counting()
            connection.check_constraints()
            cursor.execute(END_UNFINISHED)
    except IntegrityError as error:
        reason = str(error).splitlines()[0]
        raise CommandError(f"A row names another one that is not there: {reason}") from None
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # so that its planner knows them at once


def _refuse_rows() -> None:
    there = tables(TARGET)
    for model in {*all_models()} - {*MADE_BY_MIGRATIONS}:
        if model._meta.db_table in there and rows_of(model, TARGET).exists():
            raise CommandError(
                f"It has rows already, in {model._meta.db_table}. Give a database without any."
            )


def _empty() -> None:
    """Of what migrations put into it: it comes with the rest, under the keys that it has there."""
    for model in MADE_BY_MIGRATIONS:
        rows_of(model, TARGET)._raw_delete(TARGET)
    connections[TARGET].check_constraints()  # now, for a table is not altered before


def _drop_foreign_keys() -> None:
    with connections[TARGET].cursor() as cursor:
        cursor.execute(FOREIGN_KEYS, [tables(TARGET)])
        for drop, add in cursor.fetchall():
            cursor.execute(drop)
            cursor.execute(NOTE, [add])
