"""The tasks beside the talk, and how the page teaches what can be said."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests.browser.parts import (
    conversations,
    is_phone,
    log,
    open_conversations,
    open_tasks,
    tasks,
    tasks_button,
)
from tests.browser.talking import composer
from tests.browser.viewports import PHONE, both_widths, fits_the_window
from tests.browser.watch import Watch
from tests.factories import TaskFactory
from todos.repeating import Repeat

Check = Callable[[Page], None]
HIGHLIGHT = "rgb(232, 235, 252)"


@pytest.fixture
def chores(user: User) -> None:
    today = user.local_now().date()
    for days, title in [(-400, "Taxes"), (0, "Milk"), (400, "Birthday")]:
        TaskFactory(user=user, title=title, due_date=today + timedelta(days=days))
    TaskFactory(user=user, title="Piano", priority="high")
    TaskFactory(user=user, title="Dentist", completed=True)


def group(page: Page, title: str) -> Locator:
    return tasks(page).get_by_role("region", name=title)


def row(page: Page, title: str) -> Locator:
    return tasks(page).get_by_role("listitem").filter(has_text=title)


def tick(page: Page, name: str) -> Locator:
    return tasks(page).get_by_role("button", name=name, exact=True)


@both_widths
def test_tasks_stand_under_when_they_are_due(page: Page, chores: None) -> None:
    page.goto("/")
    open_tasks(page)

    for title, task in [
        ("Overdue", "Taxes"),
        ("Today", "Milk today"),
        ("Later", "Birthday"),
        ("Some day", "Piano high priority"),
        ("Done lately", "Dentist"),
    ]:
        expect(group(page, title).get_by_role("listitem")).to_contain_text([task])
        expect(group(page, title).get_by_role("listitem")).to_have_css("text-align", "start")


@both_widths
def test_a_tick_completes_and_another_reopens(page: Page, chores: None) -> None:
    page.emulate_media(reduced_motion="reduce")  # so that what is highlighted stays so
    page.goto("/")
    open_tasks(page)

    tick(page, "Complete Piano").press("Space")
    expect(group(page, "Done lately")).to_contain_text("Piano")
    expect(group(page, "Some day")).to_have_count(0)
    expect(tick(page, "Reopen Piano")).to_be_focused()
    expect(row(page, "Piano")).to_have_css("background-color", HIGHLIGHT)
    expect(row(page, "Milk")).not_to_have_css("background-color", HIGHLIGHT)

    tick(page, "Reopen Piano").click()
    expect(group(page, "Some day")).to_contain_text("Piano")
    expect(tick(page, "Complete Piano")).to_be_focused()
    expect(tick(page, "Complete Piano")).to_have_attribute("aria-pressed", "false")


@both_widths
def test_a_task_that_repeats_is_skipped_and_comes_again(page: Page, user: User, axe: Check) -> None:
    today, weekly = user.local_now().date(), Repeat.read({"words": "every 7 days"})
    TaskFactory(user=user, title="Plants", due_date=today, repeats=weekly)
    page.goto("/")
    expect(open_tasks(page)).to_contain_text("every 7 days")
    axe(page)

    skip = tasks(page).get_by_role("button", name="Skip Plants")
    skip.press("Enter")
    expect(group(page, "Later")).to_contain_text("Plants")
    expect(skip).to_be_focused()

    tick(page, "Complete Plants").click()
    expect(group(page, "Done lately")).to_contain_text("next: ")
    expect(group(page, "Later")).to_contain_text("Plants")
    assert fits_the_window(page)


@both_widths
def test_a_task_is_added_in_one_line(page: Page, chores: None) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.goto("/")
    open_tasks(page)
    field = page.get_by_label("New task")

    field.fill("Water the plants")
    field.press("Enter")

    expect(group(page, "Some day")).to_contain_text("Water the plants")
    expect(row(page, "Water the plants")).to_have_css("background-color", HIGHLIGHT)
    expect(row(page, "Piano")).not_to_have_css("background-color", HIGHLIGHT)
    expect(field).to_have_value("")
    expect(field).to_be_focused()


@both_widths
def test_a_task_that_is_too_long_is_refused_and_kept(page: Page, watch: Watch) -> None:
    watch.allow("status of 400")
    page.goto("/")
    open_tasks(page)
    field = page.get_by_label("New task")

    field.fill("x" * 201)
    page.get_by_role("button", name="Add", exact=True).click()

    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("no more than 200 characters")
    alert.click(trial=True)  # nothing covers it
    expect(field).to_have_value("x" * 201)

    field.fill("👪" * 200)
    field.press("Enter")
    expect(row(page, "👪" * 200)).to_be_visible()
    expect(alert).to_be_hidden()


@pytest.mark.parametrize("viewport", [PHONE], ids=["phone"])
def test_the_drawer_of_a_phone_opens_by_its_button_and_closes(page: Page) -> None:
    page.goto("/")
    opener = tasks_button(page)
    expect(tasks(page)).to_be_hidden()

    open_tasks(page).get_by_role("button", name="Close").click()
    expect(tasks(page)).to_be_hidden()
    expect(opener).to_be_focused()

    open_tasks(page).press("Escape")
    expect(tasks(page)).to_be_hidden()

    open_tasks(page)
    page.mouse.click(5, 400)
    expect(tasks(page)).to_be_hidden()


@both_widths
def test_an_empty_page_teaches_what_can_be_said(page: Page, user: User) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(user.username)
    expect(open_conversations(page)).to_contain_text("Your conversations will be listed here.")
    if is_phone(page):
        page.keyboard.press("Escape")
    expect(open_tasks(page)).to_contain_text("Nothing to do. Tell the assistant")
    if is_phone(page):
        page.keyboard.press("Escape")

    page.get_by_role("button", name="Add buy milk tomorrow at 5pm").click()

    expect(log(page)).to_contain_text(
        "Created task: buy milk · due tomorrow 17:00", ignore_case=True
    )
    expect(page.get_by_role("button", name="What is due this week?")).to_have_count(0)
    expect(composer(page)).to_have_value("")
    expect(group(page, "Later") if not is_phone(page) else open_tasks(page)).to_contain_text(
        "buy milk tomorrow 17:00", ignore_case=True
    )
    if is_phone(page):
        page.keyboard.press("Escape")
    expect(open_conversations(page).locator("ol").get_by_role("link")).to_contain_text(
        ["Add buy milk tomorrow at 5pm"]
    )
    expect(conversations(page).locator("[aria-current]")).to_have_count(1)
