"""What an upgrade may do to tables that are in use, and that it can be taken back with rows."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import F, Q
from django_migration_linter.sql_analyser import PostgresqlAnalyser, analyse_sql_statements

from tests.servers import ROOT
from tests.test_migrations import url

__all__ = ["url"]

MADE_IN_A_STOP = {"accounts": 9, "conversations": 19, "reminders": 3, "todos": 16, "transfer": 3}
"""The last migration of each app that was made for 1.0.0, which is put in place in a stop."""

VALIDATED_AT_ONCE = re.compile(r"ALTER TABLE (\S+) ADD (?:CONSTRAINT \S+ )?(?:CHECK|FOREIGN KEY)")


def ahead() -> Iterator[tuple[str, str]]:
    for app, name in MigrationLoader(connection).graph.nodes:
        if int(name[:4]) > MADE_IN_A_STOP.get(app, 9999):
            yield app, name


def faults(migration: migrations.Migration, state: Any) -> list[str]:
    """What of it locks a table for long, or breaks the code of the release before."""
    with connection.schema_editor(collect_sql=True, atomic=migration.atomic) as editor:
        migration.apply(state, editor, collect_sql=True)
    sql = ["BEGIN;"] * migration.atomic + [
        line for line in editor.collected_sql if not line.startswith("--")
    ]
    errors, _ignored, warnings = analyse_sql_statements(PostgresqlAnalyser, sql)
    made = [re.split(r"\s", line)[2] for line in sql if line.startswith("CREATE TABLE")]
    validated = [
        "a constraint is validated at once, and the table locked meanwhile"
        for line in sql
        if (found := VALIDATED_AT_ONCE.match(line))
        and found[1] not in made
        and "NOT VALID" not in line
    ]
    return [*(each.message for each in (*errors, *warnings)), *validated]


@pytest.mark.django_db
@pytest.mark.only_on("postgresql")
def test_no_migration_ahead_locks_a_table_for_long_or_breaks_the_release_before() -> None:
    loader = MigrationLoader(connection)

    found = {
        f"{app}.{name}": faults(
            loader.graph.nodes[app, name], loader.project_state((app, name), at_end=False)
        )
        for app, name in ahead()
    }

    assert {name: each for name, each in found.items() if each} == {}


def index(name: str, **fields: Any) -> models.Index:
    return models.Index(name=name, **fields)


SLOW = {
    "index": migrations.AddIndex("task", index("slow", fields=["title"])),
    "type": migrations.AlterField("task", "place", models.BigIntegerField(default=0)),
    "gone": migrations.RemoveField("task", "notes"),
    "renamed": migrations.RenameField("task", "notes", "words"),
    "not null": migrations.AddField("task", "colour", models.CharField(default="", max_length=9)),
    "unique": migrations.AddConstraint(
        "task", models.UniqueConstraint(name="slow", fields=["user", "title"])
    ),
    "check": migrations.AddConstraint(
        "task", models.CheckConstraint(name="slow", condition=Q(version__gt=F("place")))
    ),
    "key": migrations.AlterField(
        "proposal",
        "conversation_id",
        models.ForeignKey("todos.Task", models.CASCADE, db_column="conversation_id", null=True),
    ),
    "table": migrations.DeleteModel("Proposal"),
}
QUICK = {
    "column": migrations.AddField("task", "colour", models.CharField(null=True, max_length=9)),
    "default": migrations.AddField(
        "task", "colour", models.CharField(default="", db_default="", max_length=9)
    ),
    "table": migrations.CreateModel(
        "Colour", [("id", models.BigAutoField(primary_key=True)), ("name", models.TextField())]
    ),
    "by and by": migrations.RunSQL("CREATE INDEX CONCURRENTLY slow ON todos_task (title)"),
    "not valid": migrations.RunSQL(
        "ALTER TABLE todos_task ADD CONSTRAINT slow CHECK (place >= 0) NOT VALID"
    ),
}


@pytest.mark.django_db
@pytest.mark.only_on("postgresql")
def test_what_locks_is_found_and_what_does_not_is_let_through() -> None:
    loader = MigrationLoader(connection)
    state = loader.project_state(loader.graph.leaf_nodes())

    def of(name: str, operation: Any) -> list[str]:
        migration = migrations.Migration(f"9999_{name}", "todos")
        migration.operations, migration.atomic = [operation], name != "by and by"
        return faults(migration, state.clone())

    assert [name for name, operation in SLOW.items() if not of(name, operation)] == []
    assert {name: of(name, operation) for name, operation in QUICK.items()} == {
        name: [] for name in QUICK
    }


OF_NOBODY = {
    "accounts_user_groups",
    "accounts_user_user_permissions",
    "conversations_cleanup",
    "conversations_instructions",
}
BACK_AND_FORWARD = """
import json
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import setup_test_environment
from tests.accounts.traces import live_fully
from tests.factories import UserFactory


def counts():
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor)
                  if name.startswith(("accounts_", "todos_", "conversations_"))]
        found = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table}")
            found[table] = cursor.fetchone()[0]
        return found


call_command("migrate", verbosity=0)
setup_test_environment()
live_fully(UserFactory())
told = [counts()]
everything = MigrationExecutor(connection).loader.graph.leaf_nodes()
first = [(app, "0001_initial") for app in ("accounts", "todos", "conversations")]
for targets in ([*first, ("reminders", None), ("transfer", None)], everything):
    MigrationExecutor(connection).migrate(targets)
    told.append(counts())
print(json.dumps(told))
"""


@pytest.mark.only_on("sqlite", "postgresql")
def test_each_migration_is_taken_back_and_made_again_with_rows_in_every_table(url: str) -> None:
    """One by one, back to the first of each app; rows of its tables are there all the time."""
    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", BACK_AND_FORWARD],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=True,
    )

    before, behind, after = json.loads(done.stdout.splitlines()[-1])
    assert {name for name, count in before.items() if not count} == OF_NOBODY
    assert behind.keys() < before.keys() == after.keys()
    assert {name: after[name] for name in behind} == behind
    assert {
        name: before[name] - behind[name] for name in behind if before[name] != behind[name]
    } == {
        "todos_taskchange": 1  # of a list, which there were none of then
    }
