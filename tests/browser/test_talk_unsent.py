"""A message that cannot be sent is kept, and sent again it is there once."""

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from conversations.models import Message
from tests.browser.talking import (
    address_of,
    button,
    composer,
    keys_of_messages,
    look,
    messages,
    replies,
    said,
    say,
    shows_one_exchange,
)
from tests.browser.viewports import both_widths
from tests.browser.watch import Watch
from tests.factories import PASSWORD, ConversationFactory
from tests.factories import say as said_before
from todos.models import Task

POST = "**/api/chat/"
NOT_SENT = "This could not be sent. Your words are kept; try again."
OFFLINE = "You are offline. Your message is kept here; send it when the connection is back."


@pytest.fixture(autouse=True)
def lost_requests_are_no_faults(watch: Watch) -> None:
    watch.allow("net::ERR_FAILED", "net::ERR_INTERNET_DISCONNECTED")


@both_widths
def test_a_lost_message_is_sent_again_under_its_key(page: Page) -> None:
    keys = keys_of_messages(page)
    page.goto("/")
    page.route(POST, lambda route: route.abort(), times=1)
    say(page, "Add Milk")
    expect(page.get_by_role("alert").filter(has_text=NOT_SENT)).to_be_in_viewport()
    expect(said(page)).to_contain_text("Add Milk")

    button(page, "Try again").click()

    shows_one_exchange(page, "Add Milk", "Milk")
    expect(page.get_by_text(NOT_SENT)).to_have_count(0)
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert Message.objects.count() == 2
    page.reload()
    shows_one_exchange(page, "Add Milk", "Milk")


def test_a_lost_message_outlives_the_page_until_it_is_dismissed(page: Page) -> None:
    page.goto("/")
    page.route(POST, lambda route: route.abort())
    say(page, "Add Milk")
    expect(page.get_by_text(NOT_SENT)).to_be_visible()

    page.reload()

    expect(page.get_by_text(NOT_SENT)).to_be_visible()
    expect(messages(page)).to_have_count(1)
    expect(messages(page)).to_contain_text("Add Milk")
    button(page, "Dismiss").click()
    expect(messages(page)).to_have_count(0)
    page.reload()
    expect(composer(page)).to_be_visible()
    expect(messages(page)).to_have_count(0)


@pytest.mark.parametrize("where", ["new", "there"])
def test_a_message_whose_answer_was_lost_is_shown_with_its_one_answer(
    page: Page, user: User, where: str
) -> None:
    if where == "there":
        conversation = ConversationFactory(user=user)
        said_before(conversation, "Hello", "Hello, Ada.")
    page.goto("/" if where == "new" else address_of(conversation))

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(POST, lose_the_answer, times=1)
    say(page, "Add Milk")
    expect(page.get_by_text(NOT_SENT)).to_be_visible()
    button(page, "Try again").click()

    expect(replies(page).last).to_contain_text("Milk")
    expect(said(page).filter(has_text="Add Milk")).to_have_count(1)
    expect(replies(page).filter(has_text="Milk")).to_have_count(1)
    assert Task.objects.for_user(user).count() == 1
    page.reload()
    expect(said(page).filter(has_text="Add Milk")).to_have_count(1)
    expect(page.get_by_text(NOT_SENT)).to_have_count(0)


def test_a_lost_message_is_not_forgotten_over_the_next(page: Page, user: User) -> None:
    conversation = ConversationFactory(user=user)
    page.goto(address_of(conversation))
    page.route(POST, lambda route: route.abort(), times=2)
    say(page, "Add Milk")
    expect(page.get_by_text(NOT_SENT)).to_be_visible()
    say(page, "Add Honey")
    expect(page.get_by_text(NOT_SENT)).to_have_count(2)
    say(page, "Add Bread")
    expect(replies(page)).to_contain_text("Bread")

    page.reload()

    expect(page.get_by_text(NOT_SENT)).to_have_count(2)
    expect(said(page)).to_contain_text(["Add Bread", "Add Milk", "Add Honey"])
    button(said(page).filter(has_text="Add Honey"), "Try again").click()
    expect(replies(page)).to_contain_text(["Bread", "Honey"])
    expect(page.get_by_text(NOT_SENT)).to_have_count(1)


@both_widths
def test_who_is_offline_is_told_so_and_loses_nothing(page: Page) -> None:
    page.goto("/")
    page.context.set_offline(True)
    told = page.get_by_role("alert").filter(has_text=OFFLINE)
    expect(told).to_be_in_viewport()
    page.context.set_offline(False)
    expect(told).to_be_hidden()

    page.context.set_offline(True)
    say(page, "Add Milk")
    expect(said(page).filter(has=told)).to_contain_text("Add Milk")
    page.context.set_offline(False)
    button(page, "Try again").click()
    shows_one_exchange(page, "Add Milk", "Milk")
    expect(page.get_by_text(OFFLINE)).to_have_count(0)


def end_the_session(page: Page) -> None:
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)


def sign_in_again(page: Page, user: User) -> None:
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")


def test_a_message_sent_after_the_session_ended_is_there_after_signing_in(
    page: Page, user: User, watch: Watch
) -> None:
    watch.allow("status of 401")
    conversation = ConversationFactory(user=user)
    page.goto(address_of(conversation))
    end_the_session(page)

    say(page, "Add Milk")
    expect(page.get_by_text("You are signed out")).to_be_visible()
    page.reload()
    sign_in_again(page, user)

    expect(page).to_have_url(address_of(conversation))
    expect(page.get_by_text(NOT_SENT)).to_be_visible()
    button(page, "Try again").click()
    shows_one_exchange(page, "Add Milk", "Milk")


def test_a_draft_is_in_the_box_after_signing_in_again(page: Page, user: User, watch: Watch) -> None:
    watch.allow("status of 401")
    conversation = ConversationFactory(user=user)
    page.goto(address_of(conversation))
    composer(page).fill("Add Milk and")
    end_the_session(page)

    look(page)
    expect(page.get_by_text("You are signed out")).to_be_visible()
    page.reload()
    sign_in_again(page, user)

    expect(page).to_have_url(address_of(conversation))
    expect(composer(page)).to_have_value("Add Milk and")
