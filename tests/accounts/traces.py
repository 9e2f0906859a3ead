"""Markers in every column that can hold a text of a user, and where they are found again."""

from collections.abc import Iterator, Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session as SessionOfDjango
from django.db import connection
from django.db.models import CharField, Field, JSONField, Model, TextField
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import RefreshToken

from accounts.answered import AnsweredRequest
from accounts.models import User
from conversations.models import Alias, CleanUp, Feedback, Instructions, Name, TurnCount
from reminders.models import Channels, Delivery, PushSubscription
from tests.accounts.tokens import REVOKE
from tests.factories import (
    LEASE,
    ConversationFactory,
    TaskFactory,
    UserFactory,
    record_call,
    say,
)
from todos.models import Origin, Proposal, TaskList
from todos.models.reminded import RemindersField
from todos.repeating import Repeat
from transfer.importing import carry_out, plan
from transfer.models import CalendarFeed, Upload

DAY = date(2026, 11, 23)

# Tables that hold nothing of a user's: names of rights, and one that we do not use.
OF_NOBODY = {Permission, Group, ContentType, SessionOfDjango, Instructions, CleanUp}


def live_fully(user: User) -> None:
    """Leave a row in every table that can hold something of a user."""
    conversation = ConversationFactory(user=user)
    Feedback.objects.give(say(conversation, "Hello").reply, "positive")
    record_call(conversation.begin_turn("Add milk", LEASE))
    TurnCount.objects.create(user=user, day=TurnCount.today())
    ConversationFactory(user=user).remove()
    repeats = Repeat.read({"words": "every monday"})
    groceries = TaskList.add(user, Origin("api"), name="Groceries")
    task = TaskFactory(
        user=user,
        notes="semi-skimmed",
        due_date=DAY,
        repeats=repeats,
        list=groceries,
        tags=["milk"],
    )
    task.complete(Origin("chat"))
    user.remember("note", "Tea", "remember that I take tea")
    user.make_key("Claude Desktop", ["write"])
    TaskFactory(user=user, due_date=DAY, reminders=[{"before_minutes": 10}]).remove(Origin("api"))
    Proposal.make(user, {"do": "delete", "tasks": [str(task.pk)]}, Origin("api"))
    AnsweredRequest.claimed(user.pk, "key", "hash").keep(201, {"title": "Milk"})
    Channels.objects.create(user=user, webhook_url="https://example.org/hook")
    PushSubscription.objects.create(user=user, endpoint_hash=f"of {user.pk}")
    CalendarFeed.renew(user)
    Alias.of(user, Name("openai", "chat")).point_to(conversation, before=None)
    Delivery.objects.create(user=user, rings_at=timezone.now())
    carry_out(user, plan(user, BytesIO(b"title,due\nMilk,2027-01-01"), "milk.csv"))
    Upload.add(user, BytesIO(b"title,due\nMilk,2027-01-01"), name="milk.csv", form="csv")
    Client().force_login(user)
    _revoke_a_token(user)
    operator = UserFactory(is_staff=True)
    LogEntry.objects.log_actions(operator.pk, [user], CHANGE, [{"changed": {"fields": ["email"]}}])


def _revoke_a_token(user: User) -> None:
    answer = APIClient().post(REVOKE, {"refresh": str(RefreshToken.for_user(user))})
    assert answer.status_code == 205


def plant(user: User, but: Sequence[str] = ()) -> dict[str, str]:
    """Markers by ``app.Model.column``; each is in the rows of the user, and six letters short."""
    live_fully(user)
    markers: dict[str, str] = {}
    for model in models():
        rows = rows_about(model, user)
        assert rows.exists(), f"let live_fully() leave a row in {model._meta.label}"
        for column in texts(model):
            name = f"{model._meta.label}.{column.name}"
            if name in but:
                continue
            markers[name] = marker = f"~{len(markers):02}{user.pk % 100:02}~"
            write(rows, column, marker)
            rows = rows_about(model, user)
    return markers


def models() -> Iterator[type[Model]]:
    for model in apps.get_models():
        if model not in OF_NOBODY:
            yield model


def rows_about(model: type[Model], user: User) -> Any:
    if model is User:
        return User.objects.filter(pk=user.pk)
    if model is LogEntry:
        return LogEntry.objects.filter(object_id=str(user.pk))
    return model._base_manager.filter(user=user)


def texts(model: type[Model]) -> Iterator[Field[Any, Any]]:
    """Not the columns by which the rows are found: they hold an id and nothing else."""
    for column in model._meta.concrete_fields:
        if model is LogEntry and column.name == "object_id":
            continue
        if isinstance(column, (CharField, TextField, JSONField)):
            yield column


def write(rows: Any, column: Field[Any, Any], marker: str) -> None:
    """In one row, where a constraint wants them to differ."""
    one = rows.model._base_manager.filter(pk=rows.order_by("pk").first().pk)
    alone = column.unique or column.name in ("idempotency_key", "key")
    value: Any = {"text": marker} if isinstance(column, JSONField) else marker
    value = [value] if isinstance(column, RemindersField) else value
    (one if alone else rows).update(**{column.name: value})


def dump() -> str:
    """Every row of every table, as the database gives it."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        return "\n".join(f"{table}: {row}" for table in tables for row in _rows(cursor, table))


def file() -> bytes:
    """All that SQLite has on the disk, deleted or not, once its log is written into the file."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Path(connection.settings_dict["NAME"]).read_bytes()


def _rows(cursor: Any, table: str) -> list[tuple[Any, ...]]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return list(cursor.fetchall())
