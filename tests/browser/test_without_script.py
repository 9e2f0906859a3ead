"""Everything that matters works in a browser that runs no script."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Conversation
from tests.browser.conftest import Open
from tests.browser.parts import (
    conversations,
    is_phone,
    log,
    open_conversations,
    open_tasks,
    rows,
    search,
)
from tests.browser.talking import address_of, button, composer, replies
from tests.browser.viewports import both_widths, fits_the_window
from tests.factories import PASSWORD, ConversationFactory, TaskFactory, say
from tests.fakes.answers import fails, says, talks_for_ever
from tests.served.processes import Model, until

pytestmark = both_widths


@pytest.fixture
def page(open_page: Open, user: User) -> Page:
    return open_page(user, java_script_enabled=False)


def send(page: Page, text: str) -> None:
    composer(page).fill(text)
    button(page, "Send").click()


def close(page: Page) -> None:
    """The drawer that a phone has shown."""
    if is_phone(page):
        page.keyboard.press("Escape")


def test_signing_in_talking_and_signing_out(open_page: Open, user: User) -> None:
    page = open_page(None, java_script_enabled=False)
    page.goto("/")
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill(PASSWORD)
    button(page, "Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What is on your mind")

    send(page, "Add buy milk tomorrow at 5pm")
    expect(replies(page)).to_contain_text("Created task")
    open_tasks(page)
    expect(rows(page)).to_contain_text(["uy milk"])
    close(page)
    send(page, "What is due this week?\nAnd today?")
    expect(replies(page)).to_have_count(2)
    expect(log(page)).to_contain_text("What is due this week?")
    assert fits_the_window(page)

    open_conversations(page).get_by_role("link", name="New conversation").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("What is on your mind")
    button(page, "What is due this week?").click()
    expect(replies(page)).to_have_count(1)
    expect(open_conversations(page).locator("ol").get_by_role("link")).to_have_count(2)
    close(page)

    page.get_by_role("link", name="Settings").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    button(page, "Save").click()
    expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    button(page, "Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_renaming_deleting_and_bringing_back(page: Page, user: User) -> None:
    holiday = ConversationFactory(user=user, title="Holiday")
    say(holiday, "Find the passports")
    page.goto(address_of(holiday))
    field = page.get_by_label("Title of this conversation")

    field.fill("Rome")
    field.press("Enter")
    expect(page).to_have_title("Rome · Todo Chat")
    field.fill("   ")
    field.press("Enter")
    expect(page.get_by_text("may not be blank")).to_be_visible()

    button(page, "Delete").click()
    dialog = page.get_by_role("dialog", name="Delete this conversation?")
    button(page, "Keep it").click()
    expect(dialog).to_be_hidden()
    button(page, "Delete").click()
    dialog.get_by_role("button", name="Delete").click()
    expect(page.get_by_text("The conversation is deleted.")).to_be_visible()
    button(page, "Undo").click()
    expect(page).to_have_title("Rome · Todo Chat")
    expect(log(page)).to_contain_text("Find the passports")


def test_tasks_are_added_ticked_and_reopened(page: Page, user: User) -> None:
    TaskFactory(user=user, title="Piano")
    page.goto("/")
    field = page.get_by_label("New task")

    open_tasks(page)
    field.fill("Water the plants")
    field.press("Enter")
    open_tasks(page).get_by_role("button", name="Complete Water the plants").click()
    done = open_tasks(page).get_by_role("region", name="Done lately")
    expect(done).to_contain_text("Water the plants")
    done.get_by_role("button", name="Reopen").click()
    expect(open_tasks(page).get_by_role("region", name="Some day")).to_contain_text("Water")

    field.fill("x" * 201)
    field.press("Enter")
    expect(page.get_by_text("no more than 200 characters")).to_be_visible()


def test_searching_and_older_conversations(page: Page, user: User) -> None:
    for number in range(1, 65):
        ConversationFactory(user=user, title=f"Talk {number}")
    here = ConversationFactory(user=user, title="Here")
    say(here, "Add milk")
    page.goto(address_of(here))
    links = conversations(page).get_by_role("link", name="Talk")

    for first, last in [("Talk 64", "Talk 36"), ("Talk 35", "Talk 6"), ("Talk 5", "Talk 1")]:
        open_conversations(page)
        expect(links.first).to_contain_text(first)
        expect(links.last).to_contain_text(last)
        if last != "Talk 1":
            page.get_by_role("link", name="Older conversations").click()
    expect(log(page)).to_contain_text("Add milk")

    close(page)
    open_conversations(page)
    search(page).fill('"talk 6"')
    search(page).press("Enter")
    expect(open_conversations(page).get_by_role("link", name="Talk")).to_have_count(6)
    expect(search(page)).to_have_value('"talk 6"')
    search(page).fill("nothing of the kind")
    search(page).press("Enter")
    expect(open_conversations(page)).to_contain_text("Nothing found.")


def test_earlier_messages_are_on_a_page_of_their_own(page: Page, user: User) -> None:
    conversation = ConversationFactory(user=user)
    for number in range(1, 61):
        say(conversation, f"Message {number}.", f"Reply {number}.")
    page.goto(address_of(conversation))

    for first, last in [(36, 60), (11, 35), (1, 10)]:
        expect(replies(page).first).to_contain_text(f"Reply {first}.")
        expect(replies(page).last).to_contain_text(f"Reply {last}.")
        earlier = page.get_by_role("link", name="Earlier messages")
        if first > 1:
            earlier.click()
    expect(earlier).to_have_count(0)

    open_conversations(page).locator("[aria-current]").click()
    expect(replies(page).last).to_contain_text("Reply 60.")


def test_an_answer_can_be_stopped_from_another_tab(
    open_page: Open, page: Page, model: Model, user: User
) -> None:
    model.begin(talks_for_ever)
    page.goto("/")
    composer(page).fill("Count")
    button(page, "Send").click(no_wait_after=True)
    until(lambda: bool(model.hits))
    conversation = Conversation.objects.get()

    other = open_page(user, java_script_enabled=False)
    other.goto(address_of(conversation))
    button(other, "Stop").click()

    expect(page.get_by_text("Stopped.")).to_be_visible()
    other.reload()
    expect(other.get_by_text("Stopped.")).to_be_visible()
    expect(button(other, "Stop")).to_have_count(0)


def test_a_reply_that_failed_can_be_tried_again(page: Page, model: Model, user: User) -> None:
    model.begin(fails(401), says("Here I am."))
    page.goto("/")
    send(page, "Are you there?")
    expect(button(page, "Try again")).to_be_visible()
    button(page, "Try again").click()
    expect(replies(page)).to_contain_text("Here I am.")
    expect(replies(page)).to_have_count(1)
    expect(button(page, "Try again")).to_have_count(0)


def test_what_a_reply_did_can_be_undone(page: Page, user: User) -> None:
    page.goto("/")
    send(page, "Add piano")
    expect(open_tasks(page)).to_contain_text("iano")
    close(page)

    button(page, "Undo").click()

    expect(log(page)).to_contain_text("undone")
    expect(open_tasks(page)).to_contain_text("Nothing to do.")
    expect(rows(page)).to_have_count(0)
