"""The life of a turn: begun, fenced, settled once, tried again; lost to whoever comes too late."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from conversations.models import (
    Conversation,
    ConversationBusy,
    IdempotencyKeyTaken,
    Message,
    ToolCall,
    Turn,
    TurnLost,
)
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call, say
from todos.models import Task

pytestmark = pytest.mark.django_db

Status = Turn.Status
Lose = Callable[[Turn], None]


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def anew(conversation: Conversation) -> Conversation:
    """As another process reads it."""
    return Conversation.objects.get(pk=conversation.pk)


# Beginning


def test_a_turn_begins_with_the_message_and_an_empty_reply(conversation: Conversation) -> None:
    before = timezone.now()

    turn = conversation.begin_turn("Hello", LEASE, request_id="r-1", request_hash="h")

    row = Turn.objects.get()
    assert (row.status, row.attempt, row.finished_at) == (Status.IN_PROGRESS, 1, None)
    assert (row.request_id, row.request_hash, row.idempotency_key) == ("r-1", "h", None)
    assert abs(row.lease_expires_at - before - LEASE) < timedelta(seconds=5)
    assert (turn.user_message.content, turn.reply.content) == ("Hello", "")
    assert [message.turn for message in Message.objects.all()] == [row, row]


def test_while_one_turn_is_open_no_other_begins(conversation: Conversation) -> None:
    conversation.begin_turn("First", LEASE)

    with pytest.raises(ConversationBusy):
        anew(conversation).begin_turn("Second", LEASE)

    assert anew(conversation).message_count == 2 == Message.objects.count()


def test_who_has_read_the_conversation_before_another_turn_must_read_it_again(
    conversation: Conversation,
) -> None:
    stale = anew(conversation)
    say(conversation, "First")

    with pytest.raises(ConversationBusy):
        stale.begin_turn("Second", LEASE)

    assert Message.objects.count() == 2
    anew(conversation).begin_turn("Second", LEASE)
    assert Message.objects.count() == 4


def test_no_turn_begins_in_a_deleted_conversation(conversation: Conversation) -> None:
    stale = anew(conversation)
    conversation.remove()

    with pytest.raises(ConversationBusy):
        stale.begin_turn("Hello", LEASE)

    assert not Turn.objects.exists()
    assert not Message.objects.exists()


def test_a_key_begins_one_turn(user: User) -> None:
    Conversation(user=user).begin_turn("Hello", LEASE, idempotency_key="k")

    with pytest.raises(IdempotencyKeyTaken):
        Conversation(user=user).begin_turn("Hello", LEASE, idempotency_key="k")

    assert Conversation.objects.count() == 1


def test_a_key_is_the_users_own(user: User, stranger: User) -> None:
    for who in (user, stranger):
        Conversation(user=who).begin_turn("Hello", LEASE, idempotency_key="k")

    assert Turn.objects.count() == 2


def test_a_fresh_turn_is_alive_for_who_began_it_and_for_all_others(
    conversation: Conversation,
) -> None:
    turn = conversation.begin_turn("Hello", LEASE)

    for seen in (turn, Turn.objects.get()):
        assert not seen.abandoned
        assert seen.shown_status == Status.IN_PROGRESS
        assert seen.error is None
        assert seen.duration_ms is None


# The fence


def test_inside_the_fence_work_and_record_are_kept_together(conversation: Conversation) -> None:
    turn = conversation.begin_turn("Milk", LEASE)

    with turn.fenced(LEASE):
        TaskFactory(user=conversation.user)
        call = turn.record(
            step=0,
            position=0,
            name="create_task",
            arguments={},
            result={},
            status=ToolCall.Status.SUCCEEDED,
            started_at=timezone.now(),
            duration_ms=1,
        )

    assert turn.calls == [call] == list(ToolCall.objects.all())
    assert Task.objects.count() == 1


def test_the_fence_renews_the_lease(conversation: Conversation) -> None:
    turn = conversation.begin_turn("Hello", timedelta(seconds=1))

    with turn.fenced(LEASE):
        pass

    remaining = Turn.objects.get().lease_expires_at - timezone.now()
    assert timedelta(seconds=30) < remaining <= LEASE


def lose_to_another_process(turn: Turn) -> None:
    Turn.objects.filter(pk=turn.pk).update(lease_token=uuid4())


def settle(turn: Turn) -> None:
    Turn.objects.get(pk=turn.pk).finish(Status.COMPLETED, "Done by another.")


def delete_the_conversation(turn: Turn) -> None:
    Conversation.objects.get().remove()


LOSSES = [lose_to_another_process, settle, delete_the_conversation]


@pytest.mark.parametrize("lose", LOSSES)
def test_who_has_lost_the_turn_has_no_effect_any_more(
    conversation: Conversation, lose: Lose
) -> None:
    turn = conversation.begin_turn("Milk", LEASE)
    lose(turn)

    with pytest.raises(TurnLost), turn.fenced(LEASE):
        TaskFactory(user=conversation.user)

    assert not Task.objects.exists()
    with pytest.raises(TurnLost):
        record_call(turn)
    assert not ToolCall.objects.exists()


@pytest.mark.parametrize("lose", LOSSES)
def test_who_has_lost_the_turn_cannot_settle_it(conversation: Conversation, lose: Lose) -> None:
    turn = conversation.begin_turn("Milk", LEASE)
    lose(turn)
    row, reply = Turn.objects.values().get(), Message.objects.get(seq=2).content

    with pytest.raises(TurnLost):
        turn.finish(Status.COMPLETED, "I was late.")

    assert Turn.objects.values().get() == row
    assert Message.objects.get(seq=2).content == reply != "I was late."
    turn.reload()
    assert (turn.status, turn.reply.content) == (row["status"], reply)


def test_a_fence_that_fails_inside_undoes_everything(conversation: Conversation) -> None:
    turn = conversation.begin_turn("Milk", LEASE)

    def fail_after_the_task() -> None:
        with turn.fenced(LEASE):
            TaskFactory(user=conversation.user)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_after_the_task()

    assert not Task.objects.exists()


# Settling


def test_a_settled_turn_tells_how_it_went(conversation: Conversation) -> None:
    turn = conversation.begin_turn("Hello", LEASE)

    turn.finish(Status.COMPLETED, "Hello.", model="m-1", input_tokens=12, output_tokens=3)

    row = Turn.objects.get()
    for seen in (turn, row):
        assert (seen.status, seen.model) == (Status.COMPLETED, "m-1")
        assert (seen.input_tokens, seen.output_tokens) == (12, 3)
        assert seen.duration_ms == turn.duration_ms >= 0
    assert row.reply.content == "Hello."


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.FAILED, Status.INCOMPLETE])
def test_after_a_settled_turn_the_next_one_begins(
    conversation: Conversation, status: Status
) -> None:
    conversation.begin_turn("First", LEASE).finish(status, "")

    anew(conversation).begin_turn("Second", LEASE)

    assert Message.objects.count() == 4


def test_deleting_a_conversation_cancels_its_open_turn(conversation: Conversation) -> None:
    conversation.begin_turn("Hello", LEASE)

    conversation.remove()

    row = Turn.objects.get()
    assert row.status == Status.CANCELLED
    assert row.finished_at is not None


def test_and_leaves_settled_turns_as_they_are(conversation: Conversation) -> None:
    say(conversation, "Hello")

    conversation.remove()

    assert Turn.objects.get().status == Status.COMPLETED
