"""The page of the chat for people with a screen reader, weak eyes or a sensitive balance."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from accounts.models import User
from agent.llm import ToolRequest
from conversations.models import Conversation, ToolCall, Turn
from tests.browser.parts import (
    conversations,
    is_phone,
    open_conversations,
    open_tasks,
    search,
    tasks,
    tasks_button,
)
from tests.browser.speech import Speech
from tests.browser.talking import address_of, button, composer, replies, say
from tests.browser.viewports import both_colours, both_widths, fits_the_window
from tests.browser.watch import Watch
from tests.factories import LEASE, ConversationFactory, TaskFactory, record_call
from tests.fakes.answers import asks
from tests.served.processes import Model

MARKDOWN = """# One
## Two
**Bold**, _leaning_, `code`, ~~gone~~ and [a link](https://example.org/path).

> quoted

1. first
   - inner

```python
@cached
def one(number: int = 1) -> str:  # comment
    return f"{number!r} is {None}"
```
```diff
- old
+ new
```
| a | b |
|---|--:|
| %s | 2 |
""" % ("wide" * 60)

Check = Callable[[Page], None]


def finish(turn: Turn, status: Turn.Status, text: str, **fields: str) -> None:
    turn.finish(status, text, **fields)
    turn.conversation.refresh_from_db()


@pytest.fixture
def everything(user: User) -> Conversation:
    """A conversation in which all has happened that can, and tasks of all kinds."""
    conversation = ConversationFactory(user=user, title="Everything " * 12)
    status = Turn.Status
    turn = conversation.begin_turn("Do it all", LEASE)
    record_call(turn)
    record_call(turn, status=ToolCall.Status.FAILED, result={"error": "There is no such task."})
    finish(turn, status.COMPLETED, MARKDOWN, warning="The answer was cut short.")
    turn = conversation.begin_turn("Stop", LEASE, idempotency_key="one")
    finish(turn, status.CANCELLED, "I was about to")
    turn = conversation.begin_turn("Fail", LEASE, idempotency_key="two")
    finish(turn, status.FAILED, "", error_code="llm_timeout", error_detail="It took too long.")
    for number, priority in enumerate(["none", "low", "medium", "high"]):
        for day in (None, date(2020, 1, 1), date(2090, 1, 1), user.local_now().date()):
            TaskFactory(user=user, title=f"Task {number}", due_date=day, priority=priority)
    TaskFactory(user=user, title="Done", completed=True)
    return conversation


@both_widths
@both_colours
def test_everybody_can_use_what_stands_around_the_talk(
    page: Page, axe: Check, everything: Conversation
) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    axe(page)

    open_tasks(page)
    if is_phone(page):
        axe(page)
        page.keyboard.press("Escape")

    open_conversations(page)
    axe(page)
    search(page).fill("nothing of the kind")
    expect(conversations(page)).to_contain_text("Nothing found.")
    axe(page)
    if is_phone(page):
        button(page, "Close").click()

    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()
    axe(page)


@both_widths
@both_colours
def test_everybody_can_read_an_empty_page(page: Page, axe: Check) -> None:
    page.goto("/")
    open_tasks(page)
    expect(tasks(page)).to_contain_text("Nothing to do.")
    axe(page)


@both_widths
@both_colours
def test_everybody_can_read_whatever_has_happened(
    page: Page, axe: Check, watch: Watch, everything: Conversation
) -> None:
    watch.allow("net::ERR_FAILED")
    page.goto(address_of(everything))
    for card in page.locator("summary").all():
        card.click()
    page.route("**/api/chat/", lambda route: route.abort())
    say(page, "Are you there?")
    expect(button(page, "Dismiss")).to_be_visible()
    axe(page)
    assert fits_the_window(page)

    button(page, "Delete").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    axe(page)


@both_widths
@both_colours
def test_everybody_can_read_what_is_printed_and_leave(
    page: Page, axe: Check, everything: Conversation
) -> None:
    page.add_init_script("window.print = () => {}")
    page.goto(f"{address_of(everything)}print/")
    axe(page)
    assert fits_the_window(page)

    page.goto("/")
    composer(page).fill("Half a thought")
    page.goto("/accounts/settings/")
    button(page, "Sign out").click()
    expect(page.get_by_role("dialog", name="Sign out and lose")).to_be_visible()
    axe(page)


@both_widths
@both_colours
def test_everybody_can_follow_an_answer_as_it_comes(page: Page, axe: Check, model: Model) -> None:
    model.begin(milk(), speech := Speech("I **have** ", "added it."))
    page.goto("/")
    say(page, "Add milk")
    speech.go_on()
    expect(replies(page)).to_contain_text("I **have** ")
    expect(button(page, "Stop")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Add milk")
    axe(page)

    speech.go_on()
    expect(replies(page)).to_contain_text("I have added it.")


def milk() -> Any:
    return asks(ToolRequest("create_task", json.dumps({"title": "Milk"})))


def test_the_messages_are_a_log_that_says_nothing_by_itself(page: Page) -> None:
    page.goto("/")

    session = page.context.new_cdp_session(page)
    (node,) = [
        node
        for node in session.send("Accessibility.getFullAXTree")["nodes"]
        if node.get("role", {}).get("value") == "log"
    ]
    told = {each["name"]: each["value"]["value"] for each in node["properties"]}
    assert told.get("live", "off") == "off"
    assert not told.get("busy", False)


@pytest.mark.parametrize(
    "viewport", [{"width": 640, "height": 400}, {"width": 320, "height": 400}], ids=["2x", "4x"]
)
def test_a_page_that_is_magnified_can_be_used(
    page: Page, everything: Conversation, viewport: ViewportSize
) -> None:
    for address in ("/", address_of(everything)):
        page.goto(address)
        assert fits_the_window(page)
        composer(page).fill("Three\nlines\nof text")
        expect(composer(page)).to_be_in_viewport(ratio=1)
        expect(button(page, "Send")).to_be_in_viewport(ratio=1)
        button(page, "Send").click(trial=True)
        for opener in (button(page, "Conversations"), tasks_button(page)):
            opener.click()
            button(page, "Close").click()


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_nothing_moves_for_who_wants_it_still(
    page: Page, model: Model, motion: str, moves: bool
) -> None:
    page.emulate_media(reduced_motion=motion)
    model.begin(milk(), speech := Speech("Done."))
    page.goto("/")
    page.route("**/calls/*/", lambda route: None)  # so that the tool is seen at work
    say(page, "Add milk")
    expect(page.get_by_text("Using create_task…")).to_be_visible()

    assert bool(page.evaluate("document.getAnimations().length")) == moves

    page.unroute_all(behavior="ignoreErrors")
    speech.go_on()
