"""Dialogs, and the drawers of a phone: who is in one is in nothing else."""

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from conversations.models import Conversation
from tests.browser.parts import conversations, log, search, tasks
from tests.browser.talking import address_of, button, composer
from tests.browser.viewports import PHONE, WIDE, both_widths
from tests.factories import ConversationFactory, TaskFactory, say

phone = pytest.mark.parametrize("viewport", [PHONE], ids=["phone"])
OUTSIDE = """panel => {
    const { activeElement } = document; // none, where the browser's own buttons have their turn
    return activeElement !== document.body && !panel.contains(activeElement);
}"""


@pytest.fixture
def holiday(user: User) -> Conversation:
    holiday = ConversationFactory(user=user, title="Holiday")
    say(holiday, "Find the passports", "They are in the drawer.")
    TaskFactory(user=user, title="Milk")
    return holiday


def keeps_the_keyboard(page: Page, panel: Locator) -> bool:
    """Neither Tab nor Shift and Tab lead out of it; in the end the focus is in it."""
    for key in ["Tab"] * 9 + ["Shift+Tab"] * 12:
        page.keyboard.press(key)
        if panel.evaluate(OUTSIDE):
            return False
    while page.evaluate("document.activeElement === document.body"):
        page.keyboard.press("Tab")
    return True


@both_widths
def test_a_dialog_keeps_the_keyboard_until_it_closes(page: Page, holiday: Conversation) -> None:
    page.goto(address_of(holiday))
    delete = button(page, "Delete")
    dialog = page.get_by_role("dialog", name="Delete this conversation?")

    delete.click()
    expect(button(dialog, "Keep it")).to_be_focused()
    assert keeps_the_keyboard(page, dialog)
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(delete).to_be_focused()

    delete.press("Enter")
    button(dialog, "Keep it").press("Enter")
    expect(dialog).to_be_hidden()
    expect(delete).to_be_focused()

    delete.click()
    page.mouse.click(5, 400)
    expect(dialog).to_be_hidden()
    expect(delete).to_be_focused()


@both_widths
def test_the_list_of_keys_gives_the_focus_back(page: Page, holiday: Conversation) -> None:
    page.goto(address_of(holiday))
    keys = page.get_by_role("dialog", name="Keyboard")
    delete = button(page, "Delete")
    delete.focus()

    page.keyboard.press("?")
    expect(button(keys, "Close")).to_be_focused()
    assert keeps_the_keyboard(page, keys)
    page.keyboard.press("/")
    assert not keys.evaluate(OUTSIDE)
    page.keyboard.press("?")
    expect(keys).to_be_hidden()
    expect(delete).to_be_focused()


@phone
@pytest.mark.parametrize("name", ["Conversations", "Tasks"])
def test_a_drawer_keeps_the_keyboard_until_it_closes(
    page: Page, holiday: Conversation, name: str
) -> None:
    page.goto(address_of(holiday))
    opener = button(page, name)
    drawer = conversations(page) if name == "Conversations" else tasks(page)

    opener.press("Enter")
    expect(drawer).to_be_visible()
    assert not drawer.evaluate(OUTSIDE)
    assert keeps_the_keyboard(page, drawer)
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    expect(opener).to_be_focused()

    opener.click()
    page.mouse.click(*((370, 400) if name == "Conversations" else (5, 400)))
    expect(drawer).to_be_hidden()
    expect(opener).to_be_focused()

    opener.click()
    button(drawer, "Close").click()
    expect(opener).to_be_focused()
    composer(page).click()
    expect(composer(page)).to_be_focused()


@phone
def test_a_drawer_gives_way_to_a_dialog_and_to_a_wide_window(
    page: Page, holiday: Conversation
) -> None:
    page.goto(address_of(holiday))
    button(page, "Tasks").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    expect(tasks(page)).to_be_hidden()
    page.keyboard.press("Escape")
    expect(composer(page)).to_be_focused()
    assert page.evaluate("document.querySelectorAll('[inert]').length") == 0

    log(page).press("/")
    expect(search(page)).to_be_focused()
    page.set_viewport_size(WIDE)
    composer(page).click()
    expect(composer(page)).to_be_focused()
    expect(conversations(page)).to_be_visible()
