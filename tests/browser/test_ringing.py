"""A reminder rings on the open page at its second, is heard once, and one answer ends it."""

import re
from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from tests.browser.live import Heard
from tests.browser.parts import open_tasks, tasks
from tests.browser.talking import button
from tests.browser.viewports import both_widths, fits_the_window
from tests.browser.watch import Watch
from tests.factories import TaskFactory
from todos.models import Origin, Reminder, Task

Check = Callable[[Page], None]


def rings(page: Page) -> Locator:
    return page.get_by_role("list", name="Reminders").get_by_role("listitem")


def ringing(user: User, title: str, seconds: float) -> Task:
    """A task that rings so many seconds from now."""
    task = TaskFactory(user=user, title=title)
    task.edit(Origin("api"), reminders=[{"at": "2030-01-01T09:00"}])
    at = timezone.now() + timedelta(seconds=seconds)
    Reminder.objects.filter(task=task).update(rings_at=at, moment=at)
    return task


@both_widths
def test_it_rings_at_its_second_and_is_heard_once(page: Page, user: User, axe: Check) -> None:
    heard = Heard(page)
    ringing(user, "Call Ann", 3)
    page.goto("/")
    expect(page).to_have_title("Todo Chat")
    expect(rings(page)).to_have_count(0)

    expect(rings(page)).to_contain_text("Call Ann")
    row = Reminder.objects.get()
    assert row.rings_at
    assert timezone.now() >= row.rings_at
    expect(page).to_have_title(re.compile("^🔔 Call Ann · "))
    heard.expects("polite: Reminder: Call Ann")
    axe(page)
    assert fits_the_window(page)

    page.reload()
    expect(rings(page)).to_have_count(1)
    ringing(user, "Post the letter", 0)
    expect(rings(page)).to_have_count(2)
    heard.expects("polite: Reminder: Post the letter")
    expect(page).to_have_title(re.compile("^🔔 2 reminders · "))
    open_tasks(page)
    expect(rings(page).first).to_be_in_viewport()
    axe(page)


def test_one_answer_ends_it_in_all_tabs_and_done_can_be_undone(page: Page, user: User) -> None:
    other = page.context.new_page()
    for title in ("Milk", "Bread", "Eggs", "Tea"):
        ringing(user, title, 0)
    for tab in (other, page):
        tab.goto("/")
        expect(rings(tab)).to_have_count(4)

    button(page, "Done: Milk").press("Enter")
    expect(rings(page)).to_have_count(3)
    expect(rings(page).locator(":focus")).to_have_count(1)
    button(page, "In 10 minutes: Bread").click()
    button(page, "Tomorrow: Eggs").click()
    button(page, "Close the reminder of Tea").click()

    for tab in (page, other):
        expect(rings(tab)).to_have_count(0)
        expect(tab).to_have_title("Todo Chat")
    expect(tasks(page).get_by_role("region", name="Done lately")).to_contain_text("Milk")
    bread, eggs = (Reminder.objects.get(task__title=title) for title in ("Bread", "Eggs"))
    assert bread.rings_at
    assert eggs.rings_at
    assert timedelta(minutes=9) < bread.rings_at - timezone.now() < timedelta(minutes=10)
    assert eggs.rings_at > bread.rings_at
    expect(tasks(page).get_by_role("listitem").filter(has_text="Eggs")).to_contain_text(
        "Reminder: tomorrow"
    )

    expect(button(page, "Close all")).to_have_count(0)
    for title in ("Rye", "Oats", "Spelt"):
        ringing(user, title, 0)
    expect(rings(page)).to_have_count(3)
    button(page, "Close all").press("Enter")
    for tab in (page, other):
        expect(rings(tab)).to_have_count(0)
    expect(button(page, "Close all")).to_have_count(0)
    expect(page.get_by_label("Your message")).to_be_focused()
    assert Task.objects.filter(completed_at=None).count() == 6


def test_a_tab_that_is_not_seen_rings_as_well(page: Page, user: User) -> None:
    ringing(user, "Call Ann", 4)
    page.add_init_script(
        "Object.defineProperty(document, 'hidden', { get: () => Boolean(globalThis.isHidden) })"
    )
    page.goto("/")
    page.wait_for_function("performance.getEntriesByName ? document.title === 'Todo Chat' : 0")
    page.evaluate("globalThis.isHidden = true")

    expect(page).to_have_title(re.compile("^🔔 Call Ann · "))


def test_reminders_are_chips_in_the_form_of_a_task(
    page: Page, user: User, axe: Check, watch: Watch
) -> None:
    watch.allow("status of 400")
    task = TaskFactory(user=user, title="Call", due_date=user.local_now().date() + timedelta(2))
    task.edit(Origin("api"), reminders=[{"before_minutes": 0}, {"days_before": 1, "time": "18:00"}])
    page.goto("/")
    button(tasks(page), "Edit Call").press("Enter")
    form = tasks(page).get_by_role("form", name="Edit Call")
    axe(page)
    words = form.get_by_label("Reminders").last
    words.fill("when it is blue")
    words.press("Enter")
    expect(form.get_by_role("alert")).to_be_visible()

    button(form, "Without the reminder at the time").click()
    expect(words).to_be_focused()
    words.fill("2 hours before")
    words.press("Enter")

    expect(form).to_have_count(0)
    task.refresh_from_db()
    assert [spec.get("before_minutes", spec.get("time")) for spec in task.reminders] == [
        "18:00",
        120,
    ]
    expect(tasks(page).get_by_role("listitem").filter(has_text="Call")).to_contain_text(
        "Reminder: tomorrow 18:00"
    )


def test_quick_add_shows_a_reminder_as_a_chip_and_makes_it(page: Page, user: User) -> None:
    user.remember("default_reminder", "5", "5 minutes before")
    page.goto("/")
    field = page.get_by_label("New task")
    understood = page.get_by_role("list", name="Understood")
    field.fill("Call Ann tomorrow 5pm, remind me 10 minutes before")
    expect(understood).to_contain_text("10 minutes before")
    field.press("Enter")
    expect(tasks(page).get_by_role("listitem").filter(has_text="Call Ann")).to_contain_text("16:50")
    field.fill("Call Ben tomorrow 6pm")
    expect(understood).to_contain_text("18:00")
    field.press("Enter")
    expect(tasks(page).get_by_role("listitem").filter(has_text="Call Ben")).to_contain_text("17:55")
