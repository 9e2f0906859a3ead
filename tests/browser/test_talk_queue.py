"""What is said while an answer is written waits for it."""

from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Conversation, Message
from tests.browser.conftest import Open
from tests.browser.speech import PATIENCE, Speech
from tests.browser.talking import (
    HeldRequests,
    address_of,
    button,
    composer,
    replies,
    said,
    say,
    waiting,
)
from tests.browser.viewports import both_widths
from tests.browser.watch import Watch
from tests.factories import ConversationFactory
from tests.fakes.answers import fails, says
from tests.fakes.server import Exchange
from tests.served.processes import Model


@both_widths
def test_what_is_said_meanwhile_waits_and_goes_out_in_order(page: Page, model: Model) -> None:
    model.begin(speech := Speech("One."), says("Two."), says("Three."))
    page.goto("/")
    held = HeldRequests(page, "**/api/chat/")
    say(page, "first")
    say(page, "second")  # before the conversation has an address
    held.go_on()
    assert speech.asked.wait(PATIENCE)
    composer(page).fill("third")
    button(page, "Send").click()  # as where Enter breaks the line

    expect(waiting(page)).to_contain_text(["second", "third"])
    expect(waiting(page).last).to_be_in_viewport()
    expect(composer(page)).to_have_value("")
    page.unroute("**/api/chat/")
    speech.go_on()

    expect(replies(page)).to_contain_text(["One.", "Two.", "Three."])
    expect(said(page)).to_contain_text(["first", "second", "third"])
    expect(waiting(page)).to_have_count(0)
    assert Conversation.objects.get().message_count == 6


@both_widths
def test_it_can_be_removed_and_its_words_are_not_lost_by_a_slip(page: Page, model: Model) -> None:
    model.begin(speech := Speech("One."))
    page.goto("/")
    say(page, "first")
    say(page, "second")
    say(page, "third")
    expect(waiting(page)).to_have_count(2)

    button(waiting(page).first, "Remove").click()
    expect(composer(page)).to_have_value("second")
    button(waiting(page).first, "Remove").click()  # something is written there
    expect(waiting(page)).to_contain_text("third")
    button(waiting(page).first, "Discard these words").click()

    expect(waiting(page)).to_have_count(0)
    expect(composer(page)).to_have_value("second")
    speech.go_on()
    expect(replies(page)).to_contain_text("One.")
    expect(page.get_by_role("article")).to_have_count(2)


def test_it_outlives_the_page_and_two_tabs_send_it_once(
    open_page: Open, user: User, model: Model, watch: Watch
) -> None:
    watch.allow("status of 409")
    model.begin(speech := Speech("One."), says("Two."))
    conversation = ConversationFactory(user=user)
    page = open_page(user)
    page.goto(address_of(conversation))
    say(page, "first")
    assert speech.asked.wait(PATIENCE)
    say(page, "second")
    expect(waiting(page)).to_contain_text("second")

    page.reload()
    expect(waiting(page)).to_contain_text("second")
    other = page.context.new_page()
    other.goto(address_of(conversation))
    expect(waiting(other)).to_contain_text("second")
    speech.go_on()

    for each in (page, other):
        expect(replies(each)).to_contain_text(["One.", "Two."])
        expect(said(each)).to_contain_text(["first", "second"])
        expect(waiting(each)).to_have_count(0)
    assert Message.objects.filter(content="second").count() == 1


def test_after_a_stop_it_waits_for_a_word(page: Page, model: Model) -> None:
    model.begin(Speech("One."), says("Two."))
    page.goto("/")
    say(page, "first")
    say(page, "second")
    expect(waiting(page)).to_have_count(1)
    page.keyboard.press("Escape")
    expect(replies(page)).to_contain_text("Stopped.")
    expect(waiting(page)).to_contain_text("Waits for you")

    page.reload()
    expect(waiting(page)).to_contain_text("Waits for you")
    button(waiting(page), "Send").click()

    expect(said(page)).to_contain_text(["first", "second"])
    expect(replies(page).last).to_contain_text("Two.")
    expect(waiting(page)).to_have_count(0)


def test_after_a_failure_it_waits_for_a_word(page: Page, model: Model) -> None:
    speech = Speech("One.")

    def speaks_and_breaks(exchange: Exchange) -> None:
        speech.asked.set()
        speech._wait(exchange)
        fails(401)(exchange)

    model.begin(speaks_and_breaks, says("Two."))
    page.goto("/")
    say(page, "first")
    say(page, "second")
    expect(waiting(page)).to_have_count(1)
    speech.go_on()

    expect(button(page, "Try again")).to_be_visible()
    expect(waiting(page)).to_contain_text("Waits for you")
    assert Message.objects.count() == 2
