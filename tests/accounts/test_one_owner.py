"""What is written, read or deleted as a row of an owner is so of that owner alone."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import django
import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from accounts.one_owner import INSIDES
from conversations.models import Conversation, Message
from tests.captured import partitions
from tests.factories import ConversationFactory, TaskFactory, say
from tests.owners import ownerless
from todos.models import Task

TABLES = frozenset({"m", "t"})
JOINED = 'SELECT * FROM "m" INNER JOIN "t" ON ("m"."turn_id" = "t"."id"{}) WHERE "m"."user_id" = %s'

TOGETHER = (
    'WITH w0 AS (UPDATE "m" SET "a" = %s WHERE "m"."user_id" = %s RETURNING 1), w1 AS (UPDATE "t"'
    ' SET "a" = %s WHERE "t"."id" = %s {} AND EXISTS(SELECT 1 FROM w0) RETURNING 1)'
    " SELECT (SELECT COUNT(*) FROM w0), (SELECT COUNT(*) FROM w1)"
)
INSERTED = 'INSERT INTO "m" ("id", "user_id") VALUES (%s, %s), (%s, %s)'


def test_what_django_has_inside_is_there() -> None:
    """Of another version the pieces that accounts/one_owner.py builds on have to be looked at."""
    assert django.VERSION[:2] == (5, 2)
    for owner, names in INSIDES.items():
        assert [name for name in names if not hasattr(owner, name)] == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "act",
    [
        lambda task: task.save(update_fields=["title"]),
        lambda task: task.save(),
        lambda task: task.refresh_from_db(),
        lambda task: task.delete(),
        lambda task: Task.objects.just(task).update(title="Mine"),
    ],
)
def test_a_row_of_the_wrong_owner_changes_nothing(
    user: User, stranger: User, act: Callable[[Task], object]
) -> None:
    theirs = TaskFactory(user=stranger, title="Theirs")
    mistaken = Task.objects.get(pk=theirs.pk)
    mistaken.user_id, mistaken.title = user.pk, "Mine"

    with suppress(DatabaseError, Task.DoesNotExist), transaction.atomic():
        act(mistaken)

    assert list(Task.objects.values_list("user", "title")) == [(stranger.pk, "Theirs")]


@pytest.mark.django_db
def test_rows_of_the_wrong_owner_are_not_found_by_a_row(user: User, stranger: User) -> None:
    turn = say(ConversationFactory(user=stranger), "Hello")
    conversation = Conversation.objects.get(pk=turn.conversation_id)
    conversation.user_id = user.pk

    assert not conversation.messages.exists()
    assert not Message.objects.filter(conversation__in=[conversation]).exists()
    message = Message.objects.get(pk=turn.reply.pk)
    message.user_id = user.pk
    with pytest.raises(Conversation.DoesNotExist):
        _ = message.conversation


@pytest.mark.parametrize(
    ("sql", "values", "found"),
    [
        (JOINED.format(""), (5,), ["t"]),
        (JOINED.format(' AND "m"."user_id" = "t"."user_id"'), (5,), []),
        (JOINED.format(' AND "t"."user_id" = %s'), (6, 5), ["two owners"]),
        ('DELETE FROM "m" WHERE ("m"."user_id" IN (%s) AND NOT ("m"."id" = %s))', (5, 1), []),
        ('DELETE FROM "m" WHERE "m"."user_id" IN (%s, %s)', (5, 6), ["m"]),
        ('DELETE FROM "m" WHERE ("m"."user_id" = %s OR "m"."id" = %s)', (5, 6), ["m"]),
        ('UPDATE "m" SET "user_id" = %s WHERE "m"."id" = %s', (5, 1), ["m"]),
        (INSERTED, (1, 5, 2, 5), []),
        (INSERTED, (1, 5, 2, 6), ["two owners"]),
        (
            'SELECT * FROM "t" WHERE ("t"."user_id" = %s AND EXISTS(SELECT 1 FROM "m" U0 WHERE'
            ' (U0."turn_id" = ("t"."id") AND U0."user_id" = ("t"."user_id")) LIMIT 1))',
            (5,),
            [],
        ),
        (
            'SELECT * FROM "t" WHERE ("t"."user_id" = %s AND "t"."id" IN (SELECT U0."turn_id"'
            ' FROM "m" U0 WHERE U0."id" = %s))',
            (5, 1),
            ["m U0"],
        ),
        ('SELECT * FROM "u"', (), []),
        (TOGETHER.format('AND "t"."user_id" = %s'), (1, 5, 1, 5, 1), []),
        (TOGETHER.format(""), (1, 5, 1, 1), ["t"]),
    ],
)
def test_a_statement_is_read_as_postgresql_reads_it(
    sql: str, values: tuple[int, ...], found: list[str]
) -> None:
    assert ownerless(sql, values, TABLES) == found


@pytest.mark.django_db
@pytest.mark.only_on("sharded")
@pytest.mark.parametrize(
    ("rows", "touched"),
    [
        (lambda user: Task.objects.all(), ["16 partitions of todos_task"]),
        (lambda user: Task.objects.filter(user=user), []),
        (lambda user: Task.objects.filter(user=user).with_steps(), []),
        (lambda user: Task.objects.filter(user=user, list__name="A").select_related("list"), []),
        (lambda user: Task.objects.filter(parent__user=user), []),
        (lambda user: Task.objects.filter(title="A").select_for_update(), ["16 partitions"]),
    ],
)
def test_a_plan_tells_how_many_partitions_are_read(
    user: User, rows: Callable[[User], Any], touched: list[str]
) -> None:
    TaskFactory(user=user)
    sql, values = rows(user).order_by("pk").query.sql_with_params()

    found = partitions(connection, sql, values)

    assert [each[: len(few)] for each, few in zip(found, touched, strict=True)] == touched
