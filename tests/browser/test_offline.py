"""Without a connection: what was shown is read on, and what is written goes out later, once."""

import time
from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from conversations.models import Conversation, Message
from tests.browser.conftest import Open
from tests.browser.parts import open_tasks, tasks
from tests.browser.speech import PATIENCE
from tests.browser.talking import (
    address_of,
    button,
    composer,
    messages,
    replies,
    said,
    say,
    waiting,
)
from tests.browser.viewports import both_widths
from tests.browser.watch import Watch
from tests.factories import PASSWORD, ConversationFactory, TaskFactory, UserFactory
from tests.factories import say as turn_of
from todos.models import Task

SINCE = "No connection. You see this page as it was at"
NOT_KEPT = "This page is not kept on this device."
IS_KEPT = """async (text) => {
    const kept = await caches.match(location.href, { ignoreVary: true });
    return Boolean(kept) && (await kept.text()).includes(text);
}"""


@pytest.fixture(autouse=True)
def lost_requests_are_no_faults(watch: Watch) -> None:
    watch.allow("net::ERR_FAILED", "net::ERR_INTERNET_DISCONNECTED", "status of 401")


@pytest.fixture
def page(open_page: Open, user: User) -> Page:
    """Of a browser with service workers, whose time can be moved."""
    page = open_page(user, service_workers="allow")
    page.clock.install()
    return page


@pytest.fixture
def conversation(user: User) -> Conversation:
    conversation = ConversationFactory(user=user)
    turn_of(conversation, "Which way?", "To the left.")
    return conversation


def until(page: Page, is_so: Callable[[], bool]) -> None:
    give_up = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < give_up, "it does not come"
        page.clock.run_for(1000)
        page.wait_for_timeout(20)


def is_kept(page: Page, text: str) -> None:
    """With this text in it; waits for it."""
    until(page, lambda: bool(page.evaluate(IS_KEPT, text)))


def end(page: Page) -> None:
    """Without a connection to the last: Playwright gives it back to a page before it is closed."""
    page.evaluate("location.replace('about:blank')")
    page.wait_for_url("about:blank")
    page.close()


def adds(page: Page) -> Locator:
    return page.get_by_role("list", name="Not added yet").get_by_role("listitem")


@both_widths
def test_a_conversation_and_the_tasks_are_read_offline(
    page: Page, user: User, conversation: Conversation
) -> None:
    TaskFactory(user=user, title="Water the plants")
    page.goto(address_of(conversation))
    is_kept(page, "To the left.")
    TaskFactory(user=user, title="Feed the cat")
    is_kept(page, "Feed the cat")

    page.context.set_offline(True)
    page.reload()

    expect(page.get_by_role("status").filter(has_text=SINCE)).to_be_in_viewport()
    expect(replies(page)).to_contain_text("To the left.")
    expect(composer(page)).to_be_enabled()
    expect(open_tasks(page).get_by_text("Water the plants")).to_be_visible()
    expect(tasks(page).get_by_text("Feed the cat")).to_be_visible()
    page.goto("/")
    expect(page).to_have_url(address_of(conversation))
    page.goto(address_of(ConversationFactory(user=user)))
    expect(page.get_by_text(NOT_KEPT)).to_be_visible()
    page.get_by_role("link", name="Back to Todo Chat").click()
    expect(page).to_have_url(address_of(conversation))

    TaskFactory(user=user, title="Call mum")
    page.context.set_offline(False)
    page.clock.run_for(1000)
    expect(open_tasks(page).get_by_text("Call mum")).to_be_visible()
    expect(page.get_by_text(SINCE)).to_have_count(0)


def test_what_is_written_offline_waits_over_reloads_and_goes_out_once_and_in_order(
    page: Page, user: User, watch: Watch
) -> None:
    watch.allow("status of 409")  # what was first may have gone out between the two pages
    page.goto("/")
    is_kept(page, "What needs doing?")
    page.context.set_offline(True)
    page.reload()
    say(page, "Add Milk")
    expect(waiting(page)).to_contain_text(["Add Milk"])
    say(page, "Add Honey")
    for title in ("Sweep", "Mop"):
        page.get_by_label("New task").fill(title)
        page.get_by_label("New task").press("Enter")
        expect(adds(page).filter(has_text=title)).to_be_visible()
    end(page)

    page = page.context.new_page()
    page.goto("/")
    expect(waiting(page)).to_contain_text(["Add Honey"])
    page.context.set_offline(False)

    expect(replies(page)).to_contain_text(["Milk", "Honey"])
    expect(said(page)).to_contain_text(["Add Milk", "Add Honey"])
    expect(waiting(page)).to_have_count(0)
    expect(adds(page)).to_have_count(0)
    titles = Task.objects.for_user(user).order_by("created_at").values_list("title", flat=True)
    assert sorted(titles) == ["Honey", "Milk", "Mop", "Sweep"]
    assert [title for title in titles if title in ("Sweep", "Mop")] == ["Sweep", "Mop"]
    assert Message.objects.count() == 4


def test_what_waits_goes_out_when_the_page_is_opened_with_a_connection(
    page: Page, watch: Watch
) -> None:
    watch.allow("status of 409")  # it may have gone out between the two pages
    page.goto("/")
    is_kept(page, "What needs doing?")
    page.context.set_offline(True)
    page.reload()
    say(page, "Add Milk")
    expect(waiting(page)).to_contain_text(["Add Milk"])
    end(page)
    page.context.set_offline(False)

    page = page.context.new_page()
    page.goto("/")

    expect(replies(page)).to_contain_text("Milk")
    expect(waiting(page)).to_have_count(0)
    assert Message.objects.count() == 2


def test_nothing_of_a_person_is_there_after_signing_out(
    page: Page, conversation: Conversation
) -> None:
    page.goto(address_of(conversation))
    is_kept(page, "To the left.")

    button(page, "Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()

    assert page.evaluate("caches.keys()") == []
    page.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto(address_of(conversation))
    page.wait_for_url("chrome-error://**")


def test_nothing_of_a_person_is_there_after_the_end_of_the_session(
    page: Page, conversation: Conversation, user: User
) -> None:
    page.goto(address_of(conversation))
    is_kept(page, "To the left.")

    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.clock.run_for(1000)
    expect(page.get_by_text("You are signed out")).to_be_visible()
    until(page, lambda: not page.evaluate(IS_KEPT, ""))
    page.context.set_offline(True)
    page.reload()

    expect(page.get_by_text(NOT_KEPT)).to_be_visible()
    expect(page.get_by_text(user.username)).to_have_count(0)
    expect(messages(page)).to_have_count(0)


def test_who_signs_in_next_sees_nothing_of_the_one_before(
    page: Page, conversation: Conversation
) -> None:
    other = UserFactory()
    page.goto(address_of(conversation))
    is_kept(page, "To the left.")
    page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(other.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(composer(page)).to_be_visible()
    until(page, lambda: page.evaluate(IS_KEPT, f'data-user="{other.pk}"'))

    page.context.set_offline(True)
    page.goto(address_of(conversation))
    expect(page.get_by_text(NOT_KEPT)).to_be_visible()
    page.goto("/")
    expect(page.get_by_text(SINCE)).to_be_visible()
    assert page.locator("body").get_attribute("data-user") == str(other.pk)


def test_it_is_the_same_while_the_server_is_away_behind_its_proxy(
    page: Page, conversation: Conversation, watch: Watch
) -> None:
    watch.allow("status of 502")
    page.goto(address_of(conversation))
    is_kept(page, "To the left.")
    # No test can answer what the browser asks for before the worker does.
    page.evaluate("navigator.serviceWorker.ready.then((is) => is.navigationPreload.disable())")
    page.context.route("**/*", lambda route: route.fulfill(status=502, body="Bad gateway"))
    page.reload()

    expect(page.get_by_text(SINCE)).to_be_visible()
    expect(replies(page)).to_contain_text("To the left.")
    page.context.unroute("**/*")
    expect(page.get_by_text(SINCE)).to_have_count(0)


def test_what_is_too_old_is_not_shown(page: Page, conversation: Conversation) -> None:
    page.goto(address_of(conversation))
    is_kept(page, "To the left.")
    page.evaluate(
        """async () => {
            const name = (await caches.keys()).find((each) => each.startsWith("pages"));
            const headers = { Date: new Date(Date.now() - 8 * 24 * 3600 * 1000).toUTCString() };
            const old = new Response("<body >", { headers });
            await (await caches.open(name)).put(location.href, old);
        }"""
    )
    page.context.set_offline(True)
    page.reload()

    expect(page.get_by_text(NOT_KEPT)).to_be_visible()
    assert page.evaluate(IS_KEPT, "") is False


def test_a_page_of_an_older_version_says_so_and_goes_on(page: Page, user: User) -> None:
    page.goto("/")
    is_kept(page, "What needs doing?")
    composer(page).fill("Half a thought")
    page.evaluate(
        """async () => {
            const files = (await caches.keys()).find((name) => name.startsWith("files"));
            await (await caches.open(files)).delete(document.scripts[0].src);
            navigator.serviceWorker.dispatchEvent(new Event("controllerchange"));
        }"""
    )

    expect(page.get_by_text("Todo Chat was updated.")).to_be_visible()
    expect(composer(page)).to_have_value("Half a thought")
    page.get_by_role("link", name="Reload").click()
    expect(page.get_by_text("Todo Chat was updated.")).to_have_count(0)
    expect(composer(page)).to_have_value("Half a thought")
