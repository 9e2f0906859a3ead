"""How many turns a user may begin in a day."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from conversations.models import (
    Conversation,
    ConversationBusy,
    Message,
    NoTurnsLeft,
    TooManyTurns,
    Turn,
    TurnCount,
)
from tests.factories import LEASE, ConversationFactory

pytestmark = pytest.mark.django_db(transaction=True)

FRIDAY = datetime(2026, 11, 20, 23, 59, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def friday(time_machine: Any) -> None:
    """Half a minute before it ends."""
    time_machine.move_to(FRIDAY, tick=False)


def begin(user: User, per_day: int = 3, **options: Any) -> Turn:
    """A turn that is over at once, so that the cap of open turns is never met."""
    turn = Conversation(user=user).begin_turn("Hello", LEASE, per_day=per_day, **options)
    turn.finish(Turn.Status.COMPLETED, "Hello.")
    return turn


def begun(user: User, tries: int, per_day: int = 3) -> int:
    turns = 0
    for _ in range(tries):
        try:
            begin(user, per_day)
        except NoTurnsLeft:
            continue
        turns += 1
    return turns


def test_after_the_last_turn_of_a_day_no_more_begins_and_nothing_is_kept(user: User) -> None:
    for _ in range(3):
        begin(user)

    with pytest.raises(NoTurnsLeft) as refused:
        begin(user)

    assert refused.value.until == datetime(2026, 11, 21, tzinfo=UTC)
    assert Turn.objects.count() == Conversation.objects.count() == 3
    assert Message.objects.count() == 6


def test_each_user_for_themselves(user: User, stranger: User) -> None:
    assert begun(user, 5) == 3
    assert begun(stranger, 5) == 3


def test_the_next_day_begins_at_midnight_in_utc(user: User, time_machine: Any) -> None:
    assert begun(user, 5) == 3
    time_machine.shift(29.9)
    assert begun(user, 1) == 0

    time_machine.shift(0.1)

    assert begun(user, 5) == 3
    assert TurnCount.objects.get().day == date(2026, 11, 21)


def test_so_it_does_wherever_the_user_lives(user: User, time_machine: Any) -> None:
    user.time_zone = "Pacific/Kiritimati"  # where it is Saturday already
    user.save()
    assert begun(user, 5) == 3

    time_machine.shift(30)

    assert begun(user, 5) == 3


def test_days_without_a_turn_leave_nothing_over(user: User, time_machine: Any) -> None:
    assert begun(user, 5) == 3
    time_machine.shift(timedelta(days=30))

    assert begun(user, 5) == 3


def test_a_process_whose_clock_is_behind_does_not_bring_the_day_back(
    user: User, time_machine: Any
) -> None:
    time_machine.shift(60)
    begin(user)
    time_machine.shift(-60)

    assert begun(user, 5) == 2
    assert TurnCount.objects.get().day == date(2026, 11, 21)


def test_nobody_counts_where_there_is_no_limit(user: User) -> None:
    assert begun(user, 5, per_day=0) == 5
    assert not TurnCount.objects.exists()


def test_a_limit_that_is_lowered_holds_at_once_and_one_that_is_raised_too(user: User) -> None:
    assert begun(user, 3, per_day=3) == 3
    assert begun(user, 3, per_day=2) == 0
    assert begun(user, 3, per_day=4) == 1


def test_a_turn_that_is_tried_again_is_counted_once(user: User) -> None:
    turn = Conversation(user=user).begin_turn("Hello", LEASE, per_day=1)
    turn.finish(Turn.Status.FAILED, "")

    turn.retry(LEASE).finish(Turn.Status.COMPLETED, "Hello.")

    assert TurnCount.objects.get().turns == 1


def test_what_is_refused_for_another_reason_is_not_counted(user: User) -> None:
    conversation = ConversationFactory(user=user)
    known = Conversation.objects.get(pk=conversation.pk)
    conversation.begin_turn("Hello", LEASE, per_day=3)

    with pytest.raises(ConversationBusy):
        known.begin_turn("Hello?", LEASE, per_day=3)
    with pytest.raises(TooManyTurns):
        Conversation(user=user).begin_turn("Hello?", LEASE, per_day=3, slots=1)

    assert TurnCount.objects.get().turns == 1


def test_a_turn_in_another_slot_is_counted_once(user: User) -> None:
    Conversation(user=user).begin_turn("Hello", LEASE, per_day=3)

    Conversation(user=user).begin_turn("Hello", LEASE, per_day=3)

    assert TurnCount.objects.get().turns == 2


def test_counting_is_at_most_one_statement(user: User) -> None:
    begin(user)
    with CaptureQueriesContext(connection) as without:
        begin(user, per_day=0)
    with CaptureQueriesContext(connection) as counted:
        begin(user)

    assert len(counted) <= len(without) + 1


@pytest.mark.parametrize("first", [True, False], ids=["first day", "later day"])
def test_of_eight_who_begin_at_once_as_many_do_as_are_left(
    user: User, time_machine: Any, first: bool
) -> None:
    if not first:
        begin(user)
        time_machine.shift(timedelta(days=1))
    together = threading.Barrier(8)

    def insist(_: int) -> int:
        try:
            together.wait(30)
            return sum(attempt() for _ in range(10))
        finally:
            connection.close()

    def attempt() -> bool:
        try:
            begin(user, per_day=20, slots=20)
        except NoTurnsLeft:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(insist, range(8))) == 20

    assert TurnCount.objects.get().turns == 20
    assert Turn.objects.count() == 20 + (not first)
