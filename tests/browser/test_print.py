"""A conversation on paper: all that was said, and nothing that can only be clicked."""

from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Conversation
from tests.browser.parts import log
from tests.browser.talking import address_of, messages
from tests.browser.viewports import both_widths
from tests.factories import LEASE, ConversationFactory, record_call, say

TO_CLICK = ":is(button, input, textarea, a.button, nav, aside, body > header):visible"
STUB = "window.print = () => { window.printed = (window.printed ?? 0) + 1; };"
IS_CUT = """() => [...document.querySelectorAll("html, body, main, #transcript, #messages, pre")]
    .filter((node) => node.checkVisibility() && node.clientHeight < node.scrollHeight - 1
        && getComputedStyle(node).overflowY !== "visible").map((node) => node.id || node.tagName)"""


def long(user: User) -> Conversation:
    conversation = ConversationFactory(user=user, title="Holiday")
    for number in range(1, 61):
        say(conversation, f"Message {number}.", f"Reply {number}.\n\n```\n{'code ' * 60}\n```")
    turn = conversation.begin_turn("Add milk", LEASE)
    record_call(turn)
    turn.finish("completed", "It is there.")
    return conversation


@both_widths
def test_the_link_prints_the_whole_of_it(page: Page, user: User) -> None:
    page.add_init_script(STUB)
    page.goto(address_of(long(user)))
    page.get_by_role("link", name="Print").click()
    page.wait_for_function("() => window.printed === 1")

    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1, name="Holiday")).to_be_visible()
    articles = page.get_by_role("article")
    expect(articles).to_have_count(122)
    expect(articles.first).to_contain_text("Message 1.")
    expect(articles.first.get_by_role("heading", name="You")).to_be_visible()
    expect(articles.last).to_contain_text("Used create_task")
    expect(page.locator(TO_CLICK)).to_have_count(0)
    assert page.evaluate(IS_CUT) == []

    page.emulate_media(media="screen")
    page.get_by_role("link", name="Back to the conversation").click()
    expect(log(page)).to_be_visible()


@both_widths
def test_the_page_of_the_chat_prints_what_it_shows(page: Page, user: User) -> None:
    page.goto(address_of(long(user)))
    expect(messages(page)).to_have_count(50)

    page.emulate_media(media="print")
    expect(page.locator(TO_CLICK)).to_have_count(0)
    assert page.evaluate(IS_CUT) == []
    assert page.evaluate("document.body.scrollHeight") > 3000
