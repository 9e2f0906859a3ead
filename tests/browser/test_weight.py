"""What a long conversation costs whoever opens it for the first time."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.browser.talking import address_of, messages
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call

MOST_FILES = 5  # with the document 6
MOST_BYTES = 60_000
CODE = (
    "Like this:\n\n```python\n"
    + 'def add(task: str) -> None:\n    print("added", task)\n' * 5
    + "```"
)
REPLY = "I have added it, and there is more to come on the same day. " * 5


@pytest.fixture
def long(user: User) -> Conversation:
    """100 messages, of which the latest 20 replies have tool calls and code."""
    conversation = ConversationFactory(user=user)
    for number in range(50):
        turn = conversation.begin_turn("Add milk, and whatever goes with it. " * 3, LEASE)
        if number >= 30:
            record_call(turn)
            record_call(turn, name="list_tasks", result={"total": 3, "tasks": [{"title": REPLY}]})
        turn.finish(Turn.Status.COMPLETED, REPLY + CODE if number >= 30 else REPLY)
        conversation.refresh_from_db()
    for number in range(40):
        ConversationFactory(user=user, title=f"Talk {number}", last_message_preview=REPLY[:100])
        TaskFactory(user=user, priority="high", completed=number % 4 == 0)
    return conversation


def test_the_first_look_at_a_long_conversation_is_light(page: Page, long: Conversation) -> None:
    received = bytes_received(page)

    page.goto(address_of(long))
    expect(messages(page)).to_have_count(50)
    expect(page.locator(".block")).to_have_count(20)  # all scripts are there
    page.wait_for_load_state("networkidle")

    (document,) = [url for url in received if "/static/" not in url]
    assert document.endswith(address_of(long))
    assert len(received) <= 1 + MOST_FILES, received
    assert sum(received.values()) < MOST_BYTES, received


def bytes_received(page: Page) -> dict[str, int]:
    """Of each address, with its head and as compressed as it is sent; grows as they come."""
    session = page.context.new_cdp_session(page)
    urls: dict[str, str] = {}
    received: dict[str, int] = {}

    def asked(event: dict[str, Any]) -> None:
        urls[event["requestId"]] = event["request"]["url"]

    def came(event: dict[str, Any]) -> None:
        received[urls[event["requestId"]]] = event["encodedDataLength"]

    session.on("Network.requestWillBeSent", asked)
    session.on("Network.loadingFinished", came)
    session.send("Network.enable")
    return received
