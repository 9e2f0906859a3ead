"""Signing out deletes what the browser keeps, and asks first where that was not sent."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.parts import is_phone
from tests.browser.talking import button, composer, say
from tests.browser.viewports import both_widths
from tests.browser.watch import Watch


def to_sign_out(page: Page, where: str) -> None:
    """On a phone there is no button for it beside the others, but in the settings."""
    page.goto(where)
    if where == "/" and is_phone(page):
        expect(button(page, "Sign out")).to_have_count(0)
        page.get_by_role("link", name="Settings").click()
    button(page, "Sign out").click()


@both_widths
@pytest.mark.parametrize("where", ["/", "/accounts/settings/"])
def test_who_has_words_that_are_not_sent_is_asked_first(page: Page, where: str) -> None:
    page.goto("/")
    composer(page).fill("Half a thought")
    dialog = page.get_by_role("dialog", name="Sign out and lose what is not sent?")

    to_sign_out(page, where)
    expect(button(dialog, "Stay")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(button(page, "Sign out")).to_be_focused()
    button(page, "Sign out").click()
    page.keyboard.press("Escape")
    page.goto("/")
    expect(composer(page)).to_have_value("Half a thought")

    to_sign_out(page, where)
    button(dialog, "Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_a_message_that_could_not_be_sent_is_such_too(page: Page, watch: Watch) -> None:
    watch.allow("net::ERR_FAILED")
    page.goto("/")
    page.route("**/api/chat/", lambda route: route.abort())
    say(page, "Are you there?")
    expect(button(page, "Dismiss")).to_be_visible()

    button(page, "Sign out").click()
    expect(page.get_by_role("dialog", name="Sign out and lose")).to_be_visible()


@both_widths
def test_who_has_none_is_not_asked(page: Page) -> None:
    to_sign_out(page, "/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
