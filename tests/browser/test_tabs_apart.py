"""Two tabs of one browser share what is kept there; neither overwrites what the other one has."""

from playwright.sync_api import Page, Route, expect

from accounts.models import User
from conversations.models import Conversation
from tests.browser.parts import tasks
from tests.browser.talking import (
    address_of,
    button,
    composer,
    keys_of_messages,
    replies,
    say,
    shows_one_exchange,
)
from tests.browser.test_quick_add import ADD, NOT_ADDED, READ, field, row, waiting
from tests.browser.test_talk_unsent import POST, end_the_session, sign_in_again
from tests.browser.watch import Watch
from tests.factories import ConversationFactory, TaskFactory
from todos.models import Task


def test_what_is_written_in_each_tab_outlives_its_page(page: Page, user: User) -> None:
    conversation = ConversationFactory(user=user)
    other = page.context.new_page()
    for tab, words in ((page, "Milk"), (other, "Bread")):
        tab.goto(address_of(conversation))
        composer(tab).fill(f"Add {words}")
        with tab.expect_response("**/api/tasks/read/"):
            field(tab).fill(words)
    field(other).press("Enter")
    composer(other).fill("")
    expect(row(page, "Bread")).to_be_visible()

    page.reload()
    expect(composer(page)).to_have_value("Add Milk")
    expect(field(page)).to_have_value("Milk")
    page.close()
    other.reload()
    expect(composer(other)).to_have_value("Add Milk")  # it takes over what another one has left
    say(other, "Add Milk")
    expect(replies(other)).to_contain_text("Milk")
    other.goto("/")
    other.goto(address_of(conversation))
    expect(composer(other)).to_have_value("")


def test_what_is_written_in_one_tab_is_not_written_in_another_that_comes(page: Page) -> None:
    page.goto("/")
    composer(page).fill("Add Milk")
    field(page).fill("Bread")
    other = page.context.new_page()
    with other.expect_response("**/quick*.js") as script:
        other.goto("/")
    other.evaluate("(url) => import(url)", script.value.url)  # it has been run

    expect(composer(other)).to_have_value("")
    expect(field(other)).to_have_value("")
    page.reload()
    expect(composer(page)).to_have_value("Add Milk")
    expect(field(page)).to_have_value("Bread")


def test_what_is_submitted_before_it_hears_of_a_tab_that_took_it_over_is_added_once(
    page: Page,
) -> None:
    page.add_init_script("window.addEventListener('storage', (event) => hears(event), true)")
    page.add_init_script(
        """let late = [];
        window.hears = (event) => late && event.stopImmediatePropagation(late.push(event));
        window.hearAll = () => {
            const events = late;
            late = null;
            events.forEach((event) => window.dispatchEvent(new StorageEvent("storage", event)));
        };"""
    )
    page.goto("/")
    field(page).fill("Milk")
    other = page.context.new_page()
    other.goto("/")
    expect(field(other)).to_have_value("Milk")

    field(page).press("Enter")
    expect(row(page, "Milk")).to_be_visible()
    page.evaluate("hearAll()")

    expect(field(other)).to_have_value("")


def test_what_could_not_be_added_outlives_what_another_tab_adds(page: Page, watch: Watch) -> None:
    watch.allow("net::ERR_FAILED")
    other = page.context.new_page()
    page.goto("/")
    other.goto("/")
    page.route(ADD, lambda route: route.abort(), times=1)
    field(page).fill("Milk")
    field(page).press("Enter")
    expect(page.get_by_role("alert").filter(has_text=NOT_ADDED)).to_be_visible()

    field(other).fill("Bread")
    field(other).press("Enter")
    expect(row(page, "Bread")).to_be_visible()
    page.reload()

    expect(field(page)).to_have_value("Milk")


def test_a_session_that_ends_between_the_news_and_what_is_new_is_waited_for(
    page: Page, user: User, watch: Watch
) -> None:
    watch.allow("status of 401")
    page.goto("/")

    def end(route: Route) -> None:
        end_the_session(page)
        route.fulfill(status=401, json={"status": 401})

    page.route("**/tasks/?*", end, times=1)
    TaskFactory(user=user, title="Milk")
    expect(page.get_by_text("You are signed out")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in").click()
    sign_in_again(opened.value, user)
    expect(button(opened.value, "Send")).to_be_visible()

    expect(tasks(page)).to_contain_text("Milk")


def test_what_a_closed_tab_was_adding_is_added_by_another_one(page: Page) -> None:
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto("/")
        field(tab).focus()
    page.route(READ, lambda route: None)
    field(page).fill("Milk")
    field(page).press("Enter")
    expect(waiting(page)).to_have_text("Milk")
    assert not Task.objects.exists()

    page.close()

    expect(row(other, "Milk")).to_be_visible()
    assert Task.objects.count() == 1


def test_two_tabs_that_send_the_same_message_both_show_it(page: Page, watch: Watch) -> None:
    watch.allow("status of 409")
    other = page.context.new_page()
    for tab in (page, other):
        tab.goto("/")
    keys = keys_of_messages(page)
    other.route(POST, lambda route: None)

    def sent_by_the_other(route: Route) -> None:
        """… which has just heard so."""
        route.fetch()
        other.evaluate("localStorage.clear()")
        conversation = str(Conversation.objects.get().pk)
        problem = {"code": "turn_in_progress", "detail": "", "conversation_id": conversation}
        route.fulfill(status=409, json=problem)

    page.route(POST, sent_by_the_other, times=1)
    say(page, "Add Milk")
    shows_one_exchange(page, "Add Milk", "Milk")
    say(page, "Add Bread")
    expect(replies(page)).to_contain_text(["Milk", "Bread"])
    assert len(keys) == 2
