"""The page of the chat with nothing but the keyboard."""

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from conversations.models import Conversation
from tests.browser.parts import conversations, is_phone, log, search, tasks
from tests.browser.talking import address_of, composer, keys_of_messages, said
from tests.browser.viewports import both_widths
from tests.factories import ConversationFactory, TaskFactory, say

NAME = r"""() => {
    const name = (node) => node.labels?.[0]?.textContent || node.getAttribute("aria-label")
        || node.querySelector(".title, .preview")?.textContent || node.innerText || node.alt;
    return name(document.activeElement).trim().replace(/\s+/g, " ");
}"""
SEEN = """() => {
    const marked = (node) => getComputedStyle(node).outlineStyle !== "none";
    const { activeElement } = document;
    return marked(activeElement) || activeElement.id === "message" && marked(activeElement.form);
}"""


@pytest.fixture
def conversation(user: User) -> Conversation:
    """The latest of three."""
    for title in ("Garden", "Holiday", "Kitchen"):
        conversation = ConversationFactory(user=user, title=title)
        say(conversation, f"About the {title}", "Go **on**.")
    TaskFactory(user=user, title="Milk")
    return conversation


def open_(page: Page, conversation: Conversation) -> None:
    page.goto(address_of(conversation))
    expect(composer(page)).to_be_focused()
    log(page).focus()  # where keys are not what one writes


def shortcuts(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Keyboard")


def test_the_tab_key_goes_through_everything_in_order_and_one_sees_where(
    page: Page, conversation: Conversation
) -> None:
    open_(page, conversation)
    stops: list[str] = []
    page.get_by_role("link", name="Skip to the content").focus()
    while page.evaluate("document.activeElement !== document.body"):  # there is an end
        stops.append(page.evaluate(NAME))
        assert page.evaluate(SEEN), stops[-1]
        page.keyboard.press("Tab")

    assert stops == [
        "Skip to the content",
        "Todo Chat",
        "Settings",
        "Sign out",
        "Find or do",
        "Keyboard",
        "New conversation",
        "Search your conversations",
        "Kitchen",
        "Holiday",
        "Garden",
        "Deleted lately",
        "Title of this conversation",
        "Export",
        "Print",
        "Delete",
        "Messages",
        "Copy",
        "Edit",
        "Copy",
        "Ask again",
        "Your message",
        "Send",
        "New task",
        "Add",
        "Today 0 open",
        "Upcoming 0 open",
        "All 1 open",
        "Completed",
        "Complete Milk",
        "Edit Milk",
    ]


@both_widths
def test_the_first_stop_skips_to_the_content(page: Page, conversation: Conversation) -> None:
    open_(page, conversation)

    skip = page.get_by_role("link", name="Skip to the content")
    skip.focus()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")

    expect(page.get_by_label("Title of this conversation")).to_be_focused()


@both_widths
def test_a_slash_leads_to_the_search_and_arrows_through_the_list(
    page: Page, conversation: Conversation
) -> None:
    open_(page, conversation)
    page.keyboard.press("/")
    expect(search(page)).to_be_focused()
    expect(search(page)).to_have_value("")

    links = conversations(page).locator("ol").get_by_role("link")
    for key, place in [("ArrowDown", 0), ("ArrowDown", 1), ("ArrowDown", 2), ("ArrowDown", 2)]:
        page.keyboard.press(key)
        expect(links.nth(place)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")

    expect(page).to_have_title("Holiday · Todo Chat")


@both_widths
@pytest.mark.parametrize("keys", ["Alt+n", "Control+n"])
def test_a_new_conversation_is_two_keys_away(
    page: Page, conversation: Conversation, keys: str
) -> None:
    open_(page, conversation)
    composer(page).focus()

    page.keyboard.press(keys)

    expect(page.get_by_role("heading", level=1)).to_contain_text("What is on your mind")
    expect(page).to_have_url("/")


def test_on_a_mac_these_keys_still_begin_a_tilde(page: Page, conversation: Conversation) -> None:
    open_(page, conversation)
    where = page.url

    composer(page).dispatch_event(
        "keydown", {"code": "KeyN", "key": "Dead", "altKey": True, "cancelable": True}
    )
    page.wait_for_load_state()

    expect(composer(page)).to_be_visible()
    expect(page).to_have_url(where)


@both_widths
def test_a_question_mark_shows_the_keys(page: Page, conversation: Conversation) -> None:
    open_(page, conversation)

    page.keyboard.press("?")
    expect(shortcuts(page)).to_contain_text("new conversation")
    told = shortcuts(page).get_by_role("term")
    expect(told).to_contain_text(["↑", "Esc", "Ctrl K", "Alt N", "Ctrl Z"])
    expect(shortcuts(page).get_by_role("button", name="Close")).to_be_focused()
    page.keyboard.press("Escape")
    expect(shortcuts(page)).to_be_hidden()

    page.keyboard.press("?")
    page.keyboard.press("?")
    expect(shortcuts(page)).to_be_hidden()


@both_widths
def test_in_a_field_these_keys_are_what_one_writes(page: Page, conversation: Conversation) -> None:
    open_(page, conversation)
    fields = [composer(page), page.get_by_label("Title of this conversation")]
    fields += [] if is_phone(page) else [search(page), tasks(page).get_by_label("New task")]
    for field in fields:
        before = field.input_value()
        field.press("End")
        page.keyboard.type("a/b?")
        expect(field).to_have_value(f"{before}a/b?")
        expect(field).to_be_focused()
    expect(shortcuts(page)).to_be_hidden()


@pytest.mark.parametrize(
    "event",
    [
        {"isComposing": True, "keyCode": 229},  # Chrome, Firefox: before compositionend
        {"isComposing": False, "keyCode": 229},  # Safari: behind it
    ],
    ids=["within", "behind"],
)
def test_the_enter_of_an_input_method_sends_nothing(
    page: Page, conversation: Conversation, event: dict[str, object]
) -> None:
    open_(page, conversation)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    title = page.get_by_label("Title of this conversation")
    for field in (composer(page), title):
        field.fill("にほ")
        for key in ("Enter", "Escape", "ArrowUp"):
            field.dispatch_event(
                "keydown", {"key": key, "cancelable": True, "bubbles": True, **event}
            )
        expect(field).to_have_value("にほ")
        expect(field).to_be_focused()
    assert [url for url in sent if "/static/" not in url] == []


def test_words_of_an_input_method_are_sent_once_they_are_done(
    page: Page, conversation: Conversation
) -> None:
    open_(page, conversation)
    keys = keys_of_messages(page)
    method = page.context.new_cdp_session(page)
    enter = {"key": "Enter", "code": "Enter"}
    composer(page).focus()
    for text in ("に", "にほ", "にほん"):
        method.send(
            "Input.imeSetComposition",
            {"text": text, "selectionStart": len(text), "selectionEnd": len(text)},
        )
    method.send(
        "Input.dispatchKeyEvent", {"type": "keyDown", "windowsVirtualKeyCode": 229, **enter}
    )
    method.send("Input.insertText", {"text": "日本"})
    method.send("Input.dispatchKeyEvent", {"type": "keyUp", "windowsVirtualKeyCode": 13, **enter})
    expect(composer(page)).to_have_value("日本")
    assert keys == []

    composer(page).press("Enter")
    expect(said(page).last).to_contain_text("日本")
    expect(composer(page)).to_have_value("")
    assert len(keys) == 1
