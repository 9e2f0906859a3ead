"""What the assistant asks first is answered in place, by its buttons."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from conversations.models import Conversation
from tests.browser.parts import open_tasks, rows, tasks
from tests.browser.talking import address_of, button, look
from tests.browser.viewports import both_colours, both_widths, fits_the_window
from tests.browser.watch import Watch
from tests.factories import ConversationFactory
from tests.pages.asking import ask
from todos.models import Origin, Task

Check = Callable[[Page], None]
TITLES = [f"Task number {number} with a long name" for number in range(12)]


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def question(page: Page) -> Locator:
    return page.get_by_role("log").get_by_role("group", name="Delete")


@both_widths
@both_colours
def test_do_it_does_it_in_place_and_undo_takes_it_back(
    page: Page, axe: Check, conversation: Conversation
) -> None:
    ask(conversation, *TITLES)
    page.goto(address_of(conversation))
    question(page).get_by_text("All 12 tasks").click()
    expect(question(page).get_by_role("listitem")).to_have_count(12)
    axe(page)
    assert fits_the_window(page)

    button(question(page), "Do it").press("Enter")
    expect(question(page)).to_contain_text("Done.")
    expect(question(page)).to_be_focused()
    assert Task.objects.exclude(deleted_at=None).count() == 12
    axe(page)

    button(question(page), "Undo").click()
    expect(question(page)).to_contain_text("taken back")
    open_tasks(page)
    expect(rows(page)).to_have_count(12)


def test_what_has_moved_on_is_asked_anew(
    page: Page, watch: Watch, conversation: Conversation
) -> None:
    watch.allow("status of 409")
    ask(conversation, "Milk", "Tea")
    page.goto(address_of(conversation))
    expect(question(page)).to_have_count(1)
    Task.objects.get(title="Milk").remove(Origin("api"))

    button(question(page), "Do it").click()
    expect(page.get_by_role("alert")).to_contain_text("changed since")
    expect(question(page)).to_have_count(2)
    expect(question(page).last).to_contain_text("“Milk” is deleted")


def test_what_is_asked_is_copied_and_an_answer_from_elsewhere_is_seen(
    page: Page, conversation: Conversation
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    proposal = ask(conversation, "Milk", "Tea")
    page.goto(address_of(conversation))
    expect(button(question(page), "Do it")).to_be_visible()
    expect(tasks(page).get_by_text("1 question waits")).to_be_visible()
    page.get_by_role("log").get_by_role("button", name="Copy").last.click()
    expect(page.get_by_role("log").get_by_role("button", name="Copied")).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert "Shall I do that? Say yes or no.\n\nDelete 2 tasks: “Milk”, “Tea”" in copied

    proposal.approve(Origin("api"))
    look(page)

    expect(question(page)).to_contain_text("Done.")
    expect(tasks(page).get_by_text("1 question waits")).to_have_count(0)


@both_widths
def test_a_question_of_another_conversation_waits_beside_the_talk(
    page: Page, axe: Check, conversation: Conversation
) -> None:
    ask(conversation, "Milk", "Tea")
    ask(conversation, "Salt")
    page.goto("/")
    open_tasks(page)
    tasks(page).get_by_text("2 questions wait for you").click()
    expect(button(tasks(page), "Do it")).to_have_count(2)
    axe(page)
    assert fits_the_window(page)

    button(tasks(page), "Leave it").first.press("Enter")
    expect(tasks(page).get_by_text("1 question waits for you")).to_be_focused()
    button(tasks(page), "Leave it").click()

    expect(tasks(page).get_by_text("waits for you")).to_have_count(0)
    expect(rows(page)).to_have_count(3)
