"""What is done in the panel is there at once, and can be undone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from accounts.models import User
from tests.browser.parts import open_tasks, tasks
from tests.browser.talking import HeldRequests, button
from tests.browser.viewports import both_widths
from tests.browser.watch import Watch
from tests.factories import TaskFactory
from tests.served.processes import until
from todos.models import Task
from todos.repeating import Repeat

Check = Callable[[Page], None]


@pytest.fixture
def chores(user: User) -> None:
    today = user.local_now().date()
    for title in ("Milk", "Bread", "Eggs"):
        TaskFactory(user=user, title=title, due_date=today)
    kitchen = TaskFactory(user=user, title="Kitchen")
    TaskFactory(user=user, title="Paint", parent=kitchen)


def region(page: Page, name: str) -> Locator:
    return tasks(page).get_by_role("region", name=name)


def toast(page: Page) -> Locator:
    return tasks(page).locator(".toast")


def stop_the_clock(page: Page) -> None:
    """It goes on by `run_for` alone."""
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))


@both_widths
def test_ticks_are_at_once_and_stay_where_they_are(page: Page, chores: None) -> None:
    held = HeldRequests(page, "**/complete/")
    page.clock.install()
    page.goto("/")
    open_tasks(page)
    stop_the_clock(page)

    for title in ("Milk", "Bread", "Paint"):
        button(tasks(page), f"Complete {title}").click()
        pressed = button(tasks(page), f"Reopen {title}")
        expect(pressed).to_have_attribute("aria-pressed", "true")
        expect(pressed).to_be_focused()
    milk = region(page, "Today").locator(".title", has_text="Milk")
    expect(milk).to_have_css("text-decoration-line", "line-through")
    assert not Task.objects.filter(completed_at__isnull=False)

    for _ in range(3):
        held.go_on()
    expect(tasks(page)).to_contain_text("1 of 1")
    expect(toast(page)).to_contain_text("Completed ")
    expect(region(page, "Today").locator(".title")).to_have_text(["Milk", "Bread", "Eggs"])
    expect(region(page, "Done lately")).to_have_count(0)
    page.clock.run_for(3000)
    expect(region(page, "Done lately").locator(".title")).to_have_count(2)
    expect(region(page, "Today").locator(".title")).to_have_text(["Eggs"])
    expect(button(tasks(page), "Reopen Paint")).to_be_focused()
    assert Task.objects.filter(completed_at__isnull=False).count() == 3


def box(found: Locator) -> FloatRect:
    rect = found.bounding_box()
    assert rect
    return rect


@both_widths
def test_the_last_row_can_be_scrolled_from_behind_a_toast(page: Page, user: User) -> None:
    for number in range(20):
        TaskFactory(user=user, title=f"Chore {number}")
    page.goto("/")
    open_tasks(page)
    button(tasks(page), "Complete Chore 3").click()
    expect(toast(page)).to_be_visible()

    page.locator("#tasks").evaluate("it => it.scrollTop = it.scrollHeight")

    last = box(page.locator("#tasks .task").last)
    assert last["y"] + last["height"] <= box(toast(page))["y"]


def test_a_ticked_row_goes_where_it_belongs_though_that_could_not_be_drawn_at_once(
    page: Page, chores: None, watch: Watch
) -> None:
    watch.allow("net::ERR_FAILED")
    page.clock.install()
    page.goto("/")
    stop_the_clock(page)
    button(tasks(page), "Complete Milk").click()
    expect(toast(page)).to_contain_text("Completed Milk")
    views = tasks(page).get_by_role("navigation", name="Views")
    expect(views.get_by_role("link", name="Today 2 open")).to_be_visible()
    expect(region(page, "Today").locator(".title")).to_have_text(["Milk", "Bread", "Eggs"])

    page.route("**/tasks/?*", lambda route: route.abort(), times=1)
    with page.expect_event("requestfailed"):
        page.clock.resume()

    expect(region(page, "Done lately").locator(".title")).to_have_text(["Milk"])


@both_widths
def test_a_tick_that_fails_is_taken_back_and_told(page: Page, chores: None, watch: Watch) -> None:
    watch.allow("ERR_FAILED")
    page.goto("/")
    open_tasks(page)
    page.route("**/complete/", lambda route: route.abort())

    button(tasks(page), "Complete Milk").click()

    expect(page.get_by_role("alert")).to_contain_text("Milk stays as it was.")
    expect(button(tasks(page), "Complete Milk")).to_have_attribute("aria-pressed", "false")
    expect(region(page, "Today").locator(".title")).to_have_text(["Milk", "Bread", "Eggs"])


def test_a_second_tick_waits_for_the_first(page: Page, chores: None) -> None:
    page.goto("/")

    for name in ("Complete Milk", "Reopen Milk", "Complete Milk", "Reopen Milk"):
        button(tasks(page), name).click()

    expect(toast(page)).to_contain_text("Reopened Milk")
    changes = Task.objects.get(title="Milk").changes
    until(lambda: changes.count() == 5)
    kinds = changes.newest_first().values_list("kind", flat=True)
    assert [*kinds] == ["reopened", "completed", "reopened", "completed", "created"]
    expect(button(tasks(page), "Complete Milk")).to_be_focused()


@both_widths
def test_a_toast_undoes_and_goes_after_ten_seconds(page: Page, chores: None) -> None:
    page.clock.install()
    page.goto("/")
    open_tasks(page)
    stop_the_clock(page)

    button(tasks(page), "Complete Milk").click()
    expect(toast(page)).to_contain_text("Completed Milk")
    page.clock.run_for(3000)
    expect(region(page, "Done lately")).to_contain_text("Milk")
    button(tasks(page), "Undo").focus()
    page.clock.run_for(30_000)
    page.keyboard.press("Enter")
    expect(region(page, "Today").locator(".title")).to_have_text(["Milk", "Bread", "Eggs"])
    expect(button(tasks(page), "Complete Milk")).to_be_focused()
    expect(toast(page)).to_have_count(0)

    button(tasks(page), "Complete Bread").click()
    expect(toast(page)).to_contain_text("Completed Bread")
    page.clock.run_for(9000)
    expect(toast(page)).to_have_count(1)
    page.mouse.move(5, 5)
    page.clock.run_for(11_000)
    expect(toast(page)).to_have_count(0)


@both_widths
def test_all_that_is_overdue_is_moved_at_once_and_back(page: Page, user: User, axe: Check) -> None:
    for days in (1, 2, 3):
        day = user.local_now().date() - timedelta(days=days)
        TaskFactory(user=user, title=f"Late {days}", due_date=day)
    page.goto("/")
    open_tasks(page)

    button(region(page, "Overdue"), "Move all to today").press("Enter")

    expect(region(page, "Today").locator(".title")).to_have_count(3)
    expect(region(page, "Overdue")).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")
    axe(page)
    button(toast(page), "Undo").click()
    expect(region(page, "Overdue").locator(".title")).to_have_count(3)


def test_a_skip_is_undone_and_a_successor_appears(page: Page, user: User) -> None:
    today, weekly = user.local_now().date(), Repeat.read({"words": "every 7 days"})
    TaskFactory(user=user, title="Plants", due_date=today, repeats=weekly)
    page.goto("/")

    button(tasks(page), "Skip Plants: move it to its next day").click()
    expect(region(page, "Later")).to_contain_text("Plants")
    button(toast(page), "Undo").click()
    expect(region(page, "Today")).to_contain_text("Plants")
    button(tasks(page), "Complete Plants").click()
    expect(region(page, "Later")).to_contain_text("Plants")
    expect(region(page, "Done lately")).to_contain_text("Plants")
