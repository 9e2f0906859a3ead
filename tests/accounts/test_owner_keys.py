"""What later migrations add to tables that are distributed carries the owner in its keys, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations import AddField, AlterField, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from accounts.models import User
from accounts.owner_keys import OwnerInNewKeys
from tests.factories import ConversationFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

APP = "conversations"
KEYS = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass"
FIELDS = [
    ("id", models.UUIDField(primary_key=True)),
    ("user", models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")),
]


def to(model: str, **options: Any) -> models.ForeignKey[Any, Any]:
    return models.ForeignKey(f"{APP}.{model}", models.CASCADE, related_name="+", **options)


@contextmanager
def made(*operations: Operation) -> Iterator[ProjectState]:
    """Each by a migration, and taken back at the end."""
    states = [ProjectState.from_apps(apps)]
    try:
        for operation in operations:
            states.append(states[-1].clone())
            operation.state_forwards(APP, states[-1])
            with connection.schema_editor() as editor:
                operation.database_forwards(APP, editor, *states[-2:])
        yield states[-1]
    finally:
        while len(states) > 1:
            operation, after = operations[len(states) - 2], states.pop()
            with connection.schema_editor() as editor:
                operation.database_backwards(APP, editor, after, states[-1])


def keys(table: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(KEYS, [table])
        found = [line for (line,) in cursor.fetchall() if "KEY" in line]
    return {line.removesuffix(" DEFERRABLE INITIALLY DEFERRED") for line in found}


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
