"""The page where a conversation begins."""

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, Message
from tests.conftest import Plays
from tests.factories import ConversationFactory, TaskFactory, say
from tests.pages.markup import read, submit

pytestmark = pytest.mark.django_db(transaction=True)


def test_home_welcomes_and_has_examples_to_begin_with(browser: Client, user: User) -> None:
    page = read(browser.get("/"))

    welcome = page.one(id="welcome")
    assert f"What is on your mind, {user.username}?" in welcome.text
    forms = welcome.all("form")
    assert [form.attributes["action"] for form in forms] == ["/say/"] * 3
    for form in forms:
        assert form.one("button").text == form.fields()["message"]
    assert page.one("form", id="composer").attributes["action"] == "/say/"


def test_an_example_begins_a_conversation(browser: Client, plays: Plays) -> None:
    plays(["It is on the list."])
    welcome = read(browser.get("/")).one(id="welcome")

    answer = submit(browser, welcome.all("form")[0])

    assert answer["Location"].startswith(f"/c/{Conversation.objects.get().pk}/")
    assert Message.objects.get(role="user").content == "Add buy milk tomorrow at 5pm"


def test_home_is_of_no_conversation(browser: Client, user: User) -> None:
    say(ConversationFactory(user=user), "Hello")

    page = read(browser.get("/"))

    assert not page.messages()
    assert not page.has("form", id="rename")
    assert "data-conversation" not in page.one("main").attributes


def test_conversations_and_tasks_stand_beside_it(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user, title="Groceries")
    TaskFactory(user=user, title="Buy milk")

    page = read(browser.get("/"))

    listed = page.one(id="conversations")
    assert "Groceries" in listed.one("a", href=f"/c/{conversation.pk}/").text
    assert "Buy milk" in page.one(id="tasks").text


def test_who_has_nothing_yet_is_told_so(browser: Client) -> None:
    page = read(browser.get("/"))

    assert page.one(id="conversations").text == "Your conversations will be listed here."
    assert page.one("p", **{"class": "empty"}).text.startswith("Nothing to do.")


def test_nothing_of_a_stranger_stands_on_it(browser: Client, stranger: User) -> None:
    say(ConversationFactory(user=stranger, title="Secret"), "Hidden", "Private")
    TaskFactory(user=stranger, title="Covert")

    page = browser.get("/").content.decode()

    assert not [word for word in ("Secret", "Hidden", "Private", "Covert") if word in page]
