"""A message is sent, and its answer comes."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Conversation, Message
from tests.browser.speech import PATIENCE, Speech
from tests.browser.talking import (
    HeldRequests,
    button,
    composer,
    messages,
    replies,
    said,
    say,
    shows_one_exchange,
    typing,
)
from tests.browser.viewports import both_widths
from tests.fakes.answers import says
from tests.served.processes import Model

CODE = "Like **this**:\n\n```python\n  def one():\n      return 1\n```\n\nSo."


@both_widths
def test_a_message_appears_at_once_and_its_answer_grows(page: Page, model: Model) -> None:
    model.begin(speech := Speech("Milk ", "and **honey**", ", and bread."))
    page.goto("/")

    say(page, "What do I need?")

    expect(said(page)).to_contain_text("What do I need?")
    expect(composer(page)).to_have_value("")
    expect(typing(page)).to_be_visible()
    assert speech.asked.wait(PATIENCE)
    speech.go_on()
    expect(replies(page)).to_contain_text("Milk")
    expect(typing(page)).to_be_hidden()
    speech.go_on()
    expect(replies(page)).to_contain_text("Milk and **honey**")
    speech.go_on()
    expect(replies(page)).to_contain_text("Milk and honey, and bread.")
    expect(replies(page).get_by_role("strong")).to_have_text("honey")
    shows_one_exchange(page, "What do I need?", "Milk and honey, and bread.")


@both_widths
def test_what_is_said_next_goes_on_in_the_same_conversation(page: Page) -> None:
    page.goto("/")
    say(page, "Add Milk")
    shows_one_exchange(page, "Add Milk", "Milk")

    say(page, "Add Bread")
    expect(replies(page)).to_have_count(2)
    expect(page.locator("#send")).to_be_visible()
    say(page, "mark it as done")
    expect(replies(page)).to_have_count(3)
    expect(page.locator("#send")).to_be_visible()

    assert Conversation.objects.get().message_count == 6
    page.reload()
    expect(said(page)).to_contain_text(["Add Milk", "Add Bread", "mark it as done"])


def test_code_is_highlighted_and_can_be_copied(page: Page, model: Model) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    model.begin(says(CODE))
    page.goto("/")
    say(page, "Show me code")
    code = replies(page).get_by_role("code")
    expect(code).to_contain_text("return 1")
    assert code.locator("span").first.evaluate("span => getComputedStyle(span).color") != (
        code.evaluate("code => getComputedStyle(code).color")
    )

    button(replies(page), "Copy").first.click()

    expect(button(replies(page), "Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "  def one():\n      return 1"

    button(replies(page), "Copy").last.click()

    expect(button(replies(page), "Copied")).to_have_count(2)
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.split() == ["Like", "this:", "def", "one():", "return", "1", "So."]


def test_nothing_offers_to_be_copied_where_the_browser_has_no_clipboard(
    page: Page, model: Model
) -> None:
    page.add_init_script("delete Navigator.prototype.clipboard")
    model.begin(says(CODE))
    page.goto("/")

    say(page, "Show me code")

    expect(replies(page).get_by_role("code")).to_contain_text("return 1")
    expect(button(replies(page), "Copy")).to_have_count(0)


@both_widths
def test_enter_sends_one_message_however_often_and_shift_enter_breaks_the_line(
    page: Page, model: Model
) -> None:
    model.begin(speech := Speech("Yes."))
    page.goto("/")

    composer(page).press_sequentially("one")
    composer(page).press("Shift+Enter")
    composer(page).press_sequentially("two")
    expect(composer(page)).to_have_value("one\ntwo")
    composer(page).press("Enter")
    composer(page).press("Enter")
    expect(typing(page)).to_be_visible()
    composer(page).press_sequentially("three")

    speech.go_on()
    shows_one_exchange(page, "one\ntwo", "Yes.")
    expect(composer(page)).to_have_value("three")
    assert [message.content for message in Message.objects.order_by("seq")] == ["one\ntwo", "Yes."]


def test_enter_sends_nothing_while_a_word_is_being_composed(page: Page, model: Model) -> None:
    model.begin(says("Hai."))
    page.goto("/")
    composer(page).focus()
    keyboard = page.context.new_cdp_session(page)
    keyboard.send(
        "Input.imeSetComposition", {"text": "ぎゅう", "selectionStart": 3, "selectionEnd": 3}
    )
    composer(page).press("Enter")
    keyboard.send("Input.insertText", {"text": "牛乳"})

    expect(composer(page)).to_have_value(re.compile("^牛乳"))
    expect(messages(page)).to_have_count(0)
    composer(page).press("Enter")
    shows_one_exchange(page, "牛乳", "Hai.")


@both_widths
@pytest.mark.parametrize("how", ["button", "Escape"])
def test_an_answer_can_be_stopped_and_keeps_what_was_said(
    page: Page, model: Model, how: str
) -> None:
    model.begin(speech := Speech("Milk ", "and honey."))
    page.goto("/")
    say(page, "What do I need?")
    speech.go_on()
    expect(replies(page)).to_contain_text("Milk")

    if how == "button":
        button(page, "Stop").click()
    else:
        page.keyboard.press("Escape")

    expect(replies(page)).to_contain_text("Stopped.")
    shows_one_exchange(page, "What do I need?", "Milk")
    assert speech.left.wait(PATIENCE)
    page.reload()
    shows_one_exchange(page, "What do I need?", "Stopped.")


def test_stop_is_heard_even_before_the_turn_has_begun(page: Page, model: Model, user: User) -> None:
    model.begin(speech := Speech("Milk."))
    page.goto("/")
    held = HeldRequests(page, "**/api/chat/")
    say(page, "What do I need?")
    button(page, "Stop").click()
    held.go_on()

    expect(replies(page)).to_contain_text("Stopped.")
    assert speech.left.wait(PATIENCE)
    assert Conversation.objects.get().user == user
