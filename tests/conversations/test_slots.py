"""How many turns a user may have open, and how an open one is asked to stop."""

import pytest

from accounts.models import User
from conversations.models import Conversation, Message, TooManyTurns, Turn, TurnLost
from tests.factories import LEASE, ConversationFactory, UserFactory, record_call

pytestmark = pytest.mark.django_db


def begin(user: User) -> Turn:
    return Conversation(user=user).begin_turn("Hello", LEASE)


def test_a_user_has_three_turns_open_at_most(user: User) -> None:
    for _ in range(3):
        begin(user)

    with pytest.raises(TooManyTurns):
        begin(user)

    assert Turn.objects.count() == Conversation.objects.count() == 3
    assert Message.objects.count() == 6


def test_each_user_for_themselves(user: User) -> None:
    for _ in range(3):
        begin(user)

    assert begin(UserFactory()).status == Turn.Status.IN_PROGRESS


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_turn_that_ends_makes_room(user: User, which: int) -> None:
    turns = [begin(user) for _ in range(3)]

    turns[which].finish(Turn.Status.COMPLETED, "Hello.")

    begin(user)
    with pytest.raises(TooManyTurns):
        begin(user)


def test_so_does_one_whose_process_has_died(user: User) -> None:
    for _ in range(2):
        begin(user)
    dead = Conversation(user=user).begin_turn("Hello", -LEASE)

    begin(user)

    dead.refresh_from_db()
    assert dead.status == Turn.Status.INCOMPLETE


def test_a_turn_is_tried_again_only_if_there_is_room(user: User) -> None:
    failed = begin(user)
    failed.finish(Turn.Status.FAILED, "")
    turns = [begin(user) for _ in range(3)]

    with pytest.raises(TooManyTurns):
        failed.retry(LEASE)
    turns[1].finish(Turn.Status.COMPLETED, "Hello.")

    assert failed.retry(LEASE).attempt == 2


def test_a_turn_that_is_asked_to_stop_does_nothing_more_but_keeps_what_it_said(
    user: User,
) -> None:
    turn = begin(user)
    record_call(turn)
    with turn.fenced(LEASE):
        turn.save_text("I have")

    assert turn.conversation.cancel()

    with pytest.raises(TurnLost):
        record_call(turn)
    turn.finish(Turn.Status.CANCELLED, "I have")
    row = Turn.objects.get()
    assert (row.status, len(row.calls)) == (Turn.Status.CANCELLED, 1)
    assert row.reply.content == "I have"


def test_there_is_nothing_to_stop_when_no_turn_is_open(user: User) -> None:
    conversation = ConversationFactory(user=user)
    assert not conversation.cancel()

    conversation.begin_turn("Hello", LEASE).finish(Turn.Status.FAILED, "")
    assert not conversation.cancel()


def test_a_turn_whose_process_has_died_can_be_stopped_for_it_would_be_finished(user: User) -> None:
    conversation = ConversationFactory(user=user)
    turn = conversation.begin_turn("Hello", -LEASE)

    assert conversation.cancel()

    turn.refresh_from_db()
    assert turn.shown_status == Turn.Status.CANCELLED
    assert Turn.objects.close_dead() == 1
    turn.refresh_from_db()
    assert (turn.status, turn.error) == (Turn.Status.CANCELLED, None)
