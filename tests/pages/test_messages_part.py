"""The parts of a conversation that the script asks for: messages, and what a tool did."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.factories import LEASE, ConversationFactory, record_call, say
from tests.pages.markup import Node, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def conversation(user: User) -> Conversation:
    """Of 60 messages."""
    conversation = ConversationFactory(user=user)
    for number in range(30):
        say(conversation, f"question {number}")
    return conversation


def part(browser: Client, conversation: Conversation, **query: Any) -> Node:
    return read(browser.get(f"/c/{conversation.pk}/messages/", query))


def seqs(page: Node) -> list[int]:
    return [int(message.attributes["data-seq"]) for message in page.messages()]


def test_since_a_place_come_the_later_messages(browser: Client, conversation: Conversation) -> None:
    assert seqs(part(browser, conversation, since=56)) == [57, 58, 59, 60]
    assert seqs(part(browser, conversation, since=59)) == [60]
    assert seqs(part(browser, conversation, since=0)) == list(range(1, 51))


@pytest.mark.parametrize("query", ["since=60", "since=999999999", "before=1", "before=0"])
def test_nothing_is_204(browser: Client, conversation: Conversation, query: str) -> None:
    answer = browser.get(f"/c/{conversation.pk}/messages/?{query}")

    assert (answer.status_code, answer.content) == (204, b"")


def test_a_conversation_without_messages_is_204(browser: Client, user: User) -> None:
    empty = ConversationFactory(user=user)

    assert browser.get(f"/c/{empty.pk}/messages/").status_code == 204


def test_before_a_place_stand_the_earlier_messages(
    browser: Client, conversation: Conversation
) -> None:
    page = part(browser, conversation, before=56)
    assert seqs(page) == list(range(6, 56))
    assert page.has("a", href="?before=6")

    page = part(browser, conversation, before=6)
    assert seqs(page) == [1, 2, 3, 4, 5]
    assert "Earlier messages" not in page.text


@pytest.mark.parametrize("name", ["since", "before"])
def test_a_place_that_is_none_is_passed_over(
    browser: Client, conversation: Conversation, name: str
) -> None:
    for text in ["", "x", "-1", "1.5", "٣", "1e3", "9" * 30, "\0", "²", " 3"]:
        assert seqs(part(browser, conversation, **{name: text})) == list(range(11, 61))


def test_it_is_a_part_and_no_page(browser: Client, conversation: Conversation) -> None:
    page = part(browser, conversation)

    assert not page.has("html")
    assert not page.has("main")
    assert page.messages()


def test_a_card_alone_is_as_it_stands_in_the_reply(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user)
    turn = conversation.begin_turn("Add milk", LEASE)
    call = record_call(turn, result={"task": {"title": "Milk", "due_date": "2020-01-01"}})
    turn.finish(Turn.Status.COMPLETED, "")

    alone = read(browser.get(f"/calls/{call.pk}/")).one("details")

    assert alone == part(browser, conversation).one("details")
    assert alone.attributes["id"] == f"call-{call.pk}"
    assert alone.one("summary").text == "Created task: Milk · due 1 Jan 2020"
    assert "7 ms" in alone.text
    assert [block.text for block in alone.all("pre")] == [
        '{ "title": "Milk" }',
        '{ "task": { "title": "Milk", "due_date": "2020-01-01" } }',
    ]


def test_the_card_of_a_deleted_conversation_is_404(browser: Client, user: User) -> None:
    conversation = ConversationFactory(user=user)
    call = record_call(conversation.begin_turn("Add milk", LEASE))
    assert browser.get(f"/calls/{call.pk}/").status_code == 200

    conversation.remove()

    assert browser.get(f"/calls/{call.pk}/").status_code == 404
