"""Reminders in a turn of a model: what it may promise, and what the person is told."""

from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from accounts.models import User
from chat.unfounded import NOTHING_RINGS
from reminders.models import Channels
from tests.agent.dialogue import moment, rows
from tests.conftest import Plays, SignIn
from tests.fakes import call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]
NOON = moment("2026-11-21 12:00", "UTC")
AT_NINE = {"title": "Call mum", "due_date": "2026-11-22", "due_time": "09:00"}
PROMISE = "I'll remind you tomorrow at 9."


@pytest.fixture
def client(user: User, sign_in: SignIn) -> Any:
    with time_machine.travel(NOON):
        yield sign_in(user)


def warned(client: APIClient, said: str = "remind me to call mum tomorrow at 9") -> Any:
    answer = client.post("/api/chat/", {"message": said})
    assert answer.status_code == 200
    return answer.json()["warning"]


def test_a_promise_that_a_result_bears_out_is_left_alone(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays([call("create_task", **AT_NINE, reminders="at the time")], [PROMISE])

    assert warned(client) is None
    assert rows(user) == ["Call mum | 2026-11-22 09:00 | rings: 2026-11-22 09:00"]


@pytest.mark.parametrize(
    "asked",
    [
        [call("create_task", **AT_NINE)],
        [call("create_task", title="Call mum", reminders="an hour before")],
        [call("list_tasks")],
        [],
    ],
    ids=["no reminder", "no day", "only looked", "nothing done"],
)
def test_a_promise_of_what_does_not_ring_is_a_warning(
    client: APIClient, plays: Plays, asked: list[Any]
) -> None:
    plays(*([asked] if asked else []), [PROMISE])

    assert warned(client) == NOTHING_RINGS


def test_where_no_channel_is_on_a_promise_is_a_warning(
    client: APIClient, user: User, plays: Plays
) -> None:
    channels = Channels.of(user)
    channels.page = False
    channels.save()
    plays([call("create_task", **AT_NINE, reminders="at the time")], [PROMISE])

    assert warned(client) == NOTHING_RINGS


def test_what_was_set_before_may_be_told_again(client: APIClient, plays: Plays) -> None:
    plays([call("create_task", **AT_NINE, reminders="at the time")], [PROMISE])
    assert warned(client) is None
    plays(["You are welcome. I will remind you tomorrow at 9."])

    assert warned(client, "thanks!") is None
