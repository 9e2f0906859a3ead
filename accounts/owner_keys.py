"""Migrations by which the keys of a table come to carry its owner.

Django has one column as its primary key, and foreign keys of one column; that stays so, and on
SQLite it is all there is. PostgreSQL has the real keys: (id, user_id), and (user_id, task_id)
which refers to (user_id, id). Nobody waits long for them: indexes are built and rows checked
beside those who write, and only what swaps one for the other locks a table, for a moment. What
was cut short can be run again.
"""

from collections.abc import Iterable, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement
from django.db.migrations import AddField, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

OWNER = "user_id"
WAIT = "2s"
"""For a lock, behind which all others wait; then the migration fails, and can be run again."""
INDEX = """
    SELECT indisvalid, array(SELECT attname::text FROM pg_attribute
                              WHERE attrelid = indexrelid ORDER BY attnum)
      FROM pg_index WHERE indexrelid = to_regclass(%s)
"""
PRIMARY_KEY = """
    SELECT conname, array(SELECT attname::text FROM pg_attribute
                           WHERE attrelid = conindid ORDER BY attnum)
      FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'
"""
FOREIGN_KEYS = """
    SELECT conrelid::regclass::text, conname,
           array(SELECT attname::text FROM unnest(conkey) WITH ORDINALITY AS key (number, place)
                   JOIN pg_attribute ON attrelid = conrelid AND attnum = number ORDER BY place)
      FROM pg_constraint WHERE confrelid = %s::regclass AND contype = 'f' ORDER BY 1, 2
"""


class OwnerInKeys(Operation):
    """The primary key of a model carries its owner, as do the foreign keys that refer to it.

    So do these unique constraints, which take the place of those of the same name.
    The migration is not atomic. What refers to the model has been made before.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(
        self, model_name: str, constraints: Iterable[models.UniqueConstraint] = ()
    ) -> None:
        self.model_name, self.constraints = model_name, list(constraints)

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name, self.constraints], {}

    def describe(self) -> str:
        return f"Have the keys of {self.model_name} carry its owner"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        name = self.model_name.lower()
        known = state.models[app_label, name].options.get("constraints", ())
        there = {constraint.name for constraint in known}
        for constraint in self.constraints:
            if constraint.name in there:
                state.remove_constraint(app_label, name, constraint.name)
            state.add_constraint(app_label, name, constraint)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: ProjectState
    ) -> None:
        self._change(app_label, schema_editor, *states, carrying=True)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: ProjectState
    ) -> None:
        self._change(app_label, schema_editor, *states, carrying=False)

    def _change(
        self,
        app_label: str,
        editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
        *,
        carrying: bool,
    ) -> None:
        before = from_state.apps.get_model(app_label, self.model_name)
        after = to_state.apps.get_model(app_label, self.model_name)
        names = {constraint.name for constraint in self.constraints}
        was, becomes = (
            {each.name: each for each in model._meta.constraints if each.name in names}
            for model in (before, after)
        )
        if editor.connection.vendor != "postgresql":
            with transaction.atomic(editor.connection.alias):
                for constraint in was.values():
                    editor.remove_constraint(before, constraint)
                for constraint in becomes.values():
                    editor.add_constraint(after, constraint)
            return
        keys = _Keys(editor, after)
        if after._meta.pk.column != OWNER:
            keys.replace_primary_key(carrying)
        keys.tell_whose_rows(carrying)
        for constraint in becomes.values():
            keys.replace_unique(constraint)
        for name in was.keys() - becomes.keys():
            editor.remove_constraint(before, was[name])


class OwnerInNewKeys(Operation):
    """The keys of a model, or of a field, that ``adding`` adds carry the owner from the beginning.

    ``OwnerInNewKeys(migrations.CreateModel(…))``, ``OwnerInNewKeys(migrations.AddField(…))``: of
    whatever refers to a table that is distributed, or is such a table.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, adding: CreateModel | AddField) -> None:
        self.adding = adding

    def deconstruct(self) -> tuple[str, Sequence[Any], dict[str, Any]]:
        return type(self).__name__, [self.adding], {}

    def describe(self) -> str:
        return f"{self.adding.describe()}, with keys that carry the owner"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        self.adding.state_forwards(app_label, state)

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, *states: ProjectState
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            self.adding.database_forwards(app_label, schema_editor, *states)
            return
        schema_editor.sql_create_column_inline_fk = None  # foreign keys come at the end
        waiting = len(schema_editor.deferred_sql)
        self.adding.database_forwards(app_label, schema_editor, *states)
        if isinstance(self.adding, CreateModel):
            model = states[-1].apps.get_model(app_label, self.adding.name)
            _Keys(schema_editor, model).add_owner_to_primary_key()
        for statement in schema_editor.deferred_sql[waiting:]:
            target = isinstance(statement, Statement) and statement.parts.get("to_table")
            if target and OWNER in _primary_key(schema_editor, target.table)[1]:
                for columns in (statement.parts["column"], statement.parts["to_column"]):
                    columns.columns.insert(0, OWNER)

    def database_backwards(self, *which: Any) -> None:
        self.adding.database_backwards(*which)


class _Keys:
    """Those of one table of PostgreSQL. Each step leaves alone what is done already."""

    def __init__(self, editor: BaseDatabaseSchemaEditor, model: type[models.Model]) -> None:
        self._editor, self._model = editor, model
        self._name = model._meta.db_table
        self._table = editor.quote_name(self._name)

    def add_owner_to_primary_key(self) -> None:
        """Of a table that nobody knows yet."""
        name, [column] = _primary_key(self._editor, self._name)
        self._run(
            f'ALTER TABLE {self._table} DROP CONSTRAINT "{name}",'
            f' ADD CONSTRAINT "{name}" PRIMARY KEY ("{column}", {OWNER})'
        )

    def replace_primary_key(self, carrying: bool) -> None:
        wanted = [self._model._meta.pk.column]  # first, so that a look-up by it alone is quick
        wanted += [OWNER] * carrying
        name, columns = _primary_key(self._editor, self._name)
        index = f"{self._name}_pkey_anew"
        if columns != wanted:
            self._build(index, wanted, "")
        self._replace_foreign_keys(carrying)
        if columns != wanted:
            with self._quickly():
                self._run(
                    f'ALTER TABLE {self._table} DROP CONSTRAINT "{name}",'
                    f' ADD CONSTRAINT "{name}" PRIMARY KEY USING INDEX "{index}"'
                )

    def _replace_foreign_keys(self, carrying: bool) -> None:
        """Those that refer to the table: first the new ones are there, then the old ones go."""
        found = {(table, name): key for table, name, key in self._ask(FOREIGN_KEYS, [self._name])}
        their = self._model._meta.pk.column
        for (table, name), key in found.items():
            if (OWNER in key) == carrying:
                continue
            own, new = key[-1], f"{name[:58]}_anew"
            columns = f'{OWNER}, "{own}"' if carrying else f'"{own}"'
            target = f"{OWNER}, {their}" if carrying else their
            if (table, new) not in found:
                with self._quickly():
                    self._run(
                        f'ALTER TABLE {table} ADD CONSTRAINT "{new}" FOREIGN KEY ({columns})'
                        f" REFERENCES {self._table} ({target})"
                        " DEFERRABLE INITIALLY DEFERRED NOT VALID"
                    )
            self._run(f'ALTER TABLE {table} VALIDATE CONSTRAINT "{new}"')
            with self._quickly():
                self._run(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
                self._run(f'ALTER TABLE {table} RENAME CONSTRAINT "{new}" TO "{name}"')

    def tell_whose_rows(self, carrying: bool) -> None:
        """That all rows of one conversation are of one owner: to look for both finds no fewer rows.

        Else the planner thinks so, and reads many rows and sorts them where an index has the order.
        """
        fields = [each for each in self._model._meta.concrete_fields if each.is_relation]
        columns = [str(each.column) for each in fields]
        name = f'"{self._name}_owner"'
        if not carrying:
            self._run(f"DROP STATISTICS IF EXISTS {name}")
        elif len(columns) > 1:
            of = ", ".join(self._editor.quote_name(column) for column in columns)
            self._run(
                f"CREATE STATISTICS IF NOT EXISTS {name} (dependencies) ON {of} FROM {self._table}"
            )

    def replace_unique(self, constraint: models.UniqueConstraint) -> None:
        name, index = constraint.name, f"{constraint.name}_anew"
        columns = {field.name: field.column for field in self._model._meta.concrete_fields}
        wanted = [columns[field] for field in constraint.fields]
        if self._columns(name) == wanted:
            return
        condition = constraint._get_condition_sql(self._model, self._editor)  # type: ignore[attr-defined]
        self._build(index, wanted, f"WHERE {condition}" if condition else "")
        with self._quickly():
            if condition:
                self._run(f'DROP INDEX IF EXISTS "{name}"')
                self._run(f'ALTER INDEX "{index}" RENAME TO "{name}"')
            else:
                self._run(
                    f'ALTER TABLE {self._table} DROP CONSTRAINT IF EXISTS "{name}",'
                    f' ADD CONSTRAINT "{name}" UNIQUE USING INDEX "{index}"'
                )

    def _build(self, index: str, columns: list[Any], condition: str) -> None:
        """A unique index, while others write; one that was cut short is built anew."""
        found = self._ask(INDEX, [f'"{index}"'])
        if found == [(True, columns)]:
            return
        if found:
            self._run(f'DROP INDEX CONCURRENTLY "{index}"')
        of = ", ".join(self._editor.quote_name(column) for column in columns)
        self._run(f'CREATE UNIQUE INDEX CONCURRENTLY "{index}" ON {self._table} ({of}) {condition}')

    def _columns(self, index: str) -> list[str] | None:
        found = self._ask(INDEX, [f'"{index}"'])
        return found[0][1] if found else None

    @contextmanager
    def _quickly(self) -> Any:
        with transaction.atomic(self._editor.connection.alias):
            self._run(f"SET LOCAL lock_timeout = '{WAIT}'")
            yield

    def _run(self, sql: str) -> None:
        self._editor.execute(sql)

    def _ask(self, sql: str, values: Sequence[Any]) -> list[Any]:
        return _ask(self._editor, sql, values)


def _primary_key(editor: BaseDatabaseSchemaEditor, table: str) -> tuple[str, list[str]]:
    """Its name and its columns."""
    [(name, columns)] = _ask(editor, PRIMARY_KEY, [table])
    return name, columns


def _ask(editor: BaseDatabaseSchemaEditor, sql: str, values: Sequence[Any]) -> list[Any]:
    with editor.connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
