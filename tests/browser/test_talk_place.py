"""Where one is: the address of a conversation, what stands around it, and the drafts."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Conversation, Message
from tests.browser.speech import PATIENCE, Speech
from tests.browser.talking import (
    HeldRequests,
    address_of,
    button,
    composer,
    messages,
    replies,
    said,
    say,
    shows_one_exchange,
)
from tests.browser.viewports import PHONE, both_widths
from tests.factories import ConversationFactory
from tests.served.processes import Model

FAMILY = "👨‍👩‍👧‍👦"  # 7 code points


def test_the_first_message_makes_a_conversation_without_a_reload(page: Page, model: Model) -> None:
    model.begin(speech := Speech("Milk ", "and honey."))
    page.goto("/")
    page.evaluate("window.here = true")
    say(page, "What do I need?")
    speech.go_on()
    expect(replies(page)).to_contain_text("Milk")

    conversation = Conversation.objects.get()
    expect(page).to_have_url(address_of(conversation))
    expect(page).to_have_title("What do I need? · Todo Chat")
    expect(page.get_by_label("Title of this conversation")).to_have_value("What do I need?")
    expect(button(page, "Export")).to_be_visible()
    expect(button(page, "Delete")).to_be_visible()
    listed = page.get_by_role("navigation", name="Conversations").get_by_role("listitem")
    expect(listed).to_have_count(1)
    expect(listed.get_by_role("link")).to_have_attribute("aria-current", "page")
    speech.go_on()
    shows_one_exchange(page, "What do I need?", "Milk and honey.")
    expect(listed).to_contain_text("Milk and honey.")
    expect(page.get_by_role("log").get_by_text("Today", exact=True)).to_have_count(1)
    assert page.evaluate("window.here") is True


@both_widths
def test_going_back_and_forth_in_the_midst_of_an_answer_loses_nothing(
    page: Page, model: Model
) -> None:
    model.begin(speech := Speech("Milk ", "and honey."))
    page.goto("/")
    say(page, "What do I need?")
    speech.go_on()
    expect(replies(page)).to_contain_text("Milk")

    page.go_back()
    expect(page).to_have_url("/")
    expect(page.get_by_role("heading", name=re.compile("What is on your mind"))).to_be_visible()
    expect(messages(page)).to_have_count(0)
    page.go_forward()

    expect(page).to_have_url(address_of(Conversation.objects.get()))
    expect(replies(page)).to_contain_text("Milk")
    speech.go_on()
    shows_one_exchange(page, "What do I need?", "Milk and honey.")


def test_each_conversation_keeps_its_draft(page: Page, user: User) -> None:
    one, two = ConversationFactory.create_batch(2, user=user)
    for where, draft in ((address_of(one), "for one"), (address_of(two), "for two"), ("/", "new")):
        page.goto(where)
        expect(composer(page)).to_have_value("")
        composer(page).fill(draft)

    page.goto(address_of(one))
    expect(composer(page)).to_have_value("for one")
    page.reload()
    expect(composer(page)).to_have_value("for one")
    page.goto("/")
    expect(composer(page)).to_have_value("new")
    page.goto(address_of(two))
    composer(page).press("Enter")
    expect(replies(page)).to_have_count(1)
    page.reload()
    expect(composer(page)).to_have_value("")


def test_a_draft_begun_while_the_first_answer_comes_belongs_to_its_conversation(
    page: Page, model: Model
) -> None:
    model.begin(speech := Speech("Milk."))
    page.goto("/")
    held = HeldRequests(page, "**/api/chat/")
    say(page, "What do I need?")
    expect(button(page, "Stop")).to_be_visible()
    composer(page).fill("And then")
    held.go_on()
    assert speech.asked.wait(PATIENCE)
    speech.go_on()
    shows_one_exchange(page, "What do I need?", "Milk.")

    page.reload()
    expect(composer(page)).to_have_value("And then")
    page.goto("/")
    expect(composer(page)).to_have_value("")


@pytest.mark.parametrize("viewport", [PHONE])
def test_the_characters_are_counted_near_the_longest_and_no_more_are_sent(page: Page) -> None:
    page.goto("/")
    counter = page.locator("#counter").filter(visible=True)
    composer(page).fill("x" * 8999)
    expect(counter).to_have_count(0)
    composer(page).fill("x" * 8993 + FAMILY)
    expect(counter).to_have_text("1000 characters left")
    composer(page).fill("x" * 9990 + FAMILY * 2)
    expect(counter).to_have_text("4 characters too many")

    composer(page).press("Enter")

    expect(counter).to_be_in_viewport()
    expect(messages(page)).to_have_count(0)
    expect(composer(page)).to_have_value("x" * 9990 + FAMILY * 2)
    assert composer(page).evaluate("box => box.validationMessage") == "4 characters too many"
    composer(page).fill("Add " + "x" * 9982 + FAMILY * 2)
    expect(counter).to_have_text("0 characters left")
    composer(page).press("Enter")
    expect(said(page)).to_contain_text(FAMILY)
    expect(replies(page)).to_have_count(1)
    assert len(Message.objects.order_by("seq")[0].content) == 10_000
