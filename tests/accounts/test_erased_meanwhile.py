"""An account that is deleted while its turns are at work goes whole, and none waits in a circle."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import Client
from rest_framework.test import APIClient
from rest_framework_simplejwt.tokens import AccessToken

from accounts.line import wait_in_line
from accounts.models import User
from agent.offline.assistant import OfflineLLM
from chat import turns
from chat.errors import TooManyOpenTurns
from conversations.models import Conversation, Turn, TurnLost
from tests.factories import LEASE, ConversationFactory, TaskFactory, UserFactory
from tests.served.processes import until
from tests.todos.at_once import at_once
from todos.models import Task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

ROUNDS = 3


def test_an_account_goes_while_its_turns_add_tasks() -> None:
    for _ in range(ROUNDS):
        user = UserFactory()
        TaskFactory.create_batch(20, user=user)

        def act(number: int, user: User = user) -> None:
            mine = User.objects.get(pk=user.pk)
            if number == 3:
                mine.erase()
                return
            conversation = Conversation(user=mine)
            with suppress(TurnLost, ObjectDoesNotExist, IntegrityError, TooManyOpenTurns):
                begin = partial(conversation.begin_turn, f"add milk {number}")
                for _event in turns.answer(
                    turns.open_turn(conversation, begin), mine, OfflineLLM()
                ):
                    pass

        at_once(act)

        assert not User.objects.filter(pk=user.pk).exists()
        assert not Task.objects.filter(user_id=user.pk).exists()


def test_a_turn_is_waited_for_before_anything_of_its_account_goes() -> None:
    conversation = ConversationFactory()
    turn = conversation.begin_turn("Add milk", LEASE)

    with ThreadPoolExecutor(1) as threads:
        with turn.fenced(LEASE), connection.cursor() as cursor:
            erased = threads.submit(and_disconnect, conversation.user.erase)
            until(lambda: is_waited_for(cursor))
            cursor.execute("SET LOCAL deadlock_timeout = '1ms'")  # we would be the one to fail
            turn.save_text("Adding")
        erased.result()

    with pytest.raises(TurnLost):
        turn.finish(Turn.Status.COMPLETED, "Added.")


def test_a_request_that_writes_behind_an_erasure_is_one_of_nobody() -> None:
    user = UserFactory()
    client = APIClient(
        raise_request_exception=False,
        headers={"Authorization": f"Bearer {AccessToken.for_user(user)}"},
    )

    answer = behind_an_erasure(user, partial(client.post, "/api/tasks/", {"title": "Milk"}))

    assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("path", "fields"), [("/tasks/add/", {"title": "Milk"}), ("/settings/reminders/", {})]
)
def test_a_form_that_is_sent_behind_an_erasure_leads_to_the_sign_in(
    browser: Client, path: str, fields: dict[str, str]
) -> None:
    user = UserFactory()
    browser.force_login(user)

    answer = behind_an_erasure(user, partial(browser.post, path, fields))

    assert (answer.status_code, answer["Location"]) == (302, "/accounts/login/?next=/")


def behind_an_erasure(user: User, write: Callable[[], Any]) -> Any:
    """What comes of it if it waits for the end of that."""
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic(), connection.cursor() as cursor:
            User.objects.hold([user.pk])
            wait_in_line(user.pk)
            written = threads.submit(and_disconnect, write)
            until(lambda: is_waited_for(cursor))
            user.erase()
        return written.result()


def and_disconnect(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connection.close()


def is_waited_for(cursor: CursorWrapper) -> bool:
    """Whether somebody waits for what this transaction holds."""
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted"
        " AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
    )
    return bool(cursor.fetchone()[0])
