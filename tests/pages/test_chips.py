"""Answers to the last reply that one click gives."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, ToolCall
from tests.conftest import Plays
from tests.factories import TaskFactory
from tests.fakes import call
from tests.pages.markup import Node, read, submit
from todos.models import Task

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]


def say(browser: Client, words: str) -> Node:
    """The page after it."""
    where = Conversation.objects.first()
    browser.post(f"/c/{where.pk}/say/" if where else "/say/", {"message": words})
    return read(browser.get(f"/c/{Conversation.objects.get().pk}/"))


def offered(page: Node) -> list[str]:
    return [
        button.text
        for row in page.all("div", **{"class": "chips last-only"})
        for button in row.all("button")
    ]


def test_which_one_is_answered_with_a_click(browser: Client, user: User) -> None:
    for title in ("Call Anna", "Call Ben", "Buy milk"):
        TaskFactory(user=user, title=title)

    page = say(browser, "complete call")

    assert sorted(offered(page)) == ["Call Anna", "Call Ben"]
    submit(browser, page.button("Call Ben"))
    assert [task.title for task in Task.objects.exclude(completed_at=None)] == ["Call Ben"]


def test_what_a_tool_could_not_tell_apart_is_offered(
    browser: Client, user: User, plays: Plays
) -> None:
    for title in ("Call Anna", "Call Ben"):
        TaskFactory(user=user, title=title)
    plays([call("complete_task", task_id="call")], ["Which one do you mean?"])

    assert sorted(offered(say(browser, "done with the call"))) == ["Call Anna", "Call Ben"]


@pytest.mark.parametrize(
    ("reply", "chips"),
    [
        ("I found Call Anna and Call Ben. Which of them is done?", ["Call Anna", "Call Ben"]),
        ("Do you mean “Call Anna” or “Call Ben”?", ["Call Anna", "Call Ben"]),
        ("Which?\n1. Call Anna\n2. Call Ben\n\nTell me its number.", ["Call Anna", "Call Ben"]),
        ("That would delete 2 tasks:\n1. Call Anna\n2. Call Ben\n\nShall I? (yes or no)", []),
        ("There are Call Anna and Call Ben. Shall I move both to friday?", []),
        ("There are Call Anna and Call Ben. Anything else, a list or a reminder?", []),
    ],
)
def test_tasks_are_offered_where_one_of_them_is_asked_for(
    browser: Client, user: User, plays: Plays, reply: str, chips: list[str]
) -> None:
    for title in ("Call Anna", "Call Ben"):
        TaskFactory(user=user, title=title)
    plays([call("list_tasks")], [reply])

    assert sorted(offered(say(browser, "what about the calls"))) == chips


@pytest.mark.parametrize("words", ["Add milk on friday", "Add milk in 3 days"])
def test_a_day_can_be_tomorrow_instead(browser: Client, user: User, words: str) -> None:
    page = say(browser, words)
    assert offered(page) == ["Tomorrow instead"]

    submit(browser, page.button("Tomorrow instead"))

    task = Task.objects.get()
    assert (task.due_date - user.local_now().date()).days == 1


@pytest.mark.parametrize("words", ["Add milk tomorrow", "Add milk", "hello", "what do I have?"])
def test_nothing_is_offered_where_there_is_nothing_to_choose(browser: Client, words: str) -> None:
    assert offered(say(browser, words)) == []


def test_only_the_last_reply_has_them(browser: Client) -> None:
    say(browser, "Add milk in 3 days")

    assert offered(say(browser, "hello")) == []


@pytest.mark.parametrize("result", [[], {"candidates": 3}, {"tasks": [None]}, {"task": "x"}, None])
def test_a_spoilt_row_offers_nothing(browser: Client, plays: Plays, result: Any) -> None:
    plays([call("list_tasks")], ["Which one?"])
    say(browser, "hello")
    ToolCall.objects.update(result=result if result is not None else 1)

    assert offered(read(browser.get(f"/c/{Conversation.objects.get().pk}/"))) == []
