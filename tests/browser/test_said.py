"""What a screen reader hears, by the live regions of the page."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from agent.llm import ToolRequest
from tests.browser.live import WRITING, Heard, speak
from tests.browser.parts import open_tasks
from tests.browser.speech import Speech
from tests.browser.talking import address_of, button, composer, look, replies, say
from tests.browser.viewports import both_widths
from tests.factories import ConversationFactory
from tests.factories import say as has_said
from tests.fakes.answers import asks, fails, says
from tests.served.processes import Model

ANSWER = (
    "# Two ",
    "things\n\n",
    "First **this**:\n\n1. milk\n2. bread\n\n",
    "```\nbuy()\n```\n\nBye.",
)
MILK = ToolRequest("create_task", json.dumps({"title": "Milk"}))


@pytest.fixture
def heard(page: Page) -> Iterator[Heard]:
    heard = Heard(page)
    yield heard
    heard.expects_no_more()


def test_each_text_is_said_once_and_in_its_turn(page: Page, heard: Heard) -> None:
    page.goto("/")

    speak(page, "Added milk", "Added milk", "Took back: milk")

    heard.expects("polite: Added milk", "polite: Added milk", "polite: Took back: milk")
    expect(page.locator("#spoken")).to_be_empty()


@both_widths
def test_an_answer_is_said_once_and_whole_when_it_is_there(
    page: Page, heard: Heard, model: Model
) -> None:
    model.begin(speech := Speech(*ANSWER))
    page.goto("/")

    composer(page).press_sequentially("What do I need?")
    composer(page).press("Enter")
    heard.expects(WRITING)
    for _piece in ANSWER:
        speech.go_on()

    assert heard.answer() == "polite: Two things First this: 1. milk 2. bread buy() Bye."


def test_that_it_goes_on_is_said_seldom(page: Page, heard: Heard, model: Model) -> None:
    model.begin(speech := Speech("At last."))
    page.clock.install()
    page.goto("/")

    say(page, "Think well")
    heard.expects(WRITING)
    page.clock.run_for(8_000)
    page.clock.run_for(2_000)
    heard.expects(WRITING)
    page.clock.run_for(40_000)
    page.clock.run_for(10_000)
    heard.expects(WRITING)
    speech.go_on()

    heard.expects("polite: At last.")


def test_a_lost_connection_is_said_at_once(page: Page, heard: Heard) -> None:
    page.goto("/")

    page.context.set_offline(True)
    (trouble,) = heard.next()
    assert trouble.startswith("assertive: You are offline.")
    page.context.set_offline(False)


def test_of_a_tool_its_sentence_is_said_and_of_its_undoing_what_is_taken_back(
    page: Page, heard: Heard, model: Model
) -> None:
    model.begin(asks(MILK, said="At once."), says("It is there."))
    page.goto("/")

    say(page, "milk")
    assert heard.answer() == "polite: At once. Created task: Milk It is there."
    button(page, "Undo").click()

    heard.expects("polite: Took back: Milk")
    expect(replies(page)).to_contain_text("undone")


def test_trouble_and_stopping_are_said(page: Page, heard: Heard, model: Model) -> None:
    model.begin(fails(401), speech := Speech("Well, ", "no."))
    page.goto("/")

    say(page, "Hello")
    trouble = heard.answer()
    assert trouble.startswith("polite: ")
    assert "Try again" not in trouble
    say(page, "Again")
    speech.go_on()
    expect(replies(page).last).to_contain_text("Well,")
    heard.expects(WRITING)
    button(page, "Stop").click()

    assert heard.answer() == "polite: Well, Stopped."


def test_an_answer_that_came_elsewhere_is_said_once(page: Page, heard: Heard, user: User) -> None:
    conversation = ConversationFactory(user=user)
    has_said(conversation, "Hello", "Hello you.")
    page.goto(address_of(conversation))
    expect(replies(page)).to_have_count(1)

    has_said(conversation, "Milk?", "There is some.")
    look(page)

    heard.expects("polite: There is some.")


def test_what_a_search_has_passed_by_is_not_said(page: Page, heard: Heard, user: User) -> None:
    conversation = ConversationFactory(user=user)
    for number in range(60):
        has_said(conversation, f"Say {number}", f"{number} it is.")
    page.goto(f"{address_of(conversation)}?around=3")
    page.locator("#to-the-end").click()
    expect(replies(page).last).to_contain_text("59 it is.")

    has_said(conversation, "Milk?", "There is some.")
    look(page)

    heard.expects("polite: There is some.")


@both_widths
def test_what_is_done_by_hand_is_said_once(page: Page, heard: Heard, user: User) -> None:
    conversation = ConversationFactory(user=user, title="Holiday")
    has_said(conversation, "Hello", "Hello you.")
    page.goto(address_of(conversation))

    title = page.get_by_label("Title of this conversation")
    title.fill("Summer")
    title.press("Enter")
    heard.expects("polite: Renamed to Summer")
    open_tasks(page)
    page.get_by_label("New task").fill("Water plants")
    page.get_by_label("New task").press("Enter")
    heard.expects("polite: Added Water plants")
    button(page, "Complete Water plants").click()
    heard.expects("polite: Completed Water plants")
    button(page, "Reopen Water plants").click()
    heard.expects("polite: Reopened Water plants")


def test_that_a_conversation_is_deleted_is_said(page: Page, heard: Heard, user: User) -> None:
    page.goto(address_of(ConversationFactory(user=user)))

    button(page, "Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()

    heard.expects("polite: The conversation is deleted.")


def test_the_characters_that_are_left_are_said_at_few_steps(page: Page, heard: Heard) -> None:
    page.goto("/")
    expect(composer(page)).not_to_have_attribute("aria-describedby", "counter")

    composer(page).press_sequentially("Water plants ")
    composer(page).fill("x" * 8989)
    composer(page).press_sequentially("y" * 20)
    heard.expects("polite: 1000 characters left")
    composer(page).fill("x" * 9700)  # as when it is pasted
    heard.expects("polite: 300 characters left")
    composer(page).fill("x" * 9998)
    heard.expects("polite: 2 characters left")
    composer(page).press_sequentially("yyyy")
    heard.expects("polite: 0 characters left", "polite: 1 characters too many")
    composer(page).press("Backspace")
    composer(page).press("Backspace")
    heard.expects("polite: 0 characters left")
