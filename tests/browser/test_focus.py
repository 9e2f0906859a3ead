"""Where the focus is after each act: one can go on at once, and it is never nowhere.

On a touch screen an act brings the keyboard up only where one goes on typing.
"""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, TimeoutError, expect

from accounts.models import User
from agent.llm import ToolRequest
from conversations.models import Conversation
from tests.browser.conftest import Open
from tests.browser.parts import log, open_conversations
from tests.browser.speech import Speech
from tests.browser.talking import address_of, button, composer, replies, said, say
from tests.browser.viewports import PHONE, both_widths
from tests.browser.watch import Watch
from tests.factories import ConversationFactory, TaskFactory
from tests.factories import say as said_before
from tests.fakes.answers import asks, fails, says
from tests.pages.asking import ask
from tests.served.processes import Model

FOCUS = """() => {
    const { activeElement: node } = document;
    const name = node.labels?.[0]?.textContent || node.getAttribute("aria-label")
        || node.querySelector(".title, :scope > p")?.textContent || node.textContent;
    return node === document.body ? "nowhere" : name.replace(/\\s+/g, " ").trim();
}"""
MILK = ToolRequest("create_task", json.dumps({"title": "Milk"}))

Acts = list[tuple[str, Callable[[], object], str, str]]


@pytest.fixture
def page(open_page: Open, user: User, viewport: object) -> Page:
    return open_page(user, **({"has_touch": True, "is_mobile": True} if viewport == PHONE else {}))


@pytest.fixture
def talk(user: User) -> Conversation:
    """The second of three."""
    ConversationFactory(user=user, title="Garden")
    talk = ConversationFactory(user=user, title="Holiday")
    said_before(talk, "Find the passports", "They are in the drawer.")
    said_before(ConversationFactory(user=user, title="Kitchen"), "Hello", "Hello.")
    TaskFactory(user=user, title="Tea")
    return talk


def focus_is(page: Page, name: str, after: str) -> None:
    try:
        page.wait_for_function(f"name => ({FOCUS})().startsWith(name)", arg=name, timeout=5000)
    except TimeoutError:
        pytest.fail(f"After {after} the focus is at {page.evaluate(FOCUS)}, not at {name}")


def follow(page: Page, acts: Acts) -> None:
    """After each act, the focus is there on a desktop, there on a phone."""
    touch = page.evaluate("matchMedia('(pointer: coarse)').matches")
    for name, act, on_a_desktop, on_a_phone in acts:
        act()
        focus_is(page, on_a_phone if touch else on_a_desktop, after=name)


@both_widths
def test_the_focus_of_who_comes_and_goes(page: Page, talk: Conversation) -> None:
    title = page.get_by_label("Title of this conversation")
    dialog = page.get_by_role("dialog", name="Delete")

    def delete() -> None:
        button(page, "Delete").click()
        button(dialog, "Delete").click()
        expect(page.get_by_text("The conversation is deleted.")).to_be_visible()

    def rename() -> None:
        title.fill("Rome")
        title.press("Enter")
        expect(page).to_have_title("Rome · Todo Chat")

    def restore() -> None:
        button(page, "Undo").click()
        expect(page).to_have_title("Rome · Todo Chat")

    def begin() -> None:
        page.keyboard.press("Alt+n")
        expect(page).to_have_title("Todo Chat")

    follow(
        page,
        [
            ("opening the page", lambda: page.goto("/"), "Your message", "nowhere"),
            ("opening one", lambda: open_one(page, "Holiday"), "Your message", "nowhere"),
            ("renaming", rename, "Your message", "Send"),
            ("deleting", delete, "Kitchen", "Undo"),
            ("restoring", restore, "Your message", "nowhere"),
            ("beginning anew", begin, "Your message", "nowhere"),
        ],
    )


def open_one(page: Page, title: str) -> None:
    open_conversations(page).get_by_role("link", name=title).click()
    expect(page).to_have_title(f"{title} · Todo Chat")


@both_widths
def test_the_focus_of_who_talks(page: Page, model: Model, watch: Watch) -> None:
    watch.allow("net::ERR_FAILED")
    model.begin(
        fails(500), fails(500), first := Speech("Here."), Speech("…"), asks(MILK), says("Done.")
    )
    page.goto("/")

    def try_again() -> None:
        button(page, "Try again").click()
        first.go_on()
        expect(replies(page)).to_contain_text(["Here."])
        expect(button(page, "Stop")).to_be_hidden()  # else what is said next waits, and is held

    def send(text: str) -> None:
        composer(page).fill(text)
        button(page, "Send").click()

    def stop() -> None:
        button(page, "Stop").click()
        expect(replies(page).get_by_text("Stopped.")).to_be_visible()

    def undo() -> None:
        send("Add milk")
        button(page, "Undo").click()
        expect(log(page)).to_contain_text("undone")

    def dismiss() -> None:
        page.route("**/api/chat/", lambda route: route.abort())
        send("Are you there?")
        button(page, "Dismiss").click()
        expect(said(page)).to_have_count(3)

    example = button(page, "What is due this week?")
    follow(
        page,
        [
            ("an example", example.click, "Your message", "S"),  # Stop, and Send at its end
            ("a failure", button(page, "Try again").hover, "Your message", "Send"),
            ("trying again", try_again, "Your message", "Send"),
            ("sending", lambda: send("Count"), "Your message", "Stop"),
            ("stopping", stop, "Your message", "Send"),
            ("undoing", undo, "Created task: Milk", "Created task: Milk"),
            ("dismissing", dismiss, "Your message", "Your message"),
        ],
    )


@both_widths
def test_the_focus_of_who_answers_and_ticks(page: Page, talk: Conversation) -> None:
    ask(talk, "Coffee", "Sugar")
    ask(talk, "Bread", "Butter")
    page.goto(address_of(talk))
    questions = page.get_by_role("log").get_by_role("group", name="Delete")

    def answer(name: str, number: int, then: str) -> None:
        button(questions.nth(number), name).click()
        expect(questions.nth(number)).to_contain_text(then)

    follow(
        page,
        [
            ("approving", lambda: answer("Do it", 0, "Done."), "Delete", "Delete"),
            ("undoing", lambda: answer("Undo", 0, "taken back"), "Delete", "Delete"),
            ("rejecting", lambda: answer("Leave it", 1, "Left"), "Delete", "Delete"),
        ],
    )


@both_widths
def test_a_list_that_grows_keeps_the_focus(page: Page, user: User) -> None:
    for number in range(1, 36):
        talk = ConversationFactory(user=user, title=f"Talk {number}")
    for number in range(1, 31):
        said_before(talk, f"Message {number}.", f"Reply {number}.")
    page.goto(address_of(talk))
    open_conversations(page)

    page.get_by_role("link", name="Older conversations").focus()
    focus_is(page, "Talk 5", after="more")


def test_words_for_the_composer_never_land_in_the_title(page: Page, talk: Conversation) -> None:
    page.goto(address_of(talk))
    title = page.get_by_label("Title of this conversation")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))

    for leave in ("Escape", "Enter", "Tab"):
        for left in ("", "   ") if leave != "Escape" else ("", "Something else"):
            title.click()
            title.fill(left)
            page.keyboard.press(leave)
            expect(title).to_have_value("Holiday")
            expect(title).not_to_be_focused()
    title.click()
    title.fill("")
    composer(page).click()
    page.keyboard.type("Words")

    expect(composer(page)).to_have_value("Words")
    expect(title).to_have_value("Holiday")
    assert "PATCH" not in sent
    title.fill("Rome")
    title.press("Tab")
    expect(page).to_have_title("Rome · Todo Chat")
    assert sent.count("PATCH") == 1


def test_escape_in_the_title_lets_the_answer_go_on(page: Page, model: Model) -> None:
    model.begin(speech := Speech("One ", "two."))
    page.goto("/")
    say(page, "Count")
    speech.go_on()
    page.get_by_label("Title of this conversation").fill("Other")
    page.keyboard.press("Escape")
    expect(composer(page)).to_be_focused()
    speech.go_on()
    expect(replies(page)).to_contain_text("One two.")
    expect(page).to_have_title("Count · Todo Chat")
