"""A message that cannot be sent is kept, and sent by itself when that works: once, in its order."""

import json
from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from conversations.models import Conversation, Message, Turn
from tests.browser.talking import (
    address_of,
    button,
    composer,
    keys_of_messages,
    look,
    replies,
    said,
    say,
    shows_one_exchange,
    waiting,
)
from tests.browser.viewports import both_widths
from tests.browser.watch import Watch
from tests.factories import LEASE, PASSWORD, ConversationFactory
from tests.factories import say as said_before
from todos.models import Task

POST = "**/api/chat/"
NOT_SENT = "This could not be sent yet. It is kept here, and sent as soon as that works."
OFFLINE = "You are offline. Your message is kept here, and sent when the connection is back."


@pytest.fixture(autouse=True)
def lost_requests_are_no_faults(watch: Watch) -> None:
    watch.allow("net::ERR_FAILED", "net::ERR_INTERNET_DISCONNECTED")


@both_widths
def test_a_lost_message_is_sent_again_by_itself_under_its_key(page: Page) -> None:
    keys = keys_of_messages(page)
    page.goto("/")
    page.route(POST, lambda route: route.abort(), times=1)
    say(page, "Add Milk")
    expect(page.get_by_role("alert").filter(has_text=NOT_SENT)).to_be_in_viewport()
    expect(waiting(page)).to_contain_text("Add Milk")

    shows_one_exchange(page, "Add Milk", "Milk")

    expect(waiting(page)).to_have_count(0)
    assert len(keys) == 2
    assert keys[0] == keys[1]
    assert Message.objects.count() == 2
    page.reload()
    shows_one_exchange(page, "Add Milk", "Milk")


def test_a_lost_message_outlives_the_page_until_its_words_are_given_back(page: Page) -> None:
    page.goto("/")
    page.route(POST, lambda route: route.abort())
    say(page, "Add Milk")
    expect(page.get_by_text(NOT_SENT)).to_be_visible()

    page.reload()

    expect(page.get_by_text(NOT_SENT)).to_be_visible()
    expect(waiting(page)).to_contain_text("Add Milk")
    composer(page).fill("and bread")
    button(page, "Dismiss").click()
    expect(waiting(page)).to_have_count(0)
    expect(composer(page)).to_have_value("Add Milk\nand bread")
    expect(composer(page)).to_be_focused()
    page.reload()
    expect(composer(page)).to_have_value("Add Milk\nand bread")
    expect(waiting(page)).to_have_count(0)


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

    expect(replies(page).last).to_contain_text("Milk")
    expect(said(page).filter(has_text="Add Milk")).to_have_count(1)
    expect(replies(page).filter(has_text="Milk")).to_have_count(1)
    expect(waiting(page)).to_have_count(0)
    assert Task.objects.for_user(user).count() == 1
    page.reload()
    expect(said(page).filter(has_text="Add Milk")).to_have_count(1)


def test_what_the_server_has_drawn_was_sent(page: Page, user: User, watch: Watch) -> None:
    conversation = ConversationFactory(user=user)
    keys = keys_of_messages(page)
    page.goto(address_of(conversation))
    page.route(POST, lambda route: route.abort())
    say(page, "Add Milk")
    expect(page.get_by_text(NOT_SENT)).to_be_visible()

    turn = conversation.begin_turn("Add Milk", LEASE, idempotency_key=keys[0])
    turn.finish(Turn.Status.COMPLETED, "Added Milk.")
    look(page)

    expect(waiting(page)).to_have_count(0)
    shows_one_exchange(page, "Add Milk", "Added Milk.")


def test_lost_messages_go_out_in_their_order_into_one_conversation(page: Page) -> None:
    page.goto("/")
    page.route(POST, lambda route: route.abort())
    for words in ("Add Milk", "Add Honey", "Add Bread"):
        say(page, words)
    expect(waiting(page)).to_contain_text(["Add Milk", "Add Honey", "Add Bread"])
    page.reload()
    expect(waiting(page)).to_contain_text(["Add Milk", "Add Honey", "Add Bread"])

    page.unroute(POST)
    button(waiting(page).first, "Try again").click()

    expect(replies(page)).to_contain_text(["Milk", "Honey", "Bread"])
    expect(said(page)).to_contain_text(["Add Milk", "Add Honey", "Add Bread"])
    expect(waiting(page)).to_have_count(0)
    assert Conversation.objects.get().message_count == 6


@both_widths
def test_who_is_offline_is_told_so_and_loses_nothing(page: Page) -> None:
    page.goto("/")
    composer(page).fill("Add Milk")
    page.wait_for_load_state("networkidle")  # the script that shows it has come
    page.context.set_offline(True)
    told = page.get_by_role("alert").filter(has_text=OFFLINE).first
    expect(told).to_be_in_viewport()
    page.context.set_offline(False)
    expect(told).to_be_hidden()

    page.context.set_offline(True)
    composer(page).press("Enter")
    expect(waiting(page)).to_contain_text("Add Milk")
    page.context.set_offline(False)
    shows_one_exchange(page, "Add Milk", "Milk")
    expect(page.get_by_text(OFFLINE)).to_have_count(0)


def refuse(status: int, detail: str, **headers: str) -> Callable[[Route], None]:
    problem = json.dumps({"status": status, "code": "refused", "detail": detail})
    return lambda route: route.fulfill(status=status, body=problem, headers=headers)


def test_what_can_never_be_sent_keeps_its_reason_and_lets_the_next_go_on(
    page: Page, watch: Watch
) -> None:
    watch.allow("status of 400")
    page.goto("/")
    page.route(POST, refuse(400, "It is too long."), times=1)
    say(page, "Add Milk")
    expect(waiting(page)).to_contain_text("It is too long.")
    expect(button(waiting(page), "Try again")).to_have_count(0)

    say(page, "Add Bread")

    shows_one_exchange(page, "Add Bread", "Bread")
    expect(waiting(page)).to_contain_text("Add Milk")


def test_what_is_sent_too_soon_is_sent_after_its_time(page: Page, watch: Watch) -> None:
    watch.allow("status of 429")
    page.clock.install()
    page.goto("/")
    page.route(POST, refuse(429, "Come back in a while.", **{"Retry-After": "600"}), times=1)
    say(page, "Add Milk")
    expect(waiting(page)).to_contain_text("Come back in a while.")
    page.clock.run_for(590_000)
    look(page)
    expect(waiting(page)).to_have_count(1)
    assert not Message.objects.exists()

    page.clock.run_for(20_000)

    shows_one_exchange(page, "Add Milk", "Milk")


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
