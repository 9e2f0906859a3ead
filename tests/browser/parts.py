"""Where the parts of the page are that stand around the talk, and its messages."""

import re

from playwright.sync_api import Locator, Page

from tests.browser.viewports import PHONE


def is_phone(page: Page) -> bool:
    return page.viewport_size == PHONE


def conversations(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Conversations")


def open_conversations(page: Page) -> Locator:
    """The list of conversations, which on a phone is in a drawer."""
    if is_phone(page):
        page.get_by_role("button", name="Conversations").click()
    return conversations(page)


def search(page: Page) -> Locator:
    return page.get_by_label("Search your conversations")


def tasks(page: Page) -> Locator:
    return page.get_by_role("complementary", name="Tasks")


def tasks_button(page: Page) -> Locator:
    """On a phone; it tells how many are for today, too."""
    return page.get_by_role("button", name=re.compile("^Tasks"))


def open_tasks(page: Page) -> Locator:
    """The tasks, which on a phone are in a drawer."""
    if is_phone(page):
        tasks_button(page).click()
    return tasks(page)


def rows(page: Page) -> Locator:
    """The tasks that the panel shows, and their steps."""
    return tasks(page).get_by_role("region").get_by_role("listitem")


def log(page: Page) -> Locator:
    return page.get_by_role("log", name="Messages")
