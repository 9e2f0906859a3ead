"""However many tasks there are, each can be reached."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests.browser.conftest import Open
from tests.browser.parts import open_tasks, tasks
from tests.browser.viewports import both_widths, fits_the_window
from tests.factories import TaskFactory

Check = Callable[[Page], None]


def many(user: User) -> None:
    today = user.local_now().date()
    for number in range(115):
        TaskFactory(user=user, title=f"Thing {number}", due_date=today + timedelta(days=number))


def titles(page: Page) -> Locator:
    return tasks(page).locator(".title")


@both_widths
def test_all_are_shown_by_scrolling_and_a_new_one_always(
    page: Page, user: User, axe: Check
) -> None:
    many(user)
    page.goto("/")
    open_tasks(page)
    expect(titles(page)).to_have_count(110)
    expect(tasks(page)).to_contain_text("110 of 115 are shown.")
    axe(page)

    page.get_by_label("New task").fill("Brand new")
    page.get_by_label("New task").press("Enter")
    expect(titles(page).filter(has_text="Brand new")).to_be_visible()

    page.locator("#tasks").evaluate("tasks => tasks.scrollTo(0, tasks.scrollHeight)")
    expect(titles(page)).to_have_count(116)
    expect(tasks(page)).not_to_contain_text("are shown.")
    button = tasks(page).get_by_role("button", name="Complete Thing 112")
    button.click()
    expect(tasks(page).get_by_role("region", name="Done lately")).to_contain_text("Thing 112")
    expect(titles(page)).to_have_count(116)


@both_widths
def test_views_are_chosen_in_place_and_kept_in_the_address(
    page: Page, user: User, axe: Check
) -> None:
    today = user.local_now().date()
    for title, days in [("Late", -1), ("Now", 0), ("Soon", 1)]:
        TaskFactory(user=user, title=title, due_date=today + timedelta(days=days))
    TaskFactory(user=user, title="Done", completed=True)
    page.goto("/")
    open_tasks(page)
    views = tasks(page).get_by_role("navigation", name="Views")

    views.get_by_role("link", name="Today 2 open").press("Enter")
    expect(titles(page)).to_have_text(["Late", "Now"])
    expect(views.get_by_role("link", name="Today")).to_be_focused()
    views.get_by_role("link", name="Upcoming").click()
    expect(titles(page)).to_have_text(["Soon"])
    views.get_by_role("link", name="Completed").click()
    expect(titles(page)).to_have_text(["Done"])
    expect(tasks(page).get_by_role("region", name="Today")).to_be_visible()
    axe(page)
    assert fits_the_window(page)
    page.reload()
    open_tasks(page)
    expect(titles(page)).to_have_text(["Done"])
    tasks(page).get_by_role("button", name="Reopen Done").click()
    expect(tasks(page)).to_contain_text("Nothing is done yet.")
    page.go_back()
    expect(titles(page)).to_have_text(["Soon"])


def test_without_a_script_a_link_shows_more(open_page: Open, user: User) -> None:
    many(user)
    page = open_page(user, java_script_enabled=False)
    page.goto("/?view=upcoming")

    tasks(page).get_by_role("link", name="Show more").click()

    expect(titles(page)).to_have_count(114)
    expect(page).to_have_url("/?view=upcoming&rows=200")
