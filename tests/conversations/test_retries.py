"""Turns whose process has died, turns that are tried again, and what the model reads of a turn."""

from typing import Any

import pytest

from accounts.models import User
from conversations.models import Conversation, ConversationBusy, Turn, TurnLost
from conversations.models.told import history
from tests.factories import LEASE, ConversationFactory, record_call, say

pytestmark = pytest.mark.django_db

Status = Turn.Status


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def anew(conversation: Conversation) -> Conversation:
    """As another process reads it."""
    return Conversation.objects.get(pk=conversation.pk)


def turn_of_a_dead_process(conversation: Conversation) -> Turn:
    return conversation.begin_turn("Hello", -LEASE)


# Turns whose process has died


def test_a_turn_without_a_sign_of_life_is_shown_as_interrupted(conversation: Conversation) -> None:
    turn_of_a_dead_process(conversation)

    row = Turn.objects.get()
    assert row.abandoned
    assert row.shown_status == Status.INCOMPLETE
    assert row.error is not None
    assert row.error["code"] == "interrupted"


def test_it_is_settled_by_whoever_comes_next(conversation: Conversation) -> None:
    turn_of_a_dead_process(conversation)

    assert conversation.turns.close_dead() == 1

    row = Turn.objects.get()
    assert (row.status, row.error_code) == (Status.INCOMPLETE, "interrupted")
    assert row.error is not None
    assert row.finished_at is not None
    assert conversation.turns.close_dead() == 0


def test_a_live_turn_is_left_alone(conversation: Conversation) -> None:
    conversation.begin_turn("Hello", LEASE)

    assert Turn.objects.close_dead() == 0

    assert Turn.objects.get().status == Status.IN_PROGRESS


# Trying again


@pytest.mark.parametrize("status", [Status.FAILED, Status.INCOMPLETE])
def test_a_turn_that_ended_badly_is_tried_again(conversation: Conversation, status: Status) -> None:
    turn = conversation.begin_turn("Hello", LEASE)
    call = record_call(turn)
    turn.finish(status, "I can", error_code="llm_timeout", error_detail="Too slow.")

    again = Turn.objects.get().retry(LEASE)

    assert (again.status, again.attempt, again.error) == (Status.IN_PROGRESS, 2, None)
    assert again.finished_at is None
    assert again.lease_token != turn.lease_token
    assert again.calls == [call]
    again.finish(Status.COMPLETED, "Hello.")
    assert [message.content for message in conversation.messages.all()] == ["Hello", "Hello."]


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED])
def test_a_turn_that_ended_otherwise_is_not(conversation: Conversation, status: Status) -> None:
    turn = conversation.begin_turn("Hello", LEASE)
    turn.finish(status, "")
    assert not turn.can_be_retried

    with pytest.raises(TurnLost):
        turn.retry(LEASE)

    assert Turn.objects.get().attempt == 1


def test_a_turn_is_tried_three_times_at_most(conversation: Conversation) -> None:
    turn = conversation.begin_turn("Hello", LEASE)
    turn.finish(Status.FAILED, "")

    for _ in range(2):
        assert turn.can_be_retried
        turn.retry(LEASE).finish(Status.FAILED, "")

    assert turn.attempt == 3
    assert not turn.can_be_retried


def test_of_two_who_try_again_the_slower_is_refused(conversation: Conversation) -> None:
    conversation.begin_turn("Hello", LEASE).finish(Status.FAILED, "")
    quick, slow = Turn.objects.get(), Turn.objects.get()
    quick.retry(LEASE).finish(Status.FAILED, "")

    with pytest.raises(TurnLost):
        slow.retry(LEASE)

    assert Turn.objects.get().attempt == 2


def test_a_turn_is_not_tried_again_while_another_is_open(conversation: Conversation) -> None:
    failed = conversation.begin_turn("First", LEASE)
    failed.finish(Status.FAILED, "")
    anew(conversation).begin_turn("Second", LEASE)

    with pytest.raises(ConversationBusy):
        failed.retry(LEASE)


def test_a_turn_of_a_deleted_conversation_is_not_tried_again(conversation: Conversation) -> None:
    failed = conversation.begin_turn("First", LEASE)
    failed.finish(Status.FAILED, "")
    conversation.remove()

    with pytest.raises(ConversationBusy):
        failed.retry(LEASE)

    assert Turn.objects.get().status == Status.FAILED


def test_who_was_slow_cannot_settle_what_is_being_tried_again(conversation: Conversation) -> None:
    slow = turn_of_a_dead_process(conversation)
    conversation.turns.close_dead()
    again = Turn.objects.get().retry(LEASE)

    with pytest.raises(TurnLost):
        slow.finish(Status.COMPLETED, "I was late.")

    again.finish(Status.COMPLETED, "In time.")
    assert Turn.objects.get().reply.content == "In time."


# What the model reads


def test_the_history_ends_with_the_turns_own_reply(
    conversation: Conversation, django_assert_num_queries: Any
) -> None:
    for number in range(5):
        say(conversation, f"question {number}", f"answer {number}")
    turn = conversation.begin_turn("Now", LEASE)
    record_call(turn)

    with django_assert_num_queries(1):
        rows = history(turn, 4)
        calls = [row.calls for row in rows]

    assert [row.content for row in rows] == ["question 4", "answer 4", "Now", ""]
    assert [len(some) for some in calls] == [0, 0, 0, 1]


def test_the_calls_of_the_history_come_with_it(
    conversation: Conversation, django_assert_num_queries: Any
) -> None:
    for number in range(4):
        turn = conversation.begin_turn(f"question {number}", LEASE)
        for position in range(number):
            record_call(turn, position=position)
        turn.finish(Status.COMPLETED, f"answer {number}")
        conversation.refresh_from_db()
    turn = conversation.begin_turn("Now", LEASE)

    with django_assert_num_queries(1):
        rows = history(turn, 20)

    assert [len(row.calls) for row in rows] == [0, 0, 0, 1, 0, 2, 0, 3, 0, 0]
