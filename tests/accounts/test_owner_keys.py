"""Migrations by which keys come to carry the owner: of tables that are there, and of new ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AddField, AlterField, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from accounts.models import User
from accounts.owner_keys import OwnerInKeys, OwnerInNewKeys
from tests.factories import ConversationFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

APP = "conversations"
KEYS = """
    SELECT pg_get_constraintdef(oid) FROM pg_constraint
     WHERE conrelid = %s::regclass AND conparentid = 0
"""
FIELDS = [
    ("id", models.UUIDField(primary_key=True)),
    ("user", models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")),
]


def to(model: str, **options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(f"{APP}.{model}", models.CASCADE, related_name="+", **options)


@contextmanager
def made(*operations: Operation, since: ProjectState | None = None) -> Iterator[ProjectState]:
    """Each by a migration, and taken back at the end."""
    states = [since or ProjectState.from_apps(apps)]
    try:
        for operation in operations:
            states.append(states[-1].clone())
            operation.state_forwards(APP, states[-1])
            with schema_editor(operation) as editor:
                operation.database_forwards(APP, editor, *states[-2:])
        yield states[-1]
    finally:
        while len(states) > 1:
            operation, after = operations[len(states) - 2], states.pop()
            with schema_editor(operation) as editor:
                operation.database_backwards(APP, editor, after, states[-1])


def schema_editor(operation: Operation) -> BaseDatabaseSchemaEditor:
    return connection.schema_editor(atomic=not isinstance(operation, OwnerInKeys))


def keys(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(KEYS, [table])
        found = [line for (line,) in cursor.fetchall() if not line.startswith("NOT NULL")]
    return {line.removesuffix(" DEFERRABLE INITIALLY DEFERRED") for line in found}


def test_a_table_with_rows_and_back_also_where_one_was_cut_short(user: User) -> None:
    word = models.UniqueConstraint(fields=["word"], name="remark_of_word")
    owned = models.UniqueConstraint(fields=["user", "word"], name="remark_of_word")
    fields = [*FIELDS, ("word", models.CharField(max_length=9)), ("to", to("Remark", null=True))]
    remark = CreateModel("Remark", fields, options={"constraints": [word]})

    with made(remark) as before:
        rows = before.apps.get_model(APP, "Remark")._default_manager
        first = rows.create(id=uuid4(), user_id=user.pk, word="milk")
        rows.create(id=uuid4(), user_id=user.pk, word="eggs", to=first)
        was = keys("conversations_remark")
        with connection.cursor() as cursor:  # what was begun and did not come to its end
            cursor.execute("CREATE INDEX remark_of_word_anew ON conversations_remark (word)")
        with made(OwnerInKeys("Remark", [owned]), since=before):
            assert keys("conversations_remark") == {
                "PRIMARY KEY (id, user_id)",
                "UNIQUE (user_id, word)",
                "FOREIGN KEY (user_id) REFERENCES accounts_user(id)",
                "FOREIGN KEY (user_id, to_id) REFERENCES conversations_remark(user_id, id)",
            }
        assert keys("conversations_remark") == was
        assert sorted(rows.values_list("word", "to__word")) == [("eggs", "milk"), ("milk", None)]


def test_a_table_that_is_added_and_altered(user: User, stranger: User) -> None:
    remark = OwnerInNewKeys(CreateModel("Remark", [*FIELDS, ("of", to("Conversation"))]))
    answer = OwnerInNewKeys(AddField("remark", "to", to("Remark", null=True)))
    unbound = AlterField("remark", "of", to("Conversation", null=True))

    with made(remark, answer, unbound) as state:
        assert keys("conversations_remark") == {
            "PRIMARY KEY (id, user_id)",
            "FOREIGN KEY (user_id) REFERENCES accounts_user(id)",
            "FOREIGN KEY (user_id, of_id) REFERENCES conversations_conversation(user_id, id)",
            "FOREIGN KEY (user_id, to_id) REFERENCES conversations_remark(user_id, id)",
        }
        rows = state.apps.get_model(APP, "Remark")._default_manager
        its = ConversationFactory(user=user).pk
        rows.create(id=its, user_id=user.pk, of_id=its, to_id=its)
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.create(id=its, user_id=stranger.pk, of_id=its)
