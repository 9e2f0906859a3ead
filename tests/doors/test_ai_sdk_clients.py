"""The AI SDK itself at its door: what a page holds in the end is right."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import User
from tests.doors.clients import Client, node_client
from tests.doors.dialogue import SHALL_I, pauses
from tests.factories import TaskFactory
from tests.fakes import call
from tests.fakes.answers import asks, says
from tests.served.processes import Model, Mortal
from todos.models import Task

pytestmark = pytest.mark.only_on("sqlite")
ASKED, DONE = "(asked)", "(done)"


@pytest.fixture(params=["ai", "ai-6"])
def page(request: pytest.FixtureRequest, server: Mortal, user: User) -> Iterator[Client]:
    token = str(AccessToken.for_user(user))
    with node_client("ai_sdk.mjs", server.url, token, AI=request.param) as client:
        yield client


def held(page: Client) -> list[list[str]]:
    """Of each message its role, its words, and the states of its tools."""
    return [
        [message["role"], *map(_words, _shown(message))]
        for message in page.ask("known")["messages"]
    ]


def _shown(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [part for part in message["parts"] if part["type"] in ("text", "dynamic-tool")]


def _words(part: dict[str, Any]) -> str:
    if part["type"] == "dynamic-tool":
        return str(part["state"])
    words = str(part["text"]).strip()
    return ASKED if SHALL_I in words else DONE if words.startswith("Deleted") else words


def test_a_page_holds_each_reply_once_and_as_it_ended(
    page: Client, model: Model, user: User
) -> None:
    things = [[str(TaskFactory(user=user).pk) for _ in range(4)] for _ in range(3)]
    few, bags, boxes = things
    model.begin(
        asks(call("create_task", title="Milk"), call("create_task", title="")),
        says("There."),
        asks(call("delete_task", task_ids=few), call("delete_task", task_ids=bags)),
        says("Both?"),
        asks(call("delete_task", task_ids=boxes)),
        says("These?"),
        says("Something ", "new."),
        says("Something ", "else."),
        pauses("There was a list", ", and it was done."),
    )

    page.ask("say", text="milk")
    changed = page.ask("known")["data"]
    page.ask("say", text="all")
    page.ask("decide", yes=True)
    page.ask("say", text="these")
    page.ask("decide", yes=False)
    page.ask("say", text="new")
    page.ask("regenerate")
    page.ask("say_and_reload", text="a story", after="There was")

    assert held(page) == [
        ["user", "milk"],
        ["assistant", "output-available", "output-error", "There."],
        ["user", "all"],
        ["assistant", "output-available", "output-available", ASKED, DONE],
        ["user", "these"],
        ["assistant", "output-denied", ASKED, "All right, I left everything as it is."],
        ["user", "new"],
        ["assistant", "Something else."],
        ["user", "a story"],
        ["assistant", "There was a list, and it was done."],
    ]
    milk = Task.objects.get(title="Milk")
    assert [each["data"] for each in changed] == [{"tool": "create_task", "ids": [str(milk.pk)]}]
    assert Task.objects.exclude(deleted_at=None).count() == 8

    assert page.ask("say", text="x" * 10_001)["status"] == "failed"
    shown = page.ask("known")
    page.ask("resume")
    assert page.ask("known")["messages"][-1]["role"] == "user"
    assert re.fullmatch(r"text: Ensure .* 10000 characters. \(request \w+\)", shown["error"])
