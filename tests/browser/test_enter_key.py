"""What Enter does in a message: on a keyboard it sends, on a touch screen it breaks the line."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.conftest import Open
from tests.browser.talking import button, composer, said

TOUCH = {"has_touch": True, "is_mobile": True}


def opened(open_page: Open, user: User, enter_key: str, touch: bool) -> Page:
    User.objects.filter(pk=user.pk).update(enter_key=enter_key)
    page = open_page(user, **(TOUCH if touch else {}))
    page.goto("/")
    return page


@pytest.mark.parametrize(
    ("enter_key", "touch"), [("device", True), ("breaks", False)], ids=["touch", "wanted"]
)
def test_where_it_breaks_the_line_the_button_sends(
    open_page: Open, user: User, enter_key: str, touch: bool
) -> None:
    page = opened(open_page, user, enter_key, touch)
    expect(composer(page)).to_have_attribute("enterkeyhint", "enter")
    composer(page).fill("One")
    composer(page).press("Enter")
    page.keyboard.type("Two")
    expect(composer(page)).to_have_value("One\nTwo")

    button(page, "Send").click()
    expect(said(page)).to_contain_text("One\nTwo")
    expect(button(page, "Send")).to_be_visible()  # that answer is there
    composer(page).fill("Three")
    composer(page).press("ControlOrMeta+Enter")
    expect(said(page)).to_contain_text(["One", "Three"])
    if not touch:
        page.get_by_role("log").press("?")
        keys = page.get_by_role("dialog", name="Keyboard")
        expect(keys).to_contain_text("Enter new line Ctrl Enter send", use_inner_text=True)


@pytest.mark.parametrize(
    ("enter_key", "touch"), [("device", False), ("sends", True)], ids=["keyboard", "wanted"]
)
def test_where_it_sends_shift_breaks_the_line(
    open_page: Open, user: User, enter_key: str, touch: bool
) -> None:
    page = opened(open_page, user, enter_key, touch)
    expect(composer(page)).to_have_attribute("enterkeyhint", "send")
    composer(page).fill("One")
    composer(page).press("Shift+Enter")
    page.keyboard.type("Two")
    expect(composer(page)).to_have_value("One\nTwo")

    composer(page).press("Enter")
    expect(said(page)).to_contain_text("One\nTwo")
    expect(composer(page)).to_be_focused()  # one goes on typing
