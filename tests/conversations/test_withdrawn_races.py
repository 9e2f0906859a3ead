"""Taking the last exchange back, while others do something at the same moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from chat.errors import ConversationIsBusy, NotTheLastExchange
from chat.undo import undo_reply
from chat.withdraw import withdraw
from conversations.models import Conversation, ConversationBusy, Turn, TurnLost
from conversations.models.told import history
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call, say
from todos.models import Origin, Task

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "page"


@pytest.fixture
def turn(user: User) -> Turn:
    """Settled; its call has renamed a task."""
    opened = ConversationFactory(user=user).begin_turn("Rename it", LEASE)
    made = record_call(opened)
    origin = Origin("chat", made.pk, opened.conversation_id, act=made.pk)
    TaskFactory(user=user, title="Milk").edit(origin, title="Oat milk")
    opened.finish(Turn.Status.COMPLETED, "Renamed.")
    return opened


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def elsewhere(threads: ThreadPoolExecutor, act: Callable[[], Any]) -> Any:
    """In another process, as it were: with a database connection of its own."""

    def run() -> Any:
        try:
            return act()
        finally:
            connection.close()

    return threads.submit(run)


def test_of_eight_who_withdraw_it_one_undoes(
    user: User, turn: Turn, threads: ThreadPoolExecutor
) -> None:
    together = Barrier(8)

    def attempt() -> int:
        together.wait()
        return len(withdraw(user, turn.reply.pk, Origin(PAGE))[1])

    undone = [elsewhere(threads, attempt) for _ in range(8)]

    assert sorted(each.result(30) for each in undone) == [0] * 7 + [1]
    assert Task.objects.get().title == "Milk"
    assert Task.objects.get().changes.filter(kind="undone").count() == 1


def test_withdrawing_and_undoing_at_once_undo_once(
    user: User, turn: Turn, threads: ThreadPoolExecutor
) -> None:
    together = Barrier(2)

    def attempt(act: Callable[..., Any]) -> Any:
        together.wait()
        return act(user, turn.reply.pk, Origin(PAGE))

    both = [elsewhere(threads, lambda act=act: attempt(act)) for act in (withdraw, undo_reply)]
    for each in both:
        each.result(30)

    assert Task.objects.get().changes.filter(kind="undone").count() == 1
    assert Turn.objects.get().withdrawn_at


def test_a_message_that_comes_meanwhile_stands_and_nothing_is_withdrawn(
    user: User, turn: Turn, threads: ThreadPoolExecutor
) -> None:
    begun, go_on = Event(), Event()

    def begin() -> None:
        with transaction.atomic():  # holds what begin_turn has written for a while
            Conversation.objects.get().begin_turn("And bread", LEASE)
            begun.set()
            go_on.wait(10)

    beginning = elsewhere(threads, begin)
    assert begun.wait(10)
    taking = elsewhere(threads, lambda: withdraw(user, turn.reply.pk, Origin(PAGE)))
    with pytest.raises(TimeoutError):
        taking.result(0.3)  # it waits for the other's transaction
    go_on.set()
    beginning.result(10)

    with pytest.raises((ConversationIsBusy, NotTheLastExchange)):
        taking.result(10)
    assert not Turn.objects.exclude(withdrawn_at=None).exists()
    assert Task.objects.get().title == "Oat milk"


def test_a_message_that_comes_while_it_is_withdrawn_finds_it_withdrawn(
    user: User, turn: Turn, threads: ThreadPoolExecutor
) -> None:
    taken, go_on = Event(), Event()

    def take() -> None:
        with transaction.atomic():
            withdraw(user, turn.reply.pk, Origin(PAGE))
            taken.set()
            go_on.wait(10)

    taking = elsewhere(threads, take)
    assert taken.wait(10)
    sending = elsewhere(threads, lambda: Conversation.objects.get().begin_turn("And bread", LEASE))
    go_on.set()
    taking.result(10)

    begun = sending.result(10)
    assert [row.content for row in history(begun, 50)] == ["And bread", ""]


def test_who_tries_it_again_meanwhile_or_withdraws_it_is_first(
    user: User, threads: ThreadPoolExecutor
) -> None:
    conversation = ConversationFactory(user=user)
    failed = conversation.begin_turn("milk", LEASE)
    failed.finish(Turn.Status.FAILED, "")
    together = Barrier(2)

    def retry() -> str:
        read_before = Turn.objects.get(pk=failed.pk)
        together.wait()
        try:
            read_before.retry(LEASE)
        except (TurnLost, ConversationBusy):
            return "lost"
        return "won"

    def take() -> str:
        together.wait()
        try:
            withdraw(user, failed.reply.pk, Origin(PAGE))
        except ConversationIsBusy:
            return "lost"
        return "won"

    both = [elsewhere(threads, act) for act in (retry, take)]

    assert sorted(each.result(30) for each in both) == ["lost", "won"]
    failed.refresh_from_db()
    assert (failed.status == Turn.Status.IN_PROGRESS) != bool(failed.withdrawn_at)


class Killed(Exception):
    """As if its process were no more."""


def test_who_is_killed_on_the_way_leaves_all_as_it_was(user: User, turn: Turn) -> None:
    def begin() -> None:
        with transaction.atomic():
            withdraw(user, turn.reply.pk, Origin(PAGE))
            raise Killed

    with pytest.raises(Killed):
        begin()

    assert Task.objects.get().title == "Oat milk"
    assert Turn.objects.get().withdrawn_at is None
    assert not Turn.objects.get().calls[0].undone

    withdraw(user, turn.reply.pk, Origin(PAGE))
    assert Task.objects.get().title == "Milk"


def test_a_turn_whose_process_died_is_withdrawn_and_never_taken_over(user: User) -> None:
    conversation = ConversationFactory(user=user)
    say(conversation, "hello")
    died = conversation.begin_turn("milk", LEASE)
    Turn.objects.filter(pk=died.pk).update(lease_expires_at=died.created_at)
    read_before = Turn.objects.get(pk=died.pk)

    withdraw(user, died.reply.pk, Origin(PAGE))

    with pytest.raises(TurnLost):
        read_before.take_over(LEASE)
    assert not Turn.objects.in_progress().exists()
