"""The palette: by Ctrl+K, by a button, with the keyboard alone."""

import re

from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.axe import faults_of
from tests.browser.parts import is_phone, log, tasks
from tests.browser.viewports import both_colours, both_widths, fits_the_window
from tests.factories import ConversationFactory, TaskFactory, say


@both_widths
@both_colours
def test_it_finds_and_leads_to_what_was_found(page: Page, user: User) -> None:
    task = TaskFactory(user=user, title="Café visit")
    conversation = ConversationFactory(user=user, title="Journey")
    for number in range(1, 61):
        say(conversation, f"Question {number}{' Ärger' * (number == 5)}", f"Answer {number}")
    page.goto("/")
    palette = page.get_by_role("dialog", name="Find or do")
    field = palette.get_by_role("combobox")
    chosen = palette.locator("[aria-selected=true]")

    if is_phone(page):
        page.get_by_role("link", name="Find or do").click()
    else:
        page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    expect(chosen).to_have_text("Journey")
    assert faults_of(page) == []
    assert fits_the_window(page)
    page.keyboard.press("ArrowUp")
    expect(chosen).to_have_text("Sign out")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()

    page.keyboard.press("Control+k")
    page.keyboard.type("cafe")
    expect(chosen).to_contain_text("Café visit")
    expect(field).to_have_attribute("aria-activedescendant", "palette-option-0")
    page.keyboard.press("Enter")
    expect(tasks(page).locator(f"#task-{task.pk} button").first).to_be_focused()
    page.keyboard.press("Escape")

    page.keyboard.press("Control+k")
    page.keyboard.type("nowhere to be found")
    expect(palette).to_contain_text("Nothing found.")
    field.fill("arger")
    expect(chosen).to_contain_text("Question 5 Ärger")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/c/{conversation.pk}/.*around=9#message-"))
    expect(log(page).locator("article:target")).to_be_in_viewport()


def test_the_pages_that_need_no_script(page: Page, user: User) -> None:
    TaskFactory(user=user, title="Milk")
    ConversationFactory(user=user, title="Milk").remove()
    for path in ("/find/?q=milk", "/deleted/"):
        page.goto(path)
        assert faults_of(page) == []
        assert fits_the_window(page)


def test_a_task_that_is_not_in_the_panel_has_its_page(page: Page, user: User) -> None:
    task = TaskFactory(user=user, title="Milk", completed=True)
    TaskFactory.create_batch(6, user=user, completed=True)
    page.goto("/")
    expect(tasks(page)).not_to_contain_text("Milk")

    page.keyboard.press("Control+k")
    page.keyboard.type("milk")
    expect(page.locator("#palette [aria-selected=true]")).to_contain_text("Milk")
    page.keyboard.press("Enter")

    expect(page).to_have_url(re.compile(rf"/tasks/{task.pk}/$"))
    expect(page.get_by_label("Title")).to_have_value("Milk")


def test_it_does_what_the_page_can_do(page: Page, user: User) -> None:
    conversation = ConversationFactory(user=user, title="Journey")
    page.goto(f"/c/{conversation.pk}/")
    page.get_by_role("textbox", name="Your message").fill("Half a thought")
    page.keyboard.press("Control+k")
    expect(page.locator("#palette [role=option]").first).to_be_visible()
    page.keyboard.press("Escape")
    for name, dialog in [
        ("keyboard", "Keyboard"),
        ("delete this", "Delete this conversation?"),
        ("sign out", "Sign out and lose what is not sent?"),
    ]:
        page.keyboard.press("Control+k")
        page.keyboard.type(name)
        page.keyboard.press("Enter")  # before what fits is there
        expect(page.get_by_role("dialog", name=dialog)).to_be_visible()
        page.keyboard.press("Escape")
