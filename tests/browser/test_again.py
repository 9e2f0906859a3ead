"""The last exchange once more: asked again, or its message edited."""

from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Conversation, Message, Turn
from tests.browser.conftest import Open
from tests.browser.parts import open_tasks
from tests.browser.talking import (
    address_of,
    button,
    composer,
    replies,
    said,
    say,
    shows_one_exchange,
    waiting,
)
from tests.browser.viewports import both_widths
from tests.browser.watch import Watch
from tests.factories import ConversationFactory
from tests.factories import say as said_before
from todos.models import Origin, Task

WITHDRAW = "**/withdraw/"
ASKS = "Some of what it did has changed since. Go on and leave that as it is?"


@both_widths
def test_a_reply_is_asked_for_again(page: Page, user: User) -> None:
    page.goto("/")
    say(page, "Add Milk")
    shows_one_exchange(page, "Add Milk", "Milk")

    button(page, "Ask again").click()

    expect(page.get_by_text("Taken back").first).to_be_visible()
    expect(button(page, "Ask again")).to_have_count(1)
    expect(replies(page)).to_have_count(1)  # the other one is folded
    assert Task.objects.for_user(user).count() == 1
    assert Turn.objects.exclude(withdrawn_at=None).count() == 1
    expect(open_tasks(page).get_by_text("Milk")).to_have_count(1)
    page.reload()
    page.get_by_text("Taken back").click()
    expect(replies(page)).to_have_count(2)
    expect(said(page).first).to_contain_text("Add Milk")


@both_widths
def test_the_last_message_is_edited(page: Page, user: User) -> None:
    page.goto("/")
    say(page, "Add Milk")
    shows_one_exchange(page, "Add Milk", "Milk")

    composer(page).press("ArrowUp")

    expect(composer(page)).to_have_value("Add Milk")
    expect(composer(page)).to_be_focused()
    expect(page.get_by_text("Taken back").first).to_be_visible()
    assert not Task.objects.for_user(user).exists()
    page.reload()
    expect(composer(page)).to_have_value("Add Milk")
    composer(page).press("ArrowUp")  # it moves the caret
    say(page, "Add Bread")
    expect(replies(page)).to_contain_text("Bread")
    assert [task.title for task in Task.objects.for_user(user)] == ["Bread"]


def test_only_the_last_exchange_offers_it(page: Page, user: User) -> None:
    conversation = ConversationFactory(user=user)
    said_before(conversation, "Hello", "Hello, Ada.")
    page.goto(address_of(conversation))
    expect(button(page, "Ask again")).to_have_count(1)

    say(page, "Add Milk")

    expect(replies(page).last).to_contain_text("Milk")
    expect(button(replies(page).last, "Ask again")).to_have_count(1)
    expect(button(page, "Ask again")).to_have_count(1)
    expect(button(page, "Edit")).to_have_count(1)


def test_it_asks_when_not_all_can_be_undone(page: Page, user: User, watch: Watch) -> None:
    watch.allow("status of 409")
    page.goto("/")
    say(page, "Add Milk")
    shows_one_exchange(page, "Add Milk", "Milk")
    Task.objects.get().edit(Origin("api"), title="Oat milk")

    button(page, "Ask again").click()
    expect(waiting(page)).to_contain_text(ASKS)
    assert Turn.objects.get().withdrawn_at is None
    button(waiting(page), "Go on").click()

    expect(page.get_by_text("Taken back").first).to_be_visible()
    expect(replies(page)).to_have_count(1)
    expect(waiting(page)).to_have_count(0)
    expect(button(page, "Ask again")).to_have_count(1)
    assert Task.objects.for_user(user).count() == 2

    Task.objects.get(title="Milk").edit(Origin("api"), title="Soy milk")
    composer(page).press("ArrowUp")
    asked = page.get_by_role("alert").filter(has_text=ASKS)
    expect(asked).to_be_visible()
    said(page).last.evaluate("message => { message.dataset.stale = ''; }")
    Conversation.objects.get().rename("Dairy")
    expect(page.locator("[data-stale]")).to_have_count(0)  # it is drawn anew
    expect(asked).to_be_visible()
    expect(composer(page)).to_have_value("Add Milk")
    button(page, "Go on").click()
    expect(replies(page)).to_have_count(0)
    assert Task.objects.for_user(user).count() == 2


def test_words_are_not_lost_between_taking_back_and_sending(
    page: Page, user: User, watch: Watch
) -> None:
    watch.allow("net::ERR_FAILED")
    page.goto("/")
    say(page, "Add Milk")
    shows_one_exchange(page, "Add Milk", "Milk")
    page.route("**/api/chat/", lambda route: route.abort())

    button(page, "Ask again").click()
    expect(waiting(page)).to_contain_text("Add Milk")
    page.reload()
    expect(waiting(page)).to_contain_text("Add Milk")
    page.unroute("**/api/chat/")
    button(waiting(page), "Try again").click()

    expect(replies(page)).to_contain_text("Milk")
    assert Task.objects.for_user(user).count() == 1
    assert Message.objects.count() == 4


def test_two_tabs_that_ask_again_ask_once(open_page: Open, user: User, watch: Watch) -> None:
    watch.allow("status of 409")
    page = open_page(user)
    page.goto("/")
    say(page, "Add Milk")
    shows_one_exchange(page, "Add Milk", "Milk")
    other = page.context.new_page()
    other.goto(address_of(Conversation.objects.get()))

    button(page, "Ask again").click()
    button(other, "Ask again").click()

    for each in (page, other):
        expect(each.get_by_text("Taken back").first).to_be_visible()
        expect(replies(each)).to_have_count(1)
        expect(button(each, "Ask again")).to_have_count(1)
        expect(waiting(each)).to_have_count(0)
    assert Message.objects.count() == 4
    assert Task.objects.for_user(user).count() == 1


@both_widths
def test_an_answer_is_given_with_one_click(page: Page) -> None:
    page.goto("/")
    say(page, "Add Milk in 5 days")
    button(page, "Tomorrow instead").click()

    expect(said(page).last).to_contain_text("Move it to tomorrow")
    expect(replies(page)).to_have_count(2)
    expect(replies(page).last).to_contain_text("tomorrow")
    expect(button(page, "Tomorrow instead")).to_have_count(0)
    expect(button(page, "Ask again")).to_have_count(1)
