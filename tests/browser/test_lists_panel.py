"""The tasks beside the talk: one list, one tag, and steps to tick."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests.browser.parts import is_phone, open_tasks, tasks
from tests.browser.viewports import both_widths, fits_the_window
from tests.factories import TaskFactory
from todos.models import Origin, TaskList

Check = Callable[[Page], None]


@pytest.fixture
def chores(user: User) -> None:
    groceries = TaskList.add(user, Origin("api"), name="Groceries")
    TaskList.add(user, Origin("api"), name="A list with a name that is far too long " * 2)
    for number in range(12):  # more than there is room for, before the others
        TaskList.add(user, Origin("api"), name=f"Area {number}")
    TaskFactory(user=user, title="Milk", list=groceries, tags=["shop", "now"])
    kitchen = TaskFactory(user=user, title="Kitchen", tags=["shop"], duration_minutes=90)
    for title in ("Paint", "Floor"):
        TaskFactory(user=user, title=title, parent=kitchen)


def switch(page: Page, name: str) -> Locator:
    return tasks(page).get_by_role("navigation", name="Lists").get_by_role("link", name=name)


def titles(page: Page) -> Locator:
    return tasks(page).locator(".title")


@both_widths
def test_a_list_and_a_tag_are_chosen_in_place_and_kept_in_the_address(
    page: Page, chores: None, axe: Check
) -> None:
    page.goto("/")
    open_tasks(page)
    expect(titles(page)).to_have_text(["Milk", "Kitchen", "Paint", "Floor"])
    axe(page)
    assert fits_the_window(page)

    switch(page, "Groceries 1 open").press("Enter")
    expect(titles(page)).to_have_text(["Milk"])
    expect(switch(page, "Groceries 1 open")).to_be_focused()
    expect(tasks(page).locator(".changed")).to_have_count(0)
    expect(tasks(page)).to_be_visible()

    switch(page, "All").click()
    expect(titles(page)).to_have_count(4)
    tasks(page).get_by_role("link", name="#shop").first.click()
    expect(titles(page)).to_have_text(["Milk", "Kitchen", "Paint", "Floor"])
    tasks(page).get_by_role("link", name="#now").click()
    expect(titles(page)).to_have_text(["Milk"])
    axe(page)

    page.reload()
    open_tasks(page)
    expect(titles(page)).to_have_text(["Milk"])
    page.get_by_label("New task").fill("Honey")
    page.get_by_label("New task").press("Enter")
    expect(titles(page)).to_have_text(["Milk", "Honey"])
    expect(tasks(page).locator(".changed")).to_have_count(1)
    tasks(page).get_by_role("link", name="Show tasks without #now, too").click()
    expect(titles(page)).to_have_count(5)
    page.go_back()
    expect(titles(page)).to_have_text(["Milk", "Honey"])


@both_widths
def test_steps_are_ticked_under_their_task(page: Page, chores: None) -> None:
    page.goto("/")
    open_tasks(page)
    steps = tasks(page).get_by_role("list", name="Steps of Kitchen")
    expect(tasks(page)).to_contain_text("0 of 2")

    steps.get_by_role("button", name="Complete Paint").press("Space")
    expect(tasks(page)).to_contain_text("1 of 2")
    expect(steps.get_by_role("button", name="Reopen Paint")).to_be_focused()

    tasks(page).get_by_role("button", name="Complete Kitchen").click()
    expect(tasks(page).get_by_role("region", name="Done lately")).to_contain_text("2 of 2")
    assert fits_the_window(page)


def test_the_choice_holds_in_another_conversation(page: Page, chores: None) -> None:
    page.goto("/")
    switch(page, "Groceries 1 open").click()
    expect(titles(page)).to_have_text(["Milk"])

    page.get_by_role("textbox", name="Your message").fill("Add honey")
    page.get_by_role("textbox", name="Your message").press("Enter")
    expect(
        page.get_by_role("navigation", name="Conversations").get_by_role("listitem")
    ).to_have_count(1)
    expect(switch(page, "Inbox 4 open")).to_be_visible()
    expect(titles(page)).to_have_text(["Milk"])
    page.get_by_role("link", name="New conversation").click()

    assert not is_phone(page)
    expect(switch(page, "Groceries 1 open")).to_be_in_viewport()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What is on your mind")
    expect(titles(page)).to_have_text(["Milk"])
