"""Quick add: what is understood shows as chips, and the task is made of just that, once."""

from collections.abc import Callable
from datetime import time, timedelta

from playwright.sync_api import Locator, Page, Request, Route, expect

from accounts.models import User
from tests.browser.parts import open_tasks, tasks
from tests.browser.talking import HeldRequests
from tests.browser.test_talk_unsent import end_the_session, sign_in_again
from tests.browser.viewports import both_colours, both_widths, fits_the_window
from tests.browser.watch import Watch
from todos.models import Origin, Task, TaskList

Check = Callable[[Page], None]
READ, ADD = "**/api/tasks/read/", "**/api/tasks/"
NOT_ADDED = "This could not be added. Your words are kept; try again."


def field(page: Page) -> Locator:
    return page.get_by_label("New task")


def chips(page: Page) -> Locator:
    return page.get_by_role("list", name="Understood").get_by_role("button")


def waiting(page: Page) -> Locator:
    return page.get_by_role("list", name="Not added yet").get_by_role("listitem")


def row(page: Page, title: str) -> Locator:
    return tasks(page).locator(".task").filter(has_text=title)


def opened(page: Page) -> Locator:
    page.goto("/")
    open_tasks(page)
    return field(page)


def keys_of_adds(page: Page) -> list[str]:
    keys: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST" and request.url.endswith("/api/tasks/"):
            keys.append(request.headers["idempotency-key"])

    page.on("request", note)
    return keys


@both_widths
@both_colours
def test_what_is_understood_shows_and_can_be_clicked_away(
    page: Page, user: User, axe: Check
) -> None:
    groceries = TaskList.add(user, Origin("api"), name="Groceries")
    opened(page).type("🎉 Milk tomorrow 5pm !high #dairy in Groceries")

    expect(chips(page)).to_have_text(
        ["tomorrow", "17:00", "high priority", "#dairy", "Groceries"], use_inner_text=True
    )
    axe(page)
    assert fits_the_window(page)

    chips(page).filter(has_text="17:00").click()
    expect(chips(page)).to_have_count(4)
    expect(field(page)).to_be_focused()
    page.get_by_role("button", name="Take as words: #dairy").focus()
    page.keyboard.press("Enter")
    expect(chips(page)).to_have_text(["tomorrow", "high priority", "Groceries"])
    expect(chips(page).nth(2)).to_be_focused()
    field(page).press("End")
    field(page).type("!")
    expect(chips(page)).to_have_count(2)
    field(page).press("Backspace")
    expect(chips(page)).to_have_text(["tomorrow", "high priority", "Groceries"])
    field(page).press("Enter")

    expect(row(page, "Milk 5pm #dairy")).to_contain_text("tomorrow")
    expect(field(page)).to_have_value("")
    expect(chips(page)).to_have_count(0)
    expect(page.locator("#spoken")).to_contain_text("Added 🎉 Milk 5pm #dairy")
    task = Task.objects.get()
    assert (task.title, task.list, task.tags) == ("🎉 Milk 5pm #dairy", groceries, ())
    assert task.due_date == user.local_now().date() + timedelta(days=1)
    assert (task.due_time, task.priority) == (None, "high")


def test_enter_waits_for_the_reading_and_twice_makes_one_task(page: Page, user: User) -> None:
    keys = keys_of_adds(page)
    opened(page)
    held: list[Route] = []
    blocked = True

    def hold(route: Route) -> None:
        held.append(route) if blocked else route.continue_()

    page.route(READ, hold)

    field(page).fill("Milk tomorrow 5pm")
    field(page).press("Enter")
    field(page).press("Enter")
    expect(field(page)).to_have_value("")
    expect(waiting(page)).to_have_text(["Milk tomorrow 5pm"])
    field(page).type("Bread")
    page.get_by_role("button", name="Add", exact=True).dblclick()
    field(page).type("Typed meanwhile")
    blocked = False
    for route in held:
        route.continue_()

    expect(row(page, "Milk")).to_have_count(1)
    expect(row(page, "Bread")).to_have_count(1)
    expect(waiting(page)).to_have_count(0)
    expect(field(page)).to_have_value("Typed meanwhile")
    assert sorted((task.title, task.due_time) for task in Task.objects.all()) == [
        ("Bread", None),
        ("Milk", time(17)),
    ]
    assert len(keys) == len({*keys}) == 2


def test_what_is_typed_after_a_line_is_another_one_before_the_script_is_there(page: Page) -> None:
    script = HeldRequests(page, "**/quick*.js")
    opened(page).type("Milk")
    field(page).press("Enter")
    field(page).type("Bread")
    script.go_on()

    expect(row(page, "Milk")).to_have_count(1)
    expect(field(page)).to_have_value("Bread")
    assert [task.title for task in Task.objects.all()] == ["Milk"]


def test_a_line_whose_script_did_not_come_is_added_once_it_comes(page: Page, watch: Watch) -> None:
    watch.allow("net::ERR_FAILED")
    page.route("**/quick*.js", lambda route: route.abort())
    opened(page).fill("Milk")
    field(page).press("Enter")
    expect(page.get_by_role("alert").filter(has_text="That did not work")).to_be_visible()

    page.unroute("**/quick*.js")

    expect(row(page, "Milk")).to_have_count(1)


@both_widths
def test_words_that_could_not_be_added_come_back_and_go_out_once(page: Page, watch: Watch) -> None:
    watch.allow("net::ERR_FAILED")
    keys = keys_of_adds(page)
    opened(page)

    def lose_the_answer(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route(ADD, lose_the_answer, times=1)
    field(page).fill("Milk tomorrow")
    expect(chips(page)).to_have_text(["tomorrow"])
    field(page).press("Enter")
    expect(page.get_by_role("alert").filter(has_text=NOT_ADDED)).to_be_visible()
    expect(field(page)).to_have_value("Milk tomorrow")
    expect(waiting(page)).to_have_count(0)

    page.reload()
    open_tasks(page)
    expect(field(page)).to_have_value("Milk tomorrow")
    expect(chips(page)).to_have_text(["tomorrow"])
    with page.expect_response(ADD):
        field(page).press("Enter")

    expect(row(page, "Milk")).to_have_count(1)
    expect(field(page)).to_have_value("")
    assert Task.objects.count() == 1
    assert len(keys) == 2
    assert len({*keys}) == 1


def test_what_was_typed_meanwhile_stays_and_what_failed_stands_beside_it(
    page: Page, watch: Watch
) -> None:
    watch.allow("net::ERR_FAILED")
    opened(page)
    held: list[Route] = []
    page.route(ADD, lambda route: held.append(route))
    field(page).fill("Milk")
    with page.expect_request(ADD):
        field(page).press("Enter")
    field(page).type("Bread")
    held.pop().abort()
    expect(waiting(page)).to_contain_text([f"Milk{NOT_ADDED}"])
    expect(field(page)).to_have_value("Bread")
    page.unroute(ADD)

    waiting(page).get_by_role("button", name="Try again").click()

    expect(row(page, "Milk")).to_have_count(1)
    expect(waiting(page)).to_have_count(0)
    expect(field(page)).to_have_value("Bread")


def test_dismissed_words_go_before_what_is_written_and_keep_what_was_clicked_away(
    page: Page, watch: Watch
) -> None:
    watch.allow("net::ERR_FAILED")
    opened(page).fill("Milk tomorrow")
    chips(page).get_by_text("tomorrow").click()
    expect(chips(page)).to_have_count(0)
    held: list[Route] = []
    page.route(ADD, lambda route: held.append(route))
    with page.expect_request(ADD):
        field(page).press("Enter")
    field(page).fill("Bread today")
    expect(chips(page)).to_have_text(["today"])
    held.pop().abort()

    waiting(page).get_by_role("button", name="Dismiss").click()

    expect(field(page)).to_have_value("Milk tomorrow Bread today")
    expect(field(page)).to_be_focused()
    expect(chips(page)).to_have_text(["today"])
    expect(waiting(page)).to_have_count(0)


@both_widths
def test_lines_written_offline_are_added_in_order_when_the_line_is_back(
    page: Page, watch: Watch, user: User
) -> None:
    watch.allow("net::ERR_INTERNET_DISCONNECTED")
    opened(page).fill("Milk tomorrow")
    expect(chips(page)).to_have_text(["tomorrow"])
    page.context.set_offline(True)
    page.wait_for_function("() => !navigator.onLine")
    for title in ("Milk tomorrow", "Bread", "Eggs"):
        field(page).fill(title)
        field(page).press("Enter")
    expect(waiting(page)).to_have_count(3)
    expect(waiting(page).first).to_contain_text("You are offline. It is added when")
    waiting(page).nth(1).get_by_role("button", name="Dismiss").click()
    expect(waiting(page)).to_have_count(2)
    expect(field(page)).to_have_value("Bread")

    page.context.set_offline(False)

    expect(waiting(page)).to_have_count(0)
    expect(row(page, "Eggs")).to_be_visible()
    made = Task.objects.order_by("created_at")
    assert [task.title for task in made] == ["Milk", "Eggs"]
    assert made[0].due_date == user.local_now().date() + timedelta(days=1)


def test_what_is_not_sent_yet_goes_out_when_the_page_comes_again(page: Page, watch: Watch) -> None:
    watch.allow("net::ERR_INTERNET_DISCONNECTED")
    opened(page).fill("Milk #dairy")
    expect(chips(page)).to_have_text(["#dairy"])
    page.context.set_offline(True)
    field(page).press("Enter")
    expect(waiting(page)).to_have_count(1)
    field(page).fill("Bread")
    again = page.context.new_page()
    page.close()
    again.context.set_offline(False)

    opened(again)

    expect(row(again, "Milk")).to_have_count(1)
    expect(waiting(again)).to_have_count(0)
    expect(field(again)).to_have_value("Bread")
    assert Task.objects.get().tags == ("dairy",)


def test_a_line_written_after_the_session_ended_is_added_after_signing_in(
    page: Page, user: User, watch: Watch
) -> None:
    watch.allow("status of 401")
    opened(page).fill("Milk tomorrow")
    expect(chips(page)).to_have_text(["tomorrow"])
    end_the_session(page)

    field(page).press("Enter")
    with page.context.expect_page() as opened_beside:
        page.get_by_role("alert").get_by_role("link", name="Sign in").click()
    sign_in_again(opened_beside.value, user)

    expect(row(page, "Milk")).to_contain_text("tomorrow")
    expect(waiting(page)).to_have_count(0)
    assert Task.objects.count() == 1


def test_it_is_added_where_the_panel_is_narrowed_to(page: Page, user: User) -> None:
    home = TaskList.add(user, Origin("api"), name="Home")
    work = TaskList.add(user, Origin("api"), name="Work")
    page.goto(f"/?list={home.pk}&tag=diy")
    field(page).fill("Shelf #wood")
    field(page).press("Enter")
    expect(row(page, "Shelf")).to_be_visible()
    field(page).fill("Slides @work")
    field(page).press("Enter")
    expect(page.locator("#spoken")).to_contain_text("Added Slides")

    made = {task.title: (task.list, task.tags) for task in Task.objects.all()}
    assert made == {"Shelf": (home, ("diy", "wood")), "Slides": (work, ("diy",))}
