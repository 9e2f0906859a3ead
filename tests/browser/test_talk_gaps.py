"""What was missed, or came in another order, stands where it belongs in the end."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.parts import search, tasks
from tests.browser.talking import (
    HeldRequests,
    address_of,
    button,
    messages,
    replies,
    say,
    waiting,
)
from tests.browser.watch import Watch
from tests.factories import ConversationFactory, TaskFactory
from tests.factories import say as said_before


@pytest.fixture(autouse=True)
def lost_requests_are_no_faults(watch: Watch) -> None:
    watch.allow("console: Failed to load resource: net::ERR_FAILED")


def test_what_was_said_elsewhere_meanwhile_stands_before_it(page: Page, user: User) -> None:
    conversation = ConversationFactory(user=user)
    page.goto(address_of(conversation))
    held = HeldRequests(page, "**/api/chat/")
    say(page, "Add Milk")
    held.wait()
    said_before(conversation, "Hello", "Hello, Ada.")
    held.go_on()

    expect(replies(page).last).to_contain_text("Milk")
    expect(messages(page)).to_contain_text(["Hello", "Hello, Ada.", "Add Milk", "Added"])
    expect(button(page, "Ask again")).to_have_count(1)


def test_what_waits_goes_out_though_the_answer_before_it_was_lost_track_of(page: Page) -> None:
    page.goto("/")
    page.route("**/calls/**", lambda route: route.abort(), times=1)
    say(page, "Add Milk")
    say(page, "Add Bread")

    expect(replies(page)).to_contain_text(["Milk", "Bread"])
    expect(waiting(page)).to_have_count(0)


def test_a_script_or_part_that_does_not_come_is_no_fault(page: Page, user: User) -> None:
    TaskFactory(user=user, title="Milk")
    page.route("**/static/chat/*.js", lambda route: route.abort())
    page.goto("/")
    page.unroute("**/static/chat/*.js")
    page.reload()
    expect(button(page, "Send")).to_be_visible()
    page.route("**/static/chat/*.js", lambda route: route.abort())
    page.route("**/c/?*", lambda route: route.abort())

    tasks(page).hover()
    button(tasks(page), "Edit Milk").click()
    search(page).press("Enter")
    page.keyboard.press("Control+k")

    expect(page.get_by_role("alert").filter(has_text="That did not work.")).to_be_visible()
