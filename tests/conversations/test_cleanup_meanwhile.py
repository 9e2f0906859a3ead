"""What others do while ``manage.py cleanup_conversations`` is at work."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import User
from conversations.models import Conversation, Message, ToolCall, Turn
from tests.conversations.cleaning import NOTHING, clean_up, kept, set_back, spoken
from tests.factories import LEASE, UserFactory

Act = Callable[[Conversation], Any]


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


# What happens between the look at a batch and its transaction


def clean_up_while(act: Callable[[], Any], **options: Any) -> list[str]:
    """``act`` comes once, right after a batch of conversations was looked for."""
    acts = [act]

    def intrude(execute: Any, sql: str, *rest: Any) -> Any:
        found = execute(sql, *rest)
        if acts and 'FROM "conversations_conversation"' in sql and "LIMIT" in sql:
            acts.pop()()
        return found

    with connection.execute_wrapper(intrude):
        said = clean_up(**options)
    assert not acts
    return said


@pytest.mark.parametrize(
    "act",
    [
        lambda conversation: conversation.begin_turn("I am back", LEASE),
        lambda conversation: conversation.begin_turn("Done", LEASE).finish("completed", "Yes"),
        lambda conversation: conversation.turns.get().retry(LEASE),
        lambda conversation: conversation.rename("Still in use"),
    ],
    ids=["sent", "answered", "tried again", "renamed"],
)
def test_a_conversation_that_becomes_active_is_kept(user: User, act: Act) -> None:
    conversation, other = spoken(user), spoken(user, inactive=40)
    conversation.turns.update(status=Turn.Status.FAILED)
    set_back(conversation, inactive=40)

    said = clean_up_while(lambda: act(conversation), inactive_days=7)

    assert "1 conversation deleted as inactive" in said[-1]
    assert kept(conversation)
    assert not kept(other)


def test_a_conversation_that_is_restored_is_kept_with_all_that_was_said(user: User) -> None:
    conversation, other = spoken(user, deleted=40), spoken(user, deleted=40)

    said = clean_up_while(conversation.restore)

    assert said[-1].endswith("1 purged with 2 messages.")
    assert kept(conversation)
    assert conversation.messages.count() == 2
    assert ToolCall.objects.get().turn.conversation_id == conversation.pk
    assert not Conversation.objects.filter(pk=other.pk).exists()


def test_a_conversation_that_another_clean_up_has_purged_is_not_counted(user: User) -> None:
    conversation = spoken(user, deleted=40)

    assert clean_up_while(conversation.delete)[-1] == NOTHING


# Two transactions at once


def as_another_process(work: Callable[[], Any]) -> Any:
    """With a database connection of its own."""
    try:
        return work()
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_a_turn_that_is_tried_again_at_this_moment_keeps_its_conversation(
    threads: ThreadPoolExecutor,
) -> None:
    conversation = spoken(UserFactory())
    conversation.turns.update(status=Turn.Status.FAILED)
    set_back(conversation, inactive=40)
    reopened, go_on = threading.Event(), threading.Event()

    def try_again() -> None:
        with transaction.atomic():  # holds what retry has written for a while
            conversation.turns.get().retry(LEASE)
            reopened.set()
            go_on.wait(10)

    trying = threads.submit(as_another_process, try_again)
    assert reopened.wait(10)
    cleaning = threads.submit(as_another_process, lambda: clean_up(inactive_days=7))
    time.sleep(0.3)  # by now it has left the conversation out, or waits for the other
    go_on.set()
    trying.result(10)

    assert cleaning.result(10)[-1] == NOTHING
    assert kept(conversation)


@contextmanager
def paused(before: str, halfway: threading.Event, go_on: threading.Event) -> Iterator[None]:
    """Before the first such statement of this connection it waits for ``go_on``."""

    def pause(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith(before):
            halfway.set()
            go_on.wait(10)
        return execute(sql, *rest)

    with connection.execute_wrapper(pause):
        yield


@pytest.mark.django_db(transaction=True)
def test_who_restores_at_this_moment_has_it_or_is_told_that_it_is_gone(
    threads: ThreadPoolExecutor,
) -> None:
    conversation = spoken(UserFactory(), deleted=40)
    halfway, go_on = threading.Event(), threading.Event()

    def purge() -> list[str]:
        with paused('DELETE FROM "conversations_', halfway, go_on):
            return clean_up()

    def restore() -> bool:
        try:
            conversation.restore()
        except Conversation.DoesNotExist:
            return False
        return True

    purging = threads.submit(as_another_process, purge)
    assert halfway.wait(10)
    restoring = threads.submit(as_another_process, restore)
    time.sleep(0.3)  # by now it has it, or waits
    go_on.set()
    purging.result(10)

    assert restoring.result(10) == kept(conversation)
    assert Message.objects.count() == (2 if kept(conversation) else 0)


@pytest.mark.django_db(transaction=True)
def test_an_account_that_is_erased_at_this_moment_and_clean_up_do_not_wait_in_a_circle(
    threads: ThreadPoolExecutor,
) -> None:
    user = UserFactory()
    for _ in range(3):
        spoken(user, deleted=40)
    halfway, go_on = threading.Event(), threading.Event()

    def erase() -> None:
        with paused('DELETE FROM "conversations_turn"', halfway, go_on):
            user.erase()

    erasing = threads.submit(as_another_process, erase)
    assert halfway.wait(10)
    cleaning = threads.submit(as_another_process, clean_up)
    time.sleep(0.3)  # by now it waits for the other
    go_on.set()
    erasing.result(10)

    assert cleaning.result(10)[-1] == NOTHING
    assert not User.objects.exists()
    assert not Conversation.objects.exists()
