"""``manage.py cleanup_conversations``: what goes, what stays, and what it says."""

import tracemalloc
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.answered import AnsweredRequest
from accounts.models import SpentToken, User
from accounts.sessions import Session
from conversations.models import CleanUp, Conversation, Message, Turn
from tests.conversations.cleaning import NOTHING, clean_up, days_ago, kept, rows, set_back, spoken
from tests.factories import LEASE, ConversationFactory, TaskFactory, say
from tests.seeding import seed
from todos.models import Origin, Task

LIVE = timedelta(days=100)

pytestmark = pytest.mark.django_db


def test_without_anything_to_do_it_says_so(user: User) -> None:
    spoken(user)
    before = rows()

    assert clean_up(inactive_days=7) == [NOTHING]

    assert rows() == before


def test_what_was_inactive_is_deleted_and_can_be_restored(client: APIClient, user: User) -> None:
    old, recent = spoken(user, inactive=7.01), spoken(user, inactive=6.99)

    said = clean_up(inactive_days=7)

    assert said[-1] == (
        "0 dead turns closed, 1 conversation deleted as inactive, 0 purged with 0 messages."
    )
    assert not kept(old)
    assert kept(recent)
    assert Message.objects.count() == 4
    assert client.post(f"/api/conversations/{old.pk}/restore/").status_code == 200
    assert clean_up(inactive_days=7) == [NOTHING]
    assert [row["id"] for row in client.get("/api/conversations/").json()["results"]] == [
        str(old.pk),
        str(recent.pk),
    ]


def test_by_default_nothing_is_too_long_inactive(user: User) -> None:
    ancient = spoken(user, inactive=30_000)

    assert clean_up() == [NOTHING]

    assert kept(ancient)


def test_what_was_deleted_long_ago_goes_for_ever_and_nothing_else(
    user: User, stranger: User
) -> None:
    for whose in (user, stranger):
        spoken(whose)
        spoken(whose, inactive=500)
        spoken(whose, inactive=500, deleted=29.99)
        TaskFactory(user=whose).remove(Origin("api"))
    Task.objects.exclude(deleted_at=None).update(deleted_at=days_ago(89.99))
    before = rows()
    spoken(user, deleted=30.01)
    longer = spoken(stranger)
    say(longer, "And another question")
    set_back(longer, deleted=400)

    said = clean_up()

    assert said[-1] == (
        "0 dead turns closed, 0 conversations deleted as inactive, 2 purged with 6 messages."
    )
    assert rows() == before
    assert clean_up() == [NOTHING]


def test_with_zero_days_nothing_is_purged(user: User) -> None:
    spoken(user, deleted=30_000)

    assert clean_up(purge_deleted_days=0) == [NOTHING]

    assert Message.objects.count() == 2


def test_the_days_come_from_the_settings(user: User, settings: Any) -> None:
    settings.CLEANUP_INACTIVE_DAYS, settings.CLEANUP_PURGE_DELETED_DAYS = 3, 5
    inactive, deleted = spoken(user, inactive=4), spoken(user, deleted=6)

    clean_up()

    assert not kept(inactive)
    assert not Conversation.objects.filter(pk=deleted.pk).exists()
    assert Conversation.objects.count() == 1


def test_a_dead_turn_is_closed_and_its_conversation_is_as_it_was(
    client: APIClient, user: User
) -> None:
    conversation = spoken(user)
    conversation.begin_turn("Are you there?", timedelta(seconds=-1))
    path = f"/api/conversations/{conversation.pk}/"
    before = client.get(path).json()
    assert before["messages"][-1]["status"] == "incomplete"

    said = clean_up()

    assert said[-1].startswith("1 dead turn closed, ")
    assert Turn.objects.in_progress().count() == 0
    after = client.get(path).json()
    assert before["messages"][-1].pop("duration_ms") is None  # while nobody had closed it
    assert after["messages"][-1].pop("duration_ms") is not None
    assert after == before


def test_a_live_turn_keeps_its_conversation(user: User) -> None:
    inactive, deleted = spoken(user), spoken(user)
    turns = [each.begin_turn("Think long", LIVE) for each in (inactive, deleted)]
    set_back(inactive, inactive=40)
    set_back(deleted, deleted=40)
    before = rows()

    assert clean_up(inactive_days=7) == [NOTHING]
    assert rows() == before

    Turn.objects.filter(pk__in=[turn.pk for turn in turns]).update(status="completed")
    assert clean_up(inactive_days=7)[-1] == (
        "0 dead turns closed, 1 conversation deleted as inactive, 1 purged with 4 messages."
    )


def test_who_tries_a_turn_again_is_active(user: User) -> None:
    conversation = ConversationFactory(user=user)
    failed = conversation.begin_turn("Hello", LEASE)
    failed.finish(Turn.Status.FAILED, "")
    set_back(conversation, inactive=40)

    failed.retry(timedelta(seconds=-1))  # and its process dies

    assert clean_up(inactive_days=7)[-1] == (
        "1 dead turn closed, 0 conversations deleted as inactive, 0 purged with 0 messages."
    )
    assert kept(conversation)


def test_a_dry_run_says_what_a_run_would_do_and_does_nothing(user: User) -> None:
    for _ in range(3):
        spoken(user, inactive=40)
        spoken(user, deleted=40)
    spoken(user).begin_turn("Hello?", timedelta(seconds=-1))
    before = rows()

    said = clean_up(inactive_days=7, dry_run=True)

    assert said == [
        "1 dead turn would be closed, 3 conversations would be deleted as inactive, "
        "3 would be purged with 6 messages."
    ]
    assert rows() == before
    assert clean_up(inactive_days=7)[-1] == said[-1].replace("would be ", "")


def test_it_tells_how_far_it_is_and_quotes_nobody(user: User) -> None:
    for _ in range(5):
        spoken(user, inactive=40)
        spoken(user, deleted=40)

    said = clean_up(inactive_days=7, batch_size=2)

    assert said[:-1] == [
        "… 2 conversations deleted as inactive",
        "… 4 conversations deleted as inactive",
        "… 5 conversations deleted as inactive",
        "… 2 conversations purged",
        "… 4 conversations purged",
        "… 5 conversations purged",
    ]
    assert "secret" not in "".join(said)


def test_it_is_kept_when_it_ran_and_what_it_did(user: User, settings: Any) -> None:
    settings.NODE = "node-1"
    long_ago = CleanUp.objects.begin("node-0")
    CleanUp.objects.filter(pk=long_ago.pk).update(started_at=days_ago(91))

    clean_up(dry_run=True)
    assert CleanUp.objects.count() == 1
    clean_up()

    kept = CleanUp.objects.get()
    assert (kept.node, kept.did) == ("node-1", NOTHING)
    assert kept.ended_at is not None


def test_a_conversation_of_any_id_is_purged(user: User) -> None:
    for number in (0, 1, 2**128 - 1):
        ConversationFactory(user=user, pk=UUID(int=number), deleted_at=days_ago(40))

    clean_up(batch_size=1)

    assert Conversation.objects.count() == 0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"inactive_days": -1}, "--inactive-days is -1. Give 0 to 36500."),
        ({"inactive_days": 36_501}, "--inactive-days is 36501. Give 0 to 36500."),
        ({"purge_deleted_days": -30}, "--purge-deleted-days is -30. Give 0 to 36500."),
        ({"batch_size": 0}, "--batch-size is 0. Give 1 to 10000."),
        ({"batch_size": 10_001}, "--batch-size is 10001. Give 1 to 10000."),
    ],
)
def test_it_refuses_what_makes_no_sense(user: User, wrong: dict[str, int], sentence: str) -> None:
    spoken(user, inactive=40, deleted=40)

    with pytest.raises(CommandError) as refusal:
        clean_up(**wrong)

    assert str(refusal.value) == sentence
    assert Conversation.objects.count() == 1


def test_the_largest_values_are_taken(user: User) -> None:
    assert clean_up(inactive_days=36_500, purge_deleted_days=36_500, batch_size=10_000) == [NOTHING]


# Very many


def test_ten_times_as_many_take_no_such_memory(db: None) -> None:
    def bytes_for(conversations: int) -> int:
        seed(conversations, 10, then=days_ago(40), users=2)  # so that no batch is a small one
        tracemalloc.start()
        clean_up(batch_size=20)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        User.objects.all().delete()
        return peak

    bytes_for(20)  # what is made once, such as compiled patterns
    few, many = bytes_for(40), bytes_for(400)

    assert many < 3 * few, f"{few} bytes, and {many}"


@pytest.mark.parametrize("dry_run", [False, True])
def test_expired_sign_ins_go_and_others_stay(user: User, dry_run: bool) -> None:
    for hours in (-1, -9000, 1):
        expires = timezone.now() + timedelta(hours=hours)
        Session.objects.create(session_key=f"session{hours}", user=user, expire_date=expires)
        SpentToken.objects.create(jti=f"token{hours}", user=user, expires_at=expires)
    Session.objects.create(session_key="nobody", expire_date=days_ago(1))

    said = clean_up(dry_run=dry_run)

    mood = "would be " if dry_run else ""
    assert said[0] == f"… 5 expired sign-ins {mood}removed"
    sessions = set(Session.objects.values_list("pk", flat=True))
    tokens = set(SpentToken.objects.values_list("pk", flat=True))
    assert ({"session1"} == sessions, {"token1"} == tokens) == (not dry_run, not dry_run)
    assert ("session1" in sessions, "token1" in tokens) == (True, True)
    assert len(clean_up()) == (2 if dry_run else 1)


@pytest.mark.parametrize("dry_run", [False, True])
def test_answers_that_nobody_asks_for_again_go(user: User, dry_run: bool) -> None:
    for key, hours in (("old", 25), ("new", 23)):
        row = AnsweredRequest.claimed(user.pk, key, "hash")
        AnsweredRequest.objects.filter(pk=row.pk).update(created_at=days_ago(hours / 24))

    said = clean_up(dry_run=dry_run)

    mood = "would be " if dry_run else ""
    assert said[0] == f"… 1 expired answer {mood}removed"
    assert AnsweredRequest.objects.filter(key="old").exists() is dry_run
    assert AnsweredRequest.objects.filter(key="new").exists()
