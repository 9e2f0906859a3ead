"""What a model means by its arguments; HTTP on both sides."""

import json
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from agent.llm import ToolRequest
from conversations.models import ToolCall
from tests.chat.conftest import Connects
from tests.conftest import SignIn
from tests.factories import UserFactory
from tests.fakes.answers import asks, says
from tests.fakes.server import Answer
from todos.models import Task

pytestmark = pytest.mark.django_db(transaction=True)

LATE = datetime.fromisoformat("2026-11-29T23:59:45+01:00")  # a Sunday, in Berlin
NEXT_FRIDAY = {"title": "Milk", "due_date": "2026-12-04", "due_time": "17:00"}


@pytest.fixture
def night(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(LATE) as traveller:
        yield traveller


@pytest.fixture
def berliner(night: object, sign_in: SignIn) -> APIClient:
    return sign_in(UserFactory(time_zone="Europe/Berlin"))


def say(client: APIClient, text: str = "milk, next friday at 5pm") -> dict[str, Any]:
    """The reply."""
    answer = client.post("/api/chat/", {"message": text})
    assert answer.status_code == 200, answer.content
    reply: dict[str, Any] = answer.json()["assistant_message"]
    return reply


@pytest.mark.parametrize(
    "arguments",
    [
        '{"title": "Milk", "due_date": "2026-12-04", "due_time": "17:00",}',
        "{'title': 'Milk', 'due_date': '2026-12-04', 'due_time': '5 PM', 'completed': False}",
        json.dumps(json.dumps(NEXT_FRIDAY)),
        json.dumps([NEXT_FRIDAY]),
        '{"title": "Milk", /* the day */ "due_date": "2026-12-04T17:00", "notes": "", "a": null}',
        '{"title": "Milk", "due_date": "2026-12-04T16:00:00Z", "due_time": ""}',
        '{"title": "Milk", "due_date": "Next Friday", "due_time": "5pm", "priority": "None"}',
        '{"title": "Milk", "due_date": "friday at 5 pm"}',
    ],
)
def test_arguments_are_understood_however_they_are_written(
    berliner: APIClient, connects: Connects, arguments: str
) -> None:
    server = connects(asks(ToolRequest("create_task", arguments)), says("Added."))

    [made] = say(berliner)["tool_calls"]

    task = Task.objects.get()
    assert (task.title, task.due_date, task.due_time) == ("Milk", date(2026, 12, 4), time(17))
    assert made["status"] == "succeeded", made
    assert made["arguments"]["title"] == "Milk"
    assert server.refused == []


def test_the_result_tells_what_words_were_taken_as(berliner: APIClient, connects: Connects) -> None:
    words = ToolRequest("create_task", '{"title": "Milk", "due_date": "next friday"}')
    server = connects(asks(words), says("Added."))

    [made] = say(berliner)["tool_calls"]

    note = "due_date: “next friday” was taken as Friday, 4 December 2026."
    assert made["result"]["note"] == note
    assert made["arguments"]["due_date"] == "next friday"
    assert json.loads(server.requests[1].body["messages"][-1]["content"])["note"] == note


def test_tomorrow_is_the_day_after_the_message_however_late_the_model_is(
    berliner: APIClient, connects: Connects, night: time_machine.Traveller
) -> None:
    def late(body: dict[str, Any]) -> Answer:
        if body["messages"][-1]["role"] == "tool":
            return says("Added.")
        night.shift(30)
        return asks(ToolRequest("create_task", '{"title": "Milk", "due_date": "tomorrow"}'))

    connects(answer_of=late, deadline=60)
    say(berliner)

    assert Task.objects.get().due_date == date(2026, 11, 30)


@pytest.mark.parametrize("cut", ['{"title": "Milk"', '{"title": "Milk", "due_date": "2026-12'])
def test_half_a_call_is_never_run(client: APIClient, connects: Connects, cut: str) -> None:
    connects(asks(ToolRequest("create_task", cut)), says("Sorry."))

    say(client)

    assert ToolCall.objects.get().arguments == {"raw": cut}
    assert not Task.objects.exists()
