"""Saying more than one may with a form: the words stay, and a notice says when to come back."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from conversations.models import Conversation
from tests.conftest import Plays
from tests.factories import LEASE, ConversationFactory, say
from tests.pages.markup import Node, notice, read
from todos.models import Origin, Task

pytestmark = pytest.mark.django_db(transaction=True)

WORDS = "\r\nOne more:\r\n  <milk> & honey"


@pytest.fixture(autouse=True)
def evening(time_machine: Any) -> None:
    time_machine.move_to(datetime(2026, 11, 20, 18, 47, 20, tzinfo=UTC), tick=False)


@pytest.fixture
def conversation(user: User) -> Conversation:
    conversation = ConversationFactory(user=user, title="Groceries")
    say(conversation, "Hello")
    return conversation


def post(browser: Client, where: str = "/") -> Any:
    return browser.post(f"{where}say/", {"message": WORDS}, headers={"Referer": where})


def typed(page: Node) -> str:
    """What stands in the composer; a browser leaves out the line break behind the tag."""
    composer = page.one("form", id="composer").one("textarea")
    return "".join(composer._words()).removeprefix("\n").replace("\r\n", "\n")


@pytest.mark.parametrize("begun", [False, True])
def test_too_soon_it_is_429_and_the_words_are_still_there(
    browser: Client, conversation: Conversation, settings: Settings, begun: bool
) -> None:
    settings.CHAT_RATE = "0/m"
    where = f"/c/{conversation.pk}/" if begun else "/"

    answer = post(browser, where)

    page = read(answer, 429)
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert notice(page).startswith("Too many requests. Try again in ")
    assert typed(page) == WORDS.replace("\r\n", "\n")
    assert page.one("form", id="composer").attributes["action"] == f"{where}say/"
    assert len(page.messages()) == 2 * begun
    assert Conversation.objects.get().message_count == 2
    assert not notice(read(browser.get(where))), "told once"


def test_after_the_messages_of_a_day_it_says_when_there_are_more(
    browser: Client, plays: Plays, settings: Settings
) -> None:
    settings.AGENT_DAILY_TURNS = 1
    plays(["Hello."])
    post(browser)

    answer = post(browser)

    page = read(answer, 429)
    assert answer["Retry-After"] == str(5 * 3600 + 12 * 60 + 40)
    assert notice(page) == (
        "You have sent all your messages of today (1); a day ends at 00:00 UTC. "
        "Try again in 5 hours, 13 minutes."
    )
    assert typed(page) == WORDS.replace("\r\n", "\n")
    assert Conversation.objects.count() == 1


def test_while_too_many_are_in_work_as_well(
    browser: Client, conversation: Conversation, settings: Settings
) -> None:
    settings.AGENT_MAX_OPEN_TURNS = 1
    conversation.begin_turn("Hello", LEASE)

    answer = post(browser)

    page = read(answer, 429)
    assert int(answer["Retry-After"]) >= 1
    assert "as many messages in work as you may have" in notice(page)
    assert typed(page) == WORDS.replace("\r\n", "\n")
    assert Conversation.objects.count() == 1


def test_the_page_that_says_so_shows_times_as_its_user_has_them(
    browser: Client, user: User, conversation: Conversation, settings: Settings
) -> None:
    user.time_zone = "Pacific/Kiritimati"  # 14 hours ahead, where it is Saturday
    user.save()
    settings.CHAT_RATE = "0/m"
    where = f"/c/{conversation.pk}/"

    days = [
        [
            day.attributes["datetime"]
            for day in read(answer, status).one("p", **{"class": "day"}).all()
        ]
        for answer, status in ((post(browser, where), 429), (browser.get(where), 200))
    ]

    assert days == [["2026-11-21"], ["2026-11-21"]]


def test_its_links_and_forms_work(
    browser: Client, user: User, conversation: Conversation, settings: Settings
) -> None:
    settings.CHAT_RATE = "0/m"
    here = f"http://testserver/c/{conversation.pk}/say/"
    task = Task.add(user, Origin("page"), title="Milk")
    read(post(browser, f"/c/{conversation.pk}/"), 429)

    reloaded = browser.get(here)
    searched = browser.get(f"{here}?search=milk&cursor=")
    ticked = browser.post(f"/tasks/{task.pk}/complete/", headers={"Referer": here})

    assert reloaded["Location"] == f"/c/{conversation.pk}/"
    assert searched["Location"] == f"/c/{conversation.pk}/?search=milk&cursor="
    assert ticked["Location"] == here


def test_the_conversation_of_a_stranger_is_404_also_then(
    browser: Client, stranger: User, settings: Settings
) -> None:
    settings.CHAT_RATE = "0/m"

    answer = post(browser, f"/c/{ConversationFactory(user=stranger).pk}/")

    assert "There is nothing here" in read(answer, 404).one("h1").text
