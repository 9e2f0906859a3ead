"""Who reads at the end stays there, who reads further up is left alone."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from conversations.models import Conversation, Message
from tests.browser.parts import log
from tests.browser.speech import Speech
from tests.browser.talking import HeldRequests, address_of, button, messages, replies, say
from tests.browser.viewports import both_widths
from tests.factories import ConversationFactory
from tests.factories import say as said_before
from tests.served.processes import Model

LINES = "A line.\n\n" * 40
NEW = "New message ↓"
WAIT_FOR_SCROLL = """log => {
    window.scrolled = new Promise(done => log.addEventListener("scrollend", () => done()));
}"""


@pytest.fixture
def conversation(user: User) -> Conversation:
    conversation = ConversationFactory(user=user)
    for number in range(40):
        said_before(conversation, f"Message {number}.", "Fine. " * 20)
    return conversation


def from_the_end(page: Page) -> int:
    return int(log(page).evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight"))


def top_of(element: Locator) -> float:
    return float(element.evaluate("element => element.getBoundingClientRect().top"))


@both_widths
def test_who_reads_at_the_end_stays_there(
    page: Page, model: Model, conversation: Conversation
) -> None:
    model.begin(speech := Speech(LINES, LINES, "The **end**."))
    page.goto(address_of(conversation))
    assert from_the_end(page) <= 1

    say(page, "Tell me all")
    for _ in range(2):
        speech.go_on()
        expect(replies(page).last).to_contain_text("A line.")
        assert from_the_end(page) <= 1
    speech.go_on()

    expect(replies(page).last.get_by_role("strong")).to_be_in_viewport()
    assert from_the_end(page) <= 1
    expect(button(page, NEW)).to_be_hidden()


@both_widths
def test_who_reads_further_up_is_not_moved_but_told_and_led_down(
    page: Page, model: Model, conversation: Conversation
) -> None:
    model.begin(speech := Speech(LINES, LINES, "The **end**."))
    page.goto(address_of(conversation))
    say(page, "Tell me all")
    speech.go_on()
    expect(replies(page).last).to_contain_text("A line.")

    log(page).hover()
    log(page).evaluate(WAIT_FOR_SCROLL)
    page.mouse.wheel(0, -500)
    page.evaluate("window.scrolled")
    expect(button(page, "To the end ↓")).to_be_visible()
    place = log(page).evaluate("log => log.scrollTop")
    speech.go_on()
    expect(button(page, NEW)).to_be_in_viewport()
    speech.go_on()
    expect(replies(page).last.get_by_role("strong")).to_be_attached()
    assert log(page).evaluate("log => log.scrollTop") == place

    button(page, NEW).click()

    expect(replies(page).last.get_by_role("strong")).to_be_in_viewport()
    expect(button(page, NEW)).to_be_hidden()


@both_widths
def test_earlier_messages_come_on_the_way_up_and_nothing_jumps(
    page: Page, conversation: Conversation
) -> None:
    ago = Message.objects.order_by("created_at")[0].created_at - timedelta(days=1)
    Message.objects.filter(conversation=conversation, seq__lte=40).update(created_at=ago)
    page.goto(address_of(conversation))
    expect(messages(page)).to_have_count(50)
    held = HeldRequests(page, "**/messages/?before=*")
    log(page).evaluate("log => log.scrollTo(0, 100)")
    held.wait()
    first = messages(page).filter(has_text="Message 16.")
    place = top_of(first)

    held.go_on()

    expect(messages(page)).to_have_count(80)
    assert abs(top_of(first) - place) <= 1
    expect(messages(page).first).to_contain_text("Message 0.")
    expect(page.get_by_role("link", name="Earlier messages")).to_have_count(0)
    expect(log(page).get_by_text("Yesterday", exact=True)).to_have_count(1)
    expect(log(page).get_by_text("Today", exact=True)).to_have_count(1)


@both_widths
def test_whoever_scrolls_up_by_a_key_is_left_there_until_they_are_back(
    page: Page, model: Model, conversation: Conversation
) -> None:
    model.begin(speech := Speech(LINES, LINES, "The **end**."))
    page.goto(address_of(conversation))
    say(page, "Tell me all")
    speech.go_on()
    expect(replies(page).last).to_contain_text("A line.")

    log(page).focus()
    page.keyboard.press("ArrowUp")
    expect(button(page, "To the end ↓")).to_be_visible()
    height = log(page).evaluate("log => log.scrollHeight")
    speech.go_on()
    expect(button(page, NEW)).to_be_in_viewport()
    assert from_the_end(page) > 1
    assert log(page).evaluate("log => log.scrollHeight") > height

    page.keyboard.press("End")
    expect(button(page, NEW)).to_be_hidden()
    speech.go_on()
    expect(replies(page).last.get_by_role("strong")).to_be_in_viewport()
