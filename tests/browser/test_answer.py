"""An answer while it comes: drawn block by block, and what the reader holds is theirs."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Conversation
from tests.browser.parts import log
from tests.browser.speech import Speech
from tests.browser.talking import address_of, button, messages, replies, said, say
from tests.browser.viewports import both_widths
from tests.factories import ConversationFactory
from tests.factories import say as said_before
from tests.fakes import call
from tests.fakes.answers import asks
from tests.served.processes import Model

SELECT = """(text) => {
    window.held = text;
    getSelection().selectAllChildren(text);
    return String(getSelection());
}"""
SELECTED = "String(getSelection())"
# The greatest sum of shifts that a reader has not made themselves, since the page was opened.
SHIFTS = """() => {
    window.shifted = [];
    new PerformanceObserver((list) => {
        for (const { value, hadRecentInput, sources } of list.getEntries()) {
            const of = sources.map(({ node }) => node?.outerHTML?.slice(0, 80));
            if (!hadRecentInput) window.shifted.push({ value, of });
        }
    }).observe({ type: "layout-shift", buffered: true });
}"""


def shifted(page: Page) -> float:
    shifts: list[dict[str, Any]] = page.evaluate("window.shifted")
    total = sum(float(shift["value"]) for shift in shifts)
    assert total < 0.01, shifts
    return total


@both_widths
def test_each_block_is_drawn_when_it_has_ended_and_stays_as_it_is(
    page: Page, model: Model, user: User
) -> None:
    conversation = ConversationFactory(user=user)
    said_before(conversation, "Hello", "Hello.")
    # What a piece ends is told with the letter behind it, since a call might begin there.
    blocks = [
        "# Plan\nSome",
        " **text**",
        " and more.\n\n-",
        " a\n- b\n\nThen ",
        "`code`\n\n```py\nx\n",
    ]
    model.begin(speech := Speech(*blocks, "```\nEnd of it, see https://example.org"))
    page.add_init_script(f"({SHIFTS})()")
    page.goto(address_of(conversation))
    say(page, "Tell me, and see https://a.test/x.")
    reply = replies(page).last
    expect(reply).to_have_attribute("data-status", "in_progress")

    speech.go_on(2)
    expect(reply.get_by_role("heading", name="Plan")).to_be_visible()
    expect(reply.get_by_text("Some **text**")).to_be_visible()
    speech.go_on()
    expect(reply.get_by_role("strong")).to_have_text("text")
    assert reply.get_by_text("Some text").evaluate(SELECT) == "Some text and more."
    speech.go_on()
    expect(reply.get_by_role("listitem")).to_have_count(2)
    speech.go_on()
    expect(reply.locator("p code")).to_be_visible()
    speech.go_on()

    expect(button(page, "Send")).to_be_visible()
    expect(reply.locator(".block code")).to_have_text("x")
    assert page.evaluate(SELECTED) == "Some text and more."
    assert page.evaluate("window.held.isConnected")
    for link in (reply.get_by_role("link"), said(page).last.get_by_role("link")):
        expect(link).to_have_attribute("target", "_blank")
    expect(said(page).last.get_by_role("link")).to_have_text("https://a.test/x")
    assert shifted(page) < 0.01


@both_widths
def test_a_conversation_begins_and_nothing_moves(page: Page, model: Model) -> None:
    model.begin(speech := Speech("One thing.\n\nAnd", " another.\n\nThe end."))
    page.add_init_script(f"({SHIFTS})()")
    page.goto("/")
    say(page, "Tell me")
    speech.go_on()
    expect(page.get_by_label("Title of this conversation")).to_be_visible()
    expect(replies(page)).to_contain_text("One thing.")
    speech.go_on()

    expect(button(page, "Send")).to_be_visible()
    expect(log(page).get_by_text("Today", exact=True)).to_be_visible()
    assert shifted(page) < 0.01


def test_what_is_selected_in_the_open_block_stays_selected_when_the_answer_is_settled(
    page: Page, model: Model
) -> None:
    words = "Plain words, in lines.\n" * 8
    model.begin(speech := Speech(words, "The end."))
    page.goto("/")
    say(page, "Tell me")
    speech.go_on()
    reply = replies(page)
    expect(reply).to_contain_text("Plain words")
    chosen = """(reply) => {
        const text = reply.querySelector(".open").firstChild;
        getSelection().setBaseAndExtent(text, 3, text, 172);
        return String(getSelection()).replaceAll(/\\s+/g, " ");
    }"""
    before = reply.evaluate(chosen)
    assert len(before) == 169

    speech.go_on()

    expect(button(page, "Send")).to_be_visible()
    expect(reply.locator("br")).to_have_count(8)
    assert page.evaluate(SELECTED + ".replaceAll(/\\s+/g, ' ')") == before


def test_a_page_opened_in_the_midst_of_an_answer_goes_on_from_what_it_shows(
    page: Page, model: Model
) -> None:
    speech = Speech("# Plan\n\nSome **text**\n\n- a", "\n- b", "\n\nEnd.")
    model.begin(asks(call("list_tasks"), said="I look. "), speech)
    page.goto("/")
    say(page, "Tell me")
    speech.go_on()
    expect(replies(page).get_by_role("strong")).to_be_visible()

    page.reload()
    expect(replies(page).get_by_role("strong")).to_be_visible()
    speech.go_on()
    expect(replies(page).get_by_text("- b")).to_be_visible()
    speech.go_on()

    expect(button(page, "Send")).to_be_visible()
    expect(replies(page).get_by_role("listitem")).to_have_text(["a", "b"])
    expect(replies(page).get_by_role("heading", name="Plan")).to_have_count(1)
    expect(replies(page).locator("details.card")).to_have_count(1)
    expect(replies(page)).to_contain_text("I look.")


@pytest.fixture
def conversation(user: User) -> Conversation:
    conversation = ConversationFactory(user=user)
    for number in range(30):
        said_before(conversation, f"Message {number}.", "Fine. " * 40 + "\n\n```\ncode\n```")
    return conversation


@both_widths
def test_a_conversation_opens_at_its_end_and_nothing_moves(
    page: Page, conversation: Conversation
) -> None:
    draft = f"'draft:{conversation.user_id}:{conversation.pk}'"
    page.add_init_script(f"({SHIFTS})(); localStorage.setItem({draft}, 'a\\nb\\nc');")
    page.goto(address_of(conversation))
    expect(replies(page).last).to_be_in_viewport()
    page.wait_for_load_state("networkidle")

    end = "log => log.scrollHeight - log.scrollTop - log.clientHeight"
    assert log(page).evaluate(end) < 1
    assert shifted(page) < 0.01


@both_widths
def test_a_scroll_of_a_few_pixels_is_enough_not_to_follow(
    page: Page, model: Model, conversation: Conversation
) -> None:
    model.begin(speech := Speech("One.\n\n" * 5, "Two.\n\n" * 5, "Three.\n\n" * 5))
    page.goto(address_of(conversation))
    say(page, "Tell me")
    speech.go_on()
    expect(replies(page).last).to_contain_text("One.")
    expect(button(page, "To the end ↓")).to_be_hidden()

    log(page).evaluate("log => log.scrollBy(0, -2)")
    place = log(page).evaluate("log => log.scrollTop")
    expect(button(page, "To the end ↓")).to_be_visible()
    speech.go_on()
    expect(button(page, "New message ↓")).to_be_visible()
    assert log(page).evaluate("log => log.scrollTop") == place

    log(page).evaluate("log => log.scrollTo(0, 1e9)")
    expect(button(page, "New message ↓")).to_be_hidden()
    speech.go_on()
    expect(replies(page).last.get_by_text("Three.").last).to_be_in_viewport()
    expect(button(page, "Send")).to_be_visible()
    assert log(page).evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 1


HELD = """reply => [
    reply.querySelector(".card").open, reply.querySelector("table").scrollLeft,
    document.activeElement === reply.querySelector(".card summary"),
]"""


def test_what_one_has_unfolded_scrolled_and_focused_stays_so(
    page: Page, model: Model, user: User
) -> None:
    conversation = ConversationFactory(user=user)
    wide = f"| a | b |\n|---|---|\n| {'w' * 300} | x |\n\nThen there"
    model.begin(asks(call("list_tasks")), speech := Speech("<think>Hm.</think>" + wide, "\n\nEnd."))
    page.goto(address_of(conversation))
    say(page, "Tell me")
    reply = replies(page).first
    reply.locator(".card summary").click()
    speech.go_on()
    expect(reply.get_by_text("Then")).to_be_visible()
    reply.locator("table").evaluate("table => table.scrollTo(99, 0)")
    before = reply.evaluate(HELD)

    speech.go_on()
    expect(button(page, "Send")).to_be_visible()
    reply.get_by_text("Thinking", exact=True).click()
    assert before == [True, 99, True]
    reply.locator(".card summary").focus()
    conversation.refresh_from_db()
    said_before(conversation, "From elsewhere", "There.")
    expect(messages(page)).to_have_count(4)

    assert reply.evaluate(HELD) == before
    expect(reply.get_by_text("Hm.")).to_be_visible()
