"""Leases are told by the clock of the database, whatever the clocks of the processes say."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.chat.streams import read
from tests.conversations.conftest import TURNS, See
from tests.factories import LEASE, ConversationFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def shown(client: APIClient, conversation: Conversation) -> list[Any]:
    """The status of the reply, by every path that tells it."""
    where = f"/api/conversations/{conversation.pk}/"
    messages = [
        client.get(where).json()["messages"],
        client.get(f"{where}messages/").json()["results"],
        client.get(f"/api/chat/{conversation.pk}/history/").json()["messages"],
    ]
    return [told[-1]["status"] for told in messages]


@pytest.mark.parametrize("minutes", [-10, 10])
def test_a_clock_that_is_wrong_tells_a_live_turn_as_live(
    client: APIClient, conversation: Conversation, see: See, minutes: int
) -> None:
    turn = conversation.begin_turn("Hello", LEASE)

    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        client.force_authenticate(conversation.user)
        assert set(shown(client, conversation)) == {"in_progress"}
        (row,) = Turn.objects.read_now()
        assert not row.abandoned
        assert row.error is None
        assert "its process died" not in see(TURNS)
        turn.reload()
        assert not turn.abandoned


@pytest.mark.parametrize("minutes", [-10, 10])
def test_and_a_dead_one_as_interrupted(
    client: APIClient, conversation: Conversation, see: See, minutes: int
) -> None:
    conversation.begin_turn("Hello", -timedelta(seconds=1))
    Turn.objects.update(attempt=Turn.MAX_ATTEMPTS)  # or a reader would wait for another one

    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        client.force_authenticate(conversation.user)
        assert set(shown(client, conversation)) == {"incomplete"}
        assert "its process died" in see(TURNS)
        place = f"{Turn.objects.get().pk}.{Turn.MAX_ATTEMPTS}.0.0"
        url = f"/api/conversations/{conversation.pk}/events/"
        *_, last = read(client.get(url, headers={"Last-Event-ID": place}))
        assert (last.name, last.data["error"]["code"]) == ("turn.failed", "interrupted")


@pytest.mark.parametrize(
    ("rest", "wait"), [(45, 2), (32, 2), (30, 30), (17.5, 18), (3, 3), (0.4, 2), (-5, 2)]
)
def test_how_long_to_wait_for_a_turn(conversation: Conversation, rest: float, wait: int) -> None:
    conversation.begin_turn("Hello", timedelta(seconds=rest))

    assert Turn.objects.all().wait(timedelta(seconds=45)) in (wait, wait - 1)


def test_one_that_lives_may_end_before_the_lease_of_another(user: User) -> None:
    ConversationFactory(user=user).begin_turn("Hello", timedelta(seconds=20))
    ConversationFactory(user=user).begin_turn("Hello", timedelta(seconds=45))

    assert Turn.objects.all().wait(timedelta(seconds=45)) == 2
    assert Turn.objects.all().wait(timedelta(seconds=90)) in (19, 20)


@pytest.mark.parametrize("retry", [False, True])
def test_a_turn_knows_which_process_takes_it(conversation: Conversation, retry: bool) -> None:
    first, second = uuid4(), uuid4()
    turn = conversation.begin_turn("Hello", LEASE, process=first)
    if retry:
        turn.finish(Turn.Status.FAILED, "")
        turn.retry(LEASE, process=second)

    assert Turn.objects.of_processes([uuid4()]).interrupt() == 0
    assert Turn.objects.of_processes([second if retry else first]).interrupt() == 1
    assert Turn.objects.get().status == Turn.Status.INCOMPLETE


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_a_count_that_was_spoilt_by_hand_is_right_again_with_the_next_message(
    client: APIClient, conversation: Conversation, count: int
) -> None:
    url = f"/api/conversations/{conversation.pk}/messages/"
    for text in ("add milk", "add bread"):
        assert client.post(url, {"content": text}).status_code == 201
    Conversation.objects.update(message_count=count)

    answer = client.post(url, {"content": "what do I have?"})

    assert answer.status_code == 201, answer.json()
    assert Conversation.objects.get().message_count == 6
    assert list(conversation.messages.order_by("seq").values_list("seq", flat=True)) == [
        *range(1, 7)
    ]
