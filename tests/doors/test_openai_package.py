"""Chat Completions with the `openai` package, as it is installed."""

from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from conversations.models import Turn
from tests.doors.clients import Client, python_client
from tests.fakes import call
from tests.fakes.answers import asks, fails, says
from tests.served.processes import Model, Mortal
from todos.models import Task

pytestmark = pytest.mark.only_on("sqlite")  # the package is the same on any database


@pytest.fixture
def package(server: Mortal, user: User) -> Iterator[Client]:
    token = str(AccessToken.for_user(user))
    with python_client("openai_completions.py", server.url, token) as client:
        yield client


def test_what_the_package_makes_of_it(package: Client, model: Model, user: User) -> None:
    model.begin(says("Hello."), asks(call("create_task", title="Milk")), says("Added."))

    assert package.ask("models") == ["todo-chat"]
    whole = package.ask("whole", text="Hello")
    assert whole["choices"][0]["message"]["content"] == "Hello."
    counted = package.ask("counted", text="Add milk")
    assert counted["thoughts"] == ["Created task: Milk\n"]
    assert counted["usage"]["total_tokens"] == (
        counted["usage"]["prompt_tokens"] + counted["usage"]["completion_tokens"]
    )
    raised = [package.ask("whole", text="Hello", **more) for more in ({"n": 2}, {"user": "\0"})]
    assert [(each["raised"], each["param"]) for each in raised] == [
        ("BadRequestError", "n"),
        ("BadRequestError", "user"),
    ]
    assert Turn.objects.count() == 2


def test_its_retries_try_the_same_turn_again(package: Client, model: Model, user: User) -> None:
    made: Any = asks(call("create_task", title="Milk"))
    model.begin(made, fails(500), fails(500), says("Added."))

    assert package.ask("with_retries", text="Add milk") == "Added."

    turn = Turn.objects.get()
    assert (turn.attempt, turn.status) == (2, "completed")
    assert Task.objects.get().title == "Milk"
