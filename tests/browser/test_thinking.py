"""What a model thinks: for how long is shown while it does, and what, to whoever opens it."""

import json
import re

from playwright.sync_api import Page, expect

from agent.llm import ToolRequest
from tests.browser.speech import PATIENCE, Speech
from tests.browser.talking import button, replies, say, shows_one_exchange, typing
from tests.browser.viewports import both_widths
from tests.fakes.answers import asks
from tests.served.processes import Model

MILK = ToolRequest("create_task", json.dumps({"title": "Milk"}))
SECONDS = re.compile(r"Thinking… \d+ s")


@both_widths
def test_who_waits_sees_for_how_long_and_hears_it_once(page: Page, model: Model) -> None:
    model.begin(speech := Speech("Milk it is."))
    page.goto("/")

    say(page, "What do I need?")

    seconds = page.get_by_text(SECONDS)
    expect(seconds).to_be_visible()
    first = seconds.text_content()
    expect(seconds).not_to_have_text(first or "")
    expect(typing(page)).to_have_text("The assistant is writing")
    speech.go_on()
    shows_one_exchange(page, "What do I need?", "Milk it is.")
    expect(seconds).to_have_count(0)


def test_they_are_counted_anew_behind_a_tool(page: Page, model: Model) -> None:
    model.begin(asks(MILK), speech := Speech("It is there."))
    page.goto("/")

    say(page, "milk")

    assert speech.asked.wait(PATIENCE)
    expect(page.get_by_text(SECONDS)).to_be_visible()
    speech.go_on()
    shows_one_exchange(page, "milk", "It is there.")


def test_what_was_thought_is_folded_until_somebody_opens_it(page: Page, model: Model) -> None:
    model.begin(speech := Speech("<think>They want **milk**.</think>", "Milk it is."))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto("/")
    say(page, "What do I need?")
    speech.go_on_to_the_end()

    thought = page.get_by_text("They want milk.")
    expect(replies(page)).to_contain_text("Milk it is.")
    expect(thought).to_be_hidden()
    replies(page).get_by_text("Thinking", exact=True).click()

    expect(thought).to_be_visible()
    expect(replies(page).get_by_role("strong")).to_have_text("milk")
    replies(page).get_by_role("button", name="Copy").click()
    expect(button(replies(page), "Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "Milk it is."
