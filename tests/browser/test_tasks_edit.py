"""A task is edited where it stands, and its history undoes what was done."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import User
from tests.browser.parts import open_tasks, tasks
from tests.browser.talking import HeldRequests, button
from tests.browser.viewports import both_colours, both_widths, fits_the_window
from tests.browser.watch import Watch
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call
from todos.models import Origin, Task

Check = Callable[[Page], None]


@pytest.fixture
def milk(user: User) -> Task:
    today = user.local_now().date()
    TaskFactory(user=user, title="Bread", due_date=today)
    return TaskFactory(user=user, title="Milk", notes="Two litres", due_date=today)


def edit(page: Page, title: str = "Milk") -> Locator:
    button(tasks(page), f"Edit {title}").press("Enter")
    form = tasks(page).get_by_role("form", name=f"Edit {title}")
    expect(form.get_by_label("Title")).to_be_focused()
    return form


def row(page: Page, title: str) -> Locator:
    return tasks(page).get_by_role("listitem").filter(has_text=title)


@both_widths
@both_colours
def test_enter_saves_and_the_toast_undoes(page: Page, milk: Task, axe: Check) -> None:
    page.goto("/")
    open_tasks(page)
    expect(row(page, "Milk")).to_contain_text("Two litres")
    form = edit(page)
    axe(page)
    assert fits_the_window(page)

    form.get_by_label("Priority").select_option("high")
    button(form, "Tomorrow").click()
    form.get_by_label("Title").fill("Oat milk")
    form.get_by_label("Title").press("Enter")

    expect(form).to_have_count(0)
    expect(row(page, "Oat milk")).to_contain_text("tomorrow high priority")
    expect(button(tasks(page), "Edit Oat milk")).to_be_focused()
    axe(page)
    page.keyboard.press("Control+z")
    expect(row(page, "Milk")).to_contain_text("today")
    expect(row(page, "Oat")).to_have_count(0)


@both_widths
def test_escape_restores_and_notes_have_lines(page: Page, milk: Task) -> None:
    page.goto("/")
    open_tasks(page)

    form = edit(page)
    form.get_by_label("Title").fill("Something else")
    form.get_by_label("Notes").press("Escape")
    expect(button(tasks(page), "Edit Milk")).to_be_focused()
    expect(tasks(page)).to_be_visible()

    tasks(page).locator(".title", has_text="Milk").click()
    notes = tasks(page).get_by_role("form", name="Edit Milk").get_by_label("Notes")
    notes.press("End")
    notes.press("Enter")
    notes.press_sequentially("Cold")
    notes.press("Control+Enter")
    expect(notes).to_have_count(0)
    milk.refresh_from_db()
    assert (milk.title, milk.notes, milk.version) == ("Milk", "Two litres\nCold", 2)
    row(page, "Milk").locator("summary").click()
    expect(row(page, "Milk").locator(".notes p")).to_have_text("Two litres\nCold")


def test_what_is_typed_survives_what_others_do(page: Page, milk: Task, watch: Watch) -> None:
    watch.allow("status of 412", "status of 400")
    page.goto("/")
    form = edit(page)
    form.get_by_label("Title").fill("Soy milk")

    milk.edit(Origin("api"), title="Oat milk", priority="low", due_date=None)
    button(tasks(page), "Complete Bread").click()
    expect(tasks(page).get_by_role("region", name="Done lately")).to_contain_text("Bread")
    expect(form.get_by_label("Title")).to_have_value("Soy milk")

    form.get_by_label("Title").press("Enter")
    again = tasks(page).get_by_role("form", name="Edit Oat milk")
    expect(again.get_by_role("alert")).to_contain_text("Title is now: Oat milk")
    expect(again.get_by_label("Title")).to_have_value("Soy milk")
    expect(again.get_by_label("Title")).to_be_focused()
    expect(again.get_by_label("Priority")).to_have_value("low")
    again.get_by_label("Title").fill("x" * 201)
    again.get_by_label("Title").press("Enter")
    expect(again.get_by_role("alert")).to_contain_text("no more than 200 characters")
    again.get_by_label("Title").fill("Rice milk")
    again.get_by_label("Title").press("Enter")

    expect(tasks(page).get_by_role("region", name="Some day")).to_contain_text("Rice milk")
    milk.refresh_from_db()
    assert (milk.title, milk.priority) == ("Rice milk", "low")


def test_what_is_typed_survives_that_it_is_deleted_elsewhere(
    page: Page, milk: Task, watch: Watch
) -> None:
    watch.allow("status of 404")
    page.goto("/")
    form = edit(page)
    form.get_by_label("Title").fill("Soy milk")

    milk.remove(Origin("api"))
    form.get_by_label("Title").press("Enter")

    expect(form.get_by_role("alert")).to_contain_text("deleted elsewhere")
    expect(form.get_by_label("Title")).to_have_value("Soy milk")
    form.get_by_label("Title").press("Escape")
    expect(row(page, "Milk")).to_have_count(0)


@both_widths
def test_it_is_deleted_and_the_next_one_has_the_focus(page: Page, milk: Task) -> None:
    page.goto("/")
    open_tasks(page)

    button(edit(page), "Delete").press("Enter")

    expect(row(page, "Milk")).to_have_count(0)
    expect(button(tasks(page), "Edit Bread")).to_be_focused()
    undo = button(tasks(page), "Undo")
    undo.press("Enter")
    expect(row(page, "Milk")).to_have_count(1)
    expect(undo).to_have_count(0)
    assert page.evaluate("document.activeElement !== document.body")


@both_widths
def test_what_is_typed_in_a_form_outlives_the_page(page: Page, milk: Task, watch: Watch) -> None:
    watch.allow("net::ERR_FAILED")
    page.route("**/api/tasks/*/", lambda route: route.abort())
    page.goto("/")
    open_tasks(page)
    form = edit(page)
    form.get_by_label("Title").fill("Oat milk")
    form.get_by_label("Notes").fill("Three litres")
    form.get_by_label("Title").press("Enter")
    expect(form.get_by_role("alert")).to_be_visible()
    milk.edit(Origin("api"), notes="One litre")

    page.reload()

    open_tasks(page)
    expect(form.get_by_label("Title")).to_have_value("Oat milk")
    expect(form.get_by_label("Notes")).to_have_value("Three litres")
    expect(form.get_by_role("alert")).to_contain_text("Notes is now: One litre")
    page.unroute("**/api/tasks/*/")
    form.get_by_label("Title").press("Enter")
    expect(form).to_have_count(0)
    milk.refresh_from_db()
    assert (milk.title, milk.notes) == ("Oat milk", "Three litres")
    page.reload()
    expect(page.get_by_label("Your message")).to_be_focused()
    expect(tasks(page).locator(".edit-task")).to_have_count(0)


def test_what_was_saved_after_all_is_not_edited_any_more(
    page: Page, milk: Task, watch: Watch
) -> None:
    watch.allow("net::ERR_FAILED")
    page.goto("/")
    form = edit(page)

    def lose_the_answer(route: Route) -> None:
        assert not form.get_by_label("Title").is_editable()  # what is typed now would be gone
        route.fetch()
        route.abort()

    page.route("**/api/tasks/*/", lose_the_answer)
    form.get_by_label("Title").fill("Oat milk")
    form.get_by_label("Title").press("Enter")
    expect(form.get_by_role("alert")).to_be_visible()
    expect(form.get_by_label("Title")).to_be_editable()
    with page.expect_response(f"**/tasks/{milk.pk}/"):
        page.reload()
    expect(row(page, "Oat milk")).to_be_visible()
    expect(tasks(page).locator(".edit-task")).to_have_count(0)
    expect(page.get_by_label("Your message")).to_be_focused()


@both_widths
def test_the_history_leads_to_the_words_and_undoes(
    page: Page, milk: Task, user: User, axe: Check
) -> None:
    conversation = ConversationFactory(user=user)
    turn = conversation.begin_turn("Make it oat milk", LEASE)
    origin = Origin("chat", record_call(turn).pk, conversation.pk)
    milk.edit(origin, title="Oat milk", due_date=milk.due_date + timedelta(days=1))
    turn.finish("completed", "Fine.")
    page.goto("/")
    open_tasks(page)

    form = edit(page, "Oat milk")
    tasks(page).get_by_text("History").click()
    past = tasks(page).locator(".history li")
    expect(past).to_have_count(2)
    expect(past.first).to_contain_text("Title: “Milk” → “Oat milk”")
    expect(past.first).to_contain_text("Day: today → tomorrow")
    expect(past.first).to_contain_text("by the assistant")
    axe(page)
    form.get_by_label("Notes").fill("kept")
    past.first.get_by_role("button").click()
    expect(past).to_have_count(3)
    expect(form.get_by_label("Notes")).to_have_value("kept")
    milk.refresh_from_db()
    assert milk.title == "Milk"

    past.nth(1).get_by_role("link").click()
    expect(page).to_have_url(re.compile(f"/c/{conversation.pk}/#message-{turn.user_message.pk}"))


def test_without_a_script_a_page_does_it(
    open_page: Callable[..., Page], user: User, milk: Task, axe: Check
) -> None:
    page = open_page(user, java_script_enabled=False)
    page.goto("/")
    button(tasks(page), "Edit Milk").click()
    page.get_by_label("Title").fill("Oat milk")
    page.get_by_label("Title").press("Enter")
    expect(page.get_by_text("Saved Oat milk")).to_be_visible()
    button(page, "Tomorrow").click()
    expect(page.locator(".history")).to_contain_text("Day: today → tomorrow")
    page.locator("#notices").get_by_role("button", name="Undo").click()
    milk.refresh_from_db()
    assert milk.title == "Oat milk"
    assert milk.due_date == user.local_now().date()
    button(page, "Delete").click()
    expect(page.get_by_text("Deleted Oat milk")).to_be_visible()
    button(page, "Undo").click()
    expect(tasks(page).locator(".title")).to_contain_text(["Bread", "Oat milk"])


def test_what_is_typed_while_the_making_of_its_task_is_undone_stays(page: Page, user: User) -> None:
    task = Task.add(user, Origin("page"), title="Milk")
    page.goto("/")
    form = edit(page)
    tasks(page).get_by_text("History").click()
    undo = HeldRequests(page, "**/api/acts/*/undo/")
    tasks(page).locator(".history li").get_by_role("button").click()
    undo.wait()
    form.get_by_label("Title").fill("Oat milk")
    undo.go_on()

    expect(form.get_by_role("alert")).to_contain_text("was deleted")
    expect(form.get_by_label("Title")).to_have_value("Oat milk")
    task.refresh_from_db()
    assert task.deleted_at
