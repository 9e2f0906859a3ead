"""Conversations, messages, tasks and actions in one place."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from tests.factories import ConversationFactory, TaskFactory, say
from tests.pages.markup import Node, read
from todos.models import Origin

pytestmark = pytest.mark.django_db

PART = "/find/?part=1"


def options(page: Node, section: str) -> list[tuple[str, str]]:
    groups = [
        each for each in page.all("div") if each.attributes.get("class") == f"found {section}"
    ]
    return [(a.text, a.attributes.get("href", "")) for each in groups for a in each.all("a")]


def test_the_latest_are_there_before_anything_is_asked(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user, title="Journey")
    say(conversation, "Hello")
    task = TaskFactory(user=user, title="Milk")

    page = read(browser.get(PART))

    assert options(page, "conversations") == [("Journey", f"/c/{conversation.pk}/")]
    assert options(page, "messages") == []
    assert options(page, "tasks") == [("Milk", f"/tasks/{task.pk}/")]
    assert ("Settings", "/accounts/settings/") in options(page, "actions")
    assert ("Sign out", "") in options(page, "actions")


def test_each_kind_is_found_by_folded_words(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user, title="Café & <i>more</i>")
    turn = say(conversation, "Is the CAFE open?", "Closed.")
    done = TaskFactory(user=user, title="Visit the café")
    done.complete(Origin("api"))
    task = TaskFactory(user=user, title="Write", notes="in the cafe")
    TaskFactory(user=user, title="Else")

    page = read(browser.get(f"{PART}&q=cafe"))

    (message,) = turn.messages.filter(role="user")
    assert options(page, "conversations") == [("Café & <i>more</i>", f"/c/{conversation.pk}/")]
    assert options(page, "messages") == [
        (
            "Is the CAFE open? Café & <i>more</i>",
            f"/c/{conversation.pk}/?search=cafe&around=1#message-{message.pk}",
        )
    ]
    assert options(page, "tasks") == [
        ("Write", f"/tasks/{task.pk}/"),
        ("Visit the café", f"/tasks/{done.pk}/"),
    ]
    assert options(page, "actions") == []
    assert [mark.text for mark in page.all("mark")] == ["Café", "CAFE", "café"]


def test_actions_are_found_by_their_words(browser: Client) -> None:
    page = read(browser.get(f"{PART}&q=NEW conv"))

    assert options(page, "actions") == [("New conversation", "/")]
    assert read(browser.get(f"{PART}&q=nowhere")).text == ""


def test_without_a_script_it_is_a_page(browser: Client, user: User) -> None:
    TaskFactory(user=user, title="Milk")

    page = read(browser.get("/find/?q=milk"))

    assert page.one(id="q").attributes["value"] == "milk"
    assert [name for name, _ in options(page, "tasks")] == ["Milk"]
    assert not page.has(role="option")
    assert "Nothing found." in read(browser.get("/find/?q=nowhere")).text
    assert all(address for _, address in options(read(browser.get("/find/")), "actions"))


def test_nobody_finds_what_is_anothers(browser: Client, stranger: User) -> None:
    say(ConversationFactory(user=stranger, title="Secret"), "A secret", "Kept secret.")
    TaskFactory(user=stranger, title="Secret task")

    assert read(browser.get(f"{PART}&q=secret")).text == ""


@pytest.mark.parametrize("many", [1, 9])
def test_it_costs_always_the_same(browser: Client, user: User, many: int) -> None:
    for _ in range(many):
        say(ConversationFactory(user=user, title="Milk"), "milk")
        TaskFactory(user=user, title="Milk")

    with CaptureQueriesContext(connection) as queries:
        page = read(browser.get(f"{PART}&q=milk"))

    assert len(queries) == 1 + 3
    assert len(options(page, "messages")) == min(many, 6)


@pytest.mark.parametrize("asked", ["%00", "%ff", "x" * 500, "%25_\\'\"", "%F0%9F%A5%9B"])
def test_any_words_are_no_trouble(browser: Client, user: User, asked: str) -> None:
    TaskFactory(user=user, title="Milk")

    assert browser.get(f"{PART}&q={asked}").status_code == 200
