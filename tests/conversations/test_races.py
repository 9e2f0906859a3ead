"""Two at once: what one of them must not be able to do to the other."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from conversations.models import Conversation, ConversationBusy, Message, Turn, TurnLost
from tests.factories import LEASE, ConversationFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(8) as pool:
        yield pool


def as_another_process(work: Callable[[], Any]) -> Any:
    """With a database connection of its own."""
    try:
        return work()
    finally:
        connection.close()


def test_of_eight_turns_at_once_one_begins(
    conversation: Conversation, threads: ThreadPoolExecutor
) -> None:
    together = threading.Barrier(8)

    def attempt(number: int) -> bool:
        mine = Conversation.objects.get(pk=conversation.pk)
        together.wait()
        try:
            mine.begin_turn(f"Message {number}", LEASE)
        except ConversationBusy:
            return False
        return True

    begun = list(threads.map(lambda n: as_another_process(lambda: attempt(n)), range(8)))

    assert sorted(begun) == [False] * 7 + [True]
    assert Turn.objects.count() == 1
    assert list(Message.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2]
    conversation.refresh_from_db()
    assert conversation.message_count == 2


def test_a_turn_that_begins_while_its_conversation_is_deleted_is_cancelled(
    conversation: Conversation, threads: ThreadPoolExecutor
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def begin() -> None:
        with transaction.atomic():  # holds what begin_turn has written for a while
            Conversation.objects.get(pk=conversation.pk).begin_turn("Add milk", LEASE)
            begun.set()
            go_on.wait(10)

    beginning = threads.submit(as_another_process, begin)
    assert begun.wait(10)
    deletion = threads.submit(as_another_process, conversation.remove)
    time.sleep(0.3)  # by now it waits for the other's transaction
    go_on.set()
    beginning.result(10)
    deletion.result(10)

    conversation.refresh_from_db()
    assert conversation.deleted_at is not None
    assert Turn.objects.get().status == Turn.Status.CANCELLED


def test_settling_and_deleting_at_once_never_wait_for_each_other(
    conversation: Conversation, threads: ThreadPoolExecutor
) -> None:
    settled, go_on = threading.Event(), threading.Event()
    turn = conversation.begin_turn("Add milk", LEASE)

    def settle() -> None:
        with transaction.atomic():
            assert turn.ours().update(model="m")  # finish() has its turn, not the conversation yet
            settled.set()
            go_on.wait(10)
            turn.finish(Turn.Status.COMPLETED, "Added.")

    settling = threads.submit(as_another_process, settle)
    assert settled.wait(10)
    deletion = threads.submit(as_another_process, conversation.remove)
    time.sleep(0.3)
    go_on.set()
    settling.result(10)
    deletion.result(10)

    conversation.refresh_from_db()
    assert conversation.deleted_at is not None
    assert Turn.objects.get().status == Turn.Status.COMPLETED


def test_of_two_who_try_again_at_once_one_does(
    conversation: Conversation, threads: ThreadPoolExecutor
) -> None:
    turn = conversation.begin_turn("Add milk", LEASE)
    turn.finish(Turn.Status.FAILED, "")
    reopened, go_on = threading.Event(), threading.Event()

    def first() -> None:
        with transaction.atomic():  # holds what retry has written for a while
            Turn.objects.get(pk=turn.pk).retry(LEASE)
            reopened.set()
            go_on.wait(10)

    def second(read_before: Turn) -> None:
        with pytest.raises(TurnLost):
            read_before.retry(LEASE)

    trying = threads.submit(as_another_process, first)
    assert reopened.wait(10)
    slower = threads.submit(as_another_process, lambda: second(Turn.objects.get(pk=turn.pk)))
    time.sleep(0.3)  # by now it waits for the other's transaction
    go_on.set()
    trying.result(10)
    slower.result(10)


def test_a_deletion_whose_process_died_halfway_stops_the_turn_all_the_same(
    conversation: Conversation,
) -> None:
    turn = conversation.begin_turn("Add milk", LEASE)
    Conversation.objects.filter(pk=conversation.pk).update(deleted_at=timezone.now())

    with pytest.raises(TurnLost), turn.fenced(LEASE):
        pytest.fail("nothing is done for a deleted conversation")

    turn.finish(Turn.Status.CANCELLED, "")  # as its process does who has lost it
    assert Turn.objects.get().status == Turn.Status.CANCELLED
