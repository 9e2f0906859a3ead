"""Compiled queries: each says what the ORM says anew, and gives what it gives."""

from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import date, datetime, time, timedelta
from inspect import Parameter, signature
from itertools import product
from typing import Any, get_args, get_origin
from uuid import UUID, uuid4

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.utils import timezone

import accounts.compiled as compiled_module
from accounts.compiled import (
    DECLARED,
    Compiled,
    Insert,
    NotWhole,
    Update,
    Whole,
    compile_ahead,
    compiled,
    told,
)
from conversations.models import Conversation, Message, Turn
from tests.factories import ConversationFactory, UserFactory, say

NOW = timezone.now()
SAMPLES: dict[Any, Any] = {
    bool: True,
    date: NOW.date(),
    datetime: NOW,
    dict: {"a": [1, "b"]},
    int: 7,
    str: "It's 100 % %s",
    time: time(7, 30),
    timedelta: timedelta(seconds=45),
    UUID: uuid4(),
}
CONSTANTS: dict[str, Any] = {
    "beside": "next",
    "due": "overdue",
    "limit": 20,
    "names": frozenset({"deleted_at"}),
    "per_day": 500,
    "status": "open",
}
"""Of keyword-only arguments that are not bool, by their names."""


@compiled
def _renew(turn: Turn, lease: timedelta) -> Update:
    ours = Turn.objects.in_progress().just(turn).of_active_users().of_kept_conversations()
    return Update(ours, lease_expires_at=Now() + lease, model="new")


@compiled
def _settle(turn: Turn, reply: Message, content: str) -> tuple[Update, ...]:
    ours = Turn.objects.in_progress().just(turn)
    said = Update(Message.objects.just(reply), content=content)
    return Update(ours, status=Turn.Status.COMPLETED), said


@compiled
def _both(turn: Turn, reply: Message, content: str) -> Whole:
    said = Update(Message.objects.just(reply), content=content)
    return Whole((said, Update(Turn.objects.in_progress().just(turn), model="new")))


@compiled
def _insert(conversation: Conversation) -> Insert:
    return Insert(conversation)


@compiled
def _whole(user: int, pk: UUID | None, *, busy: bool) -> models.QuerySet[Conversation]:
    rows = Conversation.objects.filter(user=user, pk=pk)
    return rows.with_status() if busy else rows


@compiled
def _usually_not_busy(user: int, *, busy: bool = False) -> models.QuerySet[Conversation]:
    rows = Conversation.objects.filter(user=user)
    return rows.with_status() if busy else rows


@compiled
def _said(user: int, turns: list[UUID], *, limit: int) -> models.QuerySet[Message, Any]:
    rows = Message.objects.filter(user=user, turn__among=turns).order_by("seq")
    return rows.values_list("seq", "role", "created_at", named=True)[:limit]


@compiled
def _words(user: int, turns: list[UUID]) -> models.QuerySet[Message, str]:
    rows = Message.objects.filter(user=user, turn__among=turns).order_by("seq")
    return rows.values_list("content", flat=True)


def _variants(declared: Compiled) -> Iterator[tuple[list[Any], dict[str, Any]]]:
    """Sample arguments of its types, and each of the constants that it is compiled for."""
    parameters = signature(declared.build, eval_str=True).parameters.values()
    named = [each for each in parameters if each.kind is Parameter.KEYWORD_ONLY]
    samples = [_samples(each.annotation) for each in parameters if each not in named]
    choices = [
        (False, True) if each.annotation is bool else (CONSTANTS[each.name],) for each in named
    ]
    for arguments, chosen in product(product(*samples), product(*choices)):
        yield list(arguments), dict(zip([each.name for each in named], chosen, strict=True))


def _samples(kind: Any) -> list[Any]:
    """One, and of what models have in common one of each."""
    is_abstract = isinstance(kind, type) and hasattr(kind, "_meta") and kind._meta.abstract
    kinds = (
        [each for each in apps.get_models() if issubclass(each, kind)] if is_abstract else [kind]
    )
    return [_sample(each) for each in kinds]


def _sample(kind: Any) -> Any:
    if isinstance(kind, type) and issubclass(kind, models.Model):
        return _row(kind)
    if get_origin(kind) is list:
        return [_sample(get_args(kind)[0]), _sample(get_args(kind)[0])]
    plain = get_args(kind)[0] if get_args(kind) and get_origin(kind) is not dict else kind
    return SAMPLES[get_origin(plain) or plain]


def _row(model: type[models.Model]) -> models.Model:
    row = model()
    for field in model._meta.concrete_fields:
        setattr(row, field.attname, _value(getattr(field, "target_field", field)))
    return row


def _value(field: models.Field[Any, Any]) -> Any:
    kinds: dict[type[models.Field[Any, Any]], Any] = {
        models.BooleanField: bool,
        models.DateTimeField: datetime,
        models.DateField: date,
        models.IntegerField: int,
        models.JSONField: dict,
        models.TimeField: time,
        models.UUIDField: UUID,
    }
    kind = next((each for kind, each in kinds.items() if isinstance(field, kind)), str)
    return field.to_python(SAMPLES[kind]) if kind is not str else SAMPLES[str]


def _plain(sql: str, params: Any) -> tuple[str, list[str]]:
    """Without the brackets that Django puts around an expression and not around a value."""
    while "(%s)" in sql:
        sql = sql.replace("(%s)", "%s")
    return sql, [str(getattr(each, "obj", each)) for each in params]


@pytest.mark.django_db
@pytest.mark.parametrize("declared", DECLARED, ids=lambda declared: declared.name)
def test_each_says_what_the_orm_says_today(declared: Compiled) -> None:
    for arguments, constants in _variants(declared):
        filled = declared.statements(arguments, constants)
        anew = told(declared.build(*arguments, **constants))

        assert [_plain(each.sql, each.filled(arguments)) for each in filled] == [
            _plain(each.sql, each.params) for each in anew
        ]


@pytest.mark.django_db
def test_rows_come_as_the_query_gives_them() -> None:
    turn = say(ConversationFactory(), "Hello")
    user, conversation = turn.user_id, turn.conversation

    [whole] = _whole(user, conversation.pk, busy=True)
    assert whole == conversation
    assert (whole.title, whole.created_at) == (conversation.title, conversation.created_at)
    assert whole.busy is False
    assert "busy" not in vars(_whole(user, conversation.pk, busy=False)[0])
    assert _whole(user, None, busy=False) == []
    assert _whole(UserFactory().pk, conversation.pk, busy=False) == []

    messages = list(Message.objects.filter(turn=turn).order_by("seq"))
    said = _said(user, [turn.pk, uuid4()], limit=1)
    assert [(each.seq, each.role, each.created_at) for each in said] == [
        (messages[0].seq, "user", messages[0].created_at)
    ]
    assert len(_said(user, [turn.pk], limit=20)) == 2
    assert _words(user, [turn.pk]) == [each.content for each in messages]
    assert _words(user, []) == []


@pytest.mark.django_db
def test_writes_tell_how_many_rows_they_have_changed() -> None:
    conversation = ConversationFactory()
    turn = conversation.begin_turn("Hello", timedelta(seconds=45))
    before = Turn.objects.get(pk=turn.pk).lease_expires_at

    assert _renew(turn, timedelta(hours=1)) == 1
    renewed = Turn.objects.get(pk=turn.pk)
    assert renewed.lease_expires_at - before > timedelta(minutes=58)
    assert renewed.model == "new"

    assert _settle(turn, turn.reply, "Done.") == [1, 1]
    assert Message.objects.get(pk=turn.reply.pk).content == "Done."
    assert _settle(turn, turn.reply, "Too late.") == [0, 0]
    assert Message.objects.get(pk=turn.reply.pk).content == "Done."
    assert _renew(turn, timedelta(hours=1)) == 0


@pytest.mark.django_db
def test_rows_are_inserted_with_all_their_columns() -> None:
    user = UserFactory()
    row = Conversation(user_id=user.pk, changed_at=NOW, title_is_made=True, metadata={"a": "%s"})

    assert _insert(row) == 1

    kept = Conversation.objects.get(pk=row.pk)
    assert [getattr(kept, f.attname) for f in Conversation._meta.concrete_fields] == [
        getattr(row, f.attname) for f in Conversation._meta.concrete_fields
    ]


@pytest.mark.django_db(transaction=True)
def test_several_writes_are_one_transaction() -> None:
    turn = ConversationFactory().begin_turn("Hello", timedelta(seconds=45))

    with transaction.atomic():
        assert _settle(turn, turn.reply, "Done.") == [1, 1]
        transaction.set_rollback(True)

    assert Turn.objects.get(pk=turn.pk).status == Turn.Status.IN_PROGRESS
    assert Message.objects.get(pk=turn.reply.pk).content == ""
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("around", [nullcontext, transaction.atomic])
def test_of_a_whole_all_are_made_or_none(around: Callable[[], Any]) -> None:
    turn = ConversationFactory().begin_turn("Hello", timedelta(seconds=45))

    with around():
        _both(turn, turn.reply, "Yes")
        Turn.objects.update(status=Turn.Status.COMPLETED)
        with pytest.raises(NotWhole), around():
            _both(turn, turn.reply, "No")

    assert Turn.objects.get().reply.content == "Yes"
    assert not connection.in_atomic_block


@pytest.mark.django_db
def test_what_cannot_be_compiled_is_told() -> None:
    @compiled
    def dicts(user: int) -> models.QuerySet[Message, Any]:
        return Message.objects.filter(user=user).values("seq")

    del DECLARED[-1:]
    with pytest.raises(TypeError, match="cannot give"):
        dicts(1)
    with pytest.raises(TypeError, match="keyword-only"):
        _whole(7, pk=uuid4(), busy=True)


@pytest.mark.django_db(transaction=True)
def test_what_can_be_is_compiled_before_it_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.compiled.DECLARED", [Compiled(each.build) for each in DECLARED])
    made = {each.build: each for each in compiled_module.DECLARED}

    compile_ahead(limit=20)

    asks = (_words, _said, _whole, _usually_not_busy)
    assert [len(made[ask.__wrapped__]._statements) for ask in asks] == [1, 1, 2, 1]
    user, id = UserFactory().pk, uuid4()
    for ask, arguments, constants in (
        (_words, (user, [id]), {}),
        (_said, (user, [id]), {"limit": 20}),
        (_whole, (user, id), {"busy": True}),
        (_whole, (user, None), {"busy": False}),
        (_usually_not_busy, (user,), {"busy": False}),
    ):
        before = dict(made[ask.__wrapped__]._statements)
        assert made[ask.__wrapped__].ask(arguments, constants) == []
        assert made[ask.__wrapped__]._statements == before
