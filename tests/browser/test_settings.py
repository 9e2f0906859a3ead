"""The settings by subject, with a script: both widths, and what it does."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.browser.talking import button
from tests.browser.viewports import both_widths, fits_the_window
from todos.models import Task

Check = Callable[[Page], None]
FILE = b"title,due_date\nMilk,2026-12-01\nBread,\n"


@both_widths
@pytest.mark.parametrize("colour_scheme", ["dark"])
def test_a_file_stays_chosen_while_one_looks(page: Page, user: User, axe: Check) -> None:
    user.make_key("An assistant with a name that is long", ["write", "ask", "no_delete"])
    for path in ("/settings/reminders/", "/settings/keys/", "/settings/calendar/"):
        page.goto(path)
        axe(page)
        assert fits_the_window(page)
    button(page, "Make an address").click()
    address = page.get_by_label("Address for to-dos").input_value()
    expect(page.get_by_label("Address for events")).to_have_value(f"{address}?as=event")
    axe(page)

    page.goto("/import/")
    page.get_by_label("File").set_input_files(
        {"name": "t.csv", "mimeType": "text/csv", "buffer": FILE}
    )
    button(page, "Show what will be made").click()
    expect(page.get_by_role("heading", name="2 tasks will be made")).to_be_focused()
    axe(page)
    assert fits_the_window(page)
    assert not Task.objects.exists()
    button(page, "Import them").click()

    expect(page.get_by_role("status")).to_contain_text("2 tasks were brought in.")
    assert Task.objects.for_user(user).count() == 2
    button(page, "Undo").click()
    expect(page.get_by_role("status")).not_to_contain_text("brought in")
    assert not Task.objects.for_user(user).exists()
