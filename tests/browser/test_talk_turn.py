"""A turn that goes wrong, or is seen from elsewhere: the page shows what became of it."""

import json

from playwright.sync_api import Page, expect

from accounts.models import User
from agent.llm import ToolRequest
from conversations.models import Message
from tests.browser.speech import PATIENCE, Speech
from tests.browser.talking import (
    address_of,
    button,
    keys_of_messages,
    look,
    messages,
    replies,
    said,
    say,
    shows_one_exchange,
    typing,
    waiting,
)
from tests.browser.viewports import both_widths
from tests.factories import ConversationFactory
from tests.factories import say as said_before
from tests.fakes.answers import asks, fails, says
from tests.served.processes import Model

CREATE_MILK = ToolRequest("create_task", json.dumps({"title": "Milk"}))
TROUBLE = "The assistant cannot be reached right now. Your message is kept; try again."
RECONNECTING = "The connection was lost. Reconnecting…"


@both_widths
def test_a_failed_answer_is_tried_again_under_its_key(page: Page, model: Model) -> None:
    keys = keys_of_messages(page)
    model.begin(fails(500), fails(500), speech := Speech("Milk."))
    page.goto("/")
    say(page, "What do I need?")
    expect(replies(page)).to_contain_text("try again")
    expect(replies(page)).not_to_contain_text("500")
    shows_one_exchange(page, "What do I need?", "")

    button(page, "Try again").click()
    assert speech.asked.wait(PATIENCE)
    speech.go_on()

    shows_one_exchange(page, "What do I need?", "Milk.")
    expect(button(page, "Try again")).to_have_count(0)
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert Message.objects.count() == 2


def test_an_earlier_answer_that_is_tried_again_keeps_its_place(page: Page, model: Model) -> None:
    model.begin(fails(500), fails(500), says("Second."), speech := Speech("First", " of all."))
    page.goto("/")
    say(page, "One")
    expect(button(page, "Try again")).to_be_visible()
    say(page, "Two")
    expect(replies(page)).to_contain_text(["", "Second."])
    expect(page.locator("#send")).to_be_visible()  # that answer is settled

    button(page, "Try again").click()
    speech.go_on()
    expect(replies(page)).to_contain_text(["First", "Second."])
    speech.go_on()
    expect(replies(page)).to_contain_text(["First of all.", "Second."])
    expect(said(page)).to_contain_text(["One", "Two"])


def test_what_is_to_be_tried_again_waits_while_another_answer_is_written(
    page: Page, model: Model
) -> None:
    model.begin(fails(500), fails(500), speech := Speech("Second."), says("First."))
    page.goto("/")
    say(page, "One")
    expect(button(page, "Try again")).to_be_visible()
    say(page, "Two")

    button(page, "Try again").click()
    expect(waiting(page)).to_contain_text("One")
    speech.go_on()

    expect(replies(page)).to_contain_text(["First.", "Second."])
    expect(waiting(page)).to_have_count(0)
    assert model.hits == 4


def test_a_claim_without_a_deed_shows_its_warning(page: Page, model: Model) -> None:
    model.begin(says("I have added Milk to your list."))
    page.goto("/")
    say(page, "Add Milk")

    expect(
        replies(page).get_by_text("The assistant speaks of a change, but none was made.")
    ).to_be_visible()


@both_widths
def test_a_reload_in_the_midst_of_an_answer_goes_on_with_it(page: Page, model: Model) -> None:
    model.begin(asks(CREATE_MILK, said="One moment. "), speech := Speech("Now ", "it is there."))
    page.goto("/")
    say(page, "Add Milk")
    expect(replies(page)).to_contain_text("Created task: Milk")
    speech.go_on()
    expect(replies(page)).to_contain_text("Now")

    page.reload()

    expect(replies(page)).to_contain_text("One moment.")
    expect(replies(page)).to_contain_text("Created task: Milk")
    expect(button(page, "Stop")).to_be_visible()
    expect(replies(page)).to_contain_text("Now")
    speech.go_on()
    shows_one_exchange(page, "Add Milk", "Now it is there.")
    expect(replies(page).get_by_text("One moment.")).to_have_count(1)
    expect(replies(page).get_by_text("Created task: Milk")).to_have_count(1)


def test_a_second_tab_sees_the_message_and_its_answer_grow(
    page: Page, model: Model, user: User
) -> None:
    conversation = ConversationFactory(user=user)
    said_before(conversation, "Hello", "Hello, Ada.")
    model.begin(speech := Speech("Milk, ", "and **honey**."))
    page.goto(address_of(conversation))
    other = page.context.new_page()
    other.goto(address_of(conversation))

    say(page, "What do I need?")
    speech.go_on()

    expect(said(other)).to_contain_text(["Hello", "What do I need?"])
    expect(replies(other).last).to_contain_text("Milk,")
    expect(button(other, "Stop")).to_be_visible()
    speech.go_on()
    for tab in (page, other):
        expect(replies(tab).get_by_role("strong")).to_have_text("honey")
        expect(messages(tab)).to_have_count(4)
        expect(typing(tab)).to_have_count(0)


def test_a_hidden_tab_asks_for_nothing_until_somebody_looks(page: Page, user: User) -> None:
    conversation = ConversationFactory(user=user)
    said_before(conversation, "Hello", "Hello, Ada.")
    page.clock.install()
    page.goto(address_of(conversation))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.clock.run_for(10_000)
    assert asked
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, writable: true})")
    asked.clear()

    page.clock.run_for(300_000)

    assert asked == []
    page.evaluate("document.hidden = false")
    with page.expect_request("**/news/?conversation=*"):
        look(page)
