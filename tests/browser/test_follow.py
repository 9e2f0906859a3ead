"""What is done in one tab, or by any other door, reaches every tab that is seen."""

from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from chat.undo import undo_reply
from conversations.models import Conversation, Turn
from tests.browser.conftest import Open
from tests.browser.parts import conversations, tasks
from tests.browser.talking import address_of, button, composer, messages, replies
from tests.browser.viewports import PHONE
from tests.browser.watch import Watch
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call
from tests.factories import say as turn_of
from todos.models import Origin, Task

SOON = 3000  # milliseconds: two seconds, and one for the machine


def comes(where: Locator, text: str) -> None:
    expect(where).to_contain_text(text, timeout=SOON)


def test_tasks_of_any_door_reach_a_tab_where_nothing_was_said_yet(page: Page, user: User) -> None:
    page.goto("/")
    other = page.context.new_page()
    other.goto("/")

    task = TaskFactory(user=user, title="Water the plants")
    comes(tasks(page), "Water the plants")
    comes(tasks(other), "Water the plants")
    composer(page).fill("Something half written")
    tasks(other).get_by_role("button", name="Complete Water the plants").click()
    expect(button(page, "Reopen Water the plants")).to_be_visible(timeout=SOON)
    task.edit(Origin("api"), title="Water all plants")
    comes(tasks(page), "Water all plants")
    task.remove(Origin("admin"))
    expect(tasks(page).get_by_text("Water all plants")).to_have_count(0, timeout=SOON)

    expect(composer(page)).to_be_focused()
    expect(composer(page)).to_have_value("Something half written")


@pytest.mark.parametrize("viewport", [PHONE])
def test_the_numbers_of_what_is_due_follow_and_so_does_the_minute(page: Page, user: User) -> None:
    page.goto("/")
    expect(button(page, "Tasks")).to_be_visible()
    now = user.local_now()
    soon = (now + timedelta(seconds=4)).time()

    task = TaskFactory(user=user, title="Call", due_date=now.date(), due_time=soon)

    expect(button(page, "Tasks, 1 for today")).to_be_visible(timeout=SOON)
    expect(button(page, "Tasks, 1 for today, 1 overdue")).to_be_visible()
    expect(page).to_have_title("(1) Todo Chat")
    button(page, "Tasks, 1 for today, 1 overdue").click()
    comes(page.get_by_role("region", name="Overdue"), "Call")
    task.complete(Origin("api"))
    expect(page).to_have_title("Todo Chat", timeout=SOON)


def test_a_day_that_has_turned_has_another_heading(page: Page, user: User) -> None:
    conversation = ConversationFactory(user=user)
    turn_of(conversation, "Hello")
    page.goto(address_of(conversation))
    heading = page.get_by_role("log").locator(".day time")
    heading.evaluate("time => time.textContent = 'As of another day'")

    User.objects.update(time_zone="Etc/UTC")  # another name of the same clock: all is drawn anew

    expect(heading).to_have_text("Today", timeout=SOON)


def test_what_happens_to_conversations_reaches_the_list_and_the_title(
    page: Page, user: User
) -> None:
    shown = ConversationFactory(user=user, title="Garden")
    page.goto(address_of(shown))

    made = ConversationFactory(user=user, title="Holiday")
    comes(conversations(page), "Holiday")
    made.remove()
    expect(conversations(page).get_by_text("Holiday")).to_have_count(0, timeout=SOON)
    page.get_by_label("Title of this conversation").focus()
    shown.rename("Balcony")

    expect(page).to_have_title("Balcony · Todo Chat", timeout=SOON)
    comes(conversations(page), "Balcony")
    expect(page.get_by_label("Title of this conversation")).to_have_value("Balcony")
    expect(page.get_by_label("Title of this conversation")).to_be_focused()


def test_a_turn_of_another_tab_is_seen_as_it_comes(page: Page, user: User) -> None:
    conversation = ConversationFactory(user=user)
    turn_of(conversation, "Hello", "Good morning.")
    page.goto(address_of(conversation))

    turn = conversation.begin_turn("And now?", LEASE)
    comes(messages(page).nth(2), "And now?")
    expect(messages(page)).to_have_count(4)
    turn.finish(Turn.Status.COMPLETED, "Nothing.")

    expect(replies(page).nth(1)).to_contain_text("Nothing.")
    expect(button(page, "Send")).to_be_visible()
    expect(messages(page)).to_have_count(4)


def test_what_is_taken_back_elsewhere_is_shown_however_far_up_it_was_done(
    page: Page, user: User
) -> None:
    conversation = ConversationFactory(user=user)
    turn = conversation.begin_turn("Add milk", LEASE)
    call = record_call(turn)
    Task.add(user, Origin("chat", call.pk, conversation.pk), title="milk")
    turn.finish(Turn.Status.COMPLETED, "Added.")
    conversation.refresh_from_db()
    for number in range(30):
        turn_of(conversation, f"question {number}", f"answer {number}")
    page.goto(address_of(conversation))
    expect(messages(page)).to_have_count(50)
    page.get_by_role("log").evaluate("log => log.scrollTop = 0")
    expect(messages(page)).to_have_count(62)
    last = messages(page).last
    last.evaluate("article => article.here = true")

    undo_reply(user, turn.reply.pk, Origin("api"))

    comes(messages(page).nth(1), "undone")
    expect(messages(page)).to_have_count(62)
    assert last.evaluate("article => article.here") is True


def test_a_conversation_that_is_deleted_elsewhere_says_so_and_can_be_brought_back(
    page: Page, user: User
) -> None:
    conversation = ConversationFactory(user=user, title="Garden")
    turn_of(conversation, "Hello")
    page.goto(address_of(conversation))
    composer(page).fill("Half a thought")

    conversation.remove()
    gone = page.get_by_role("alert").filter(has_text="deleted elsewhere")
    expect(gone).to_be_visible(timeout=SOON)
    expect(conversations(page).get_by_text("Garden")).to_have_count(0, timeout=SOON)
    button(page, "Bring it back").click()

    expect(gone).to_be_hidden(timeout=SOON)
    comes(conversations(page), "Garden")
    expect(composer(page)).to_have_value("Half a thought")
    assert Conversation.objects.get().deleted_at is None


# Who is signed in


def sign_out(page: Page) -> None:
    """In another tab."""
    other = page.context.new_page()
    other.goto("/accounts/settings/")
    button(other, "Sign out").click()
    button(other.get_by_role("dialog"), "Sign out").click()  # with words that are not sent yet
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    other.close()


def sign_in(page: Page, user: User) -> None:
    page.get_by_label("Username").fill(user.username)
    page.get_by_label("Password").fill("correct horse battery")
    button(page, "Sign in").click()
    expect(composer(page)).to_be_visible()


def test_a_session_that_is_over_says_so_and_goes_on_once_one_is_signed_in_again(
    page: Page, user: User, watch: Watch
) -> None:
    watch.allow("401", "403")
    TaskFactory(user=user, title="Milk")
    page.goto("/")
    page.evaluate("window.here = true")
    composer(page).fill("Add bread")

    sign_out(page)
    notice = page.get_by_role("alert").filter(has_text="You are signed out")
    expect(notice).to_be_visible()
    composer(page).press("Enter")
    button(page, "Complete Milk").click()
    composer(page).fill("and what I think meanwhile")
    with page.context.expect_page() as opened:
        notice.get_by_role("link", name="Sign in").click()
    sign_in(opened.value, user)
    opened.value.close()

    expect(notice).to_be_hidden()
    expect(replies(page)).to_contain_text("Added")
    expect(button(page, "Reopen Milk")).to_be_visible()
    expect(composer(page)).to_have_value("and what I think meanwhile")
    assert page.evaluate("window.here") is True
    assert sorted(Task.objects.values_list("title", flat=True)) == ["Bread", "Milk"]


def test_a_tab_never_acts_as_somebody_else(
    page: Page, user: User, open_page: Open, watch: Watch, stranger: User
) -> None:
    watch.allow("401", "403")
    TaskFactory(user=stranger, title="A secret of theirs")
    page.goto("/")
    composer(page).fill("Add bread")
    sign_out(page)
    other = page.context.new_page()
    other.goto("/accounts/login/")
    sign_in(other, stranger)
    page.bring_to_front()

    notice = page.get_by_role("alert").filter(has_text="Somebody else has signed in")
    expect(notice).to_be_visible()
    composer(page).press("Enter")
    page.wait_for_timeout(1500)
    expect(tasks(page).get_by_text("A secret of theirs")).to_have_count(0)
    assert not Conversation.objects.exists()
    notice.get_by_role("link").click()

    expect(page.locator("body")).to_contain_text(stranger.username)
    expect(tasks(page)).to_contain_text("A secret of theirs")
