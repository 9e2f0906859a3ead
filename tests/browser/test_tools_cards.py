"""What the assistant does is seen while it is done, and can be taken back."""

import json
import re

from playwright.sync_api import Page, expect

from accounts.models import User
from agent.llm import ToolRequest
from tests.browser.parts import open_tasks, rows
from tests.browser.speech import Speech
from tests.browser.talking import HeldRequests, button, replies, say, shows_one_exchange
from tests.browser.viewports import both_widths
from tests.factories import TaskFactory
from tests.fakes.answers import asks, says
from tests.served.processes import Held, Model


def create(title: str) -> ToolRequest:
    return ToolRequest("create_task", json.dumps({"title": title}))


def complete(task_id: str) -> ToolRequest:
    return ToolRequest("complete_task", json.dumps({"task_id": task_id}))


@both_widths
def test_a_tool_is_seen_at_work_and_then_as_a_card(page: Page, model: Model) -> None:
    model.begin(asks(create("Milk")), says("There it is."))
    page.goto("/")
    card_of_call = HeldRequests(page, "**/calls/*/")
    say(page, "Add Milk")
    expect(replies(page).get_by_text("Using create_task…")).to_be_visible()
    card_of_call.go_on()

    expect(page.get_by_text("Using create_task…")).to_have_count(0)
    card = replies(page).get_by_role("group")
    expect(card.get_by_text("Created task: Milk")).to_be_visible()
    expect(card.get_by_text("Arguments")).to_be_hidden()
    shows_one_exchange(page, "Add Milk", "There it is.")

    card.get_by_text("Created task: Milk").click()

    expect(card.get_by_role("term")).to_have_text(["Tool", "Arguments", "Result", "Duration"])
    inside = card.get_by_role("definition")
    expect(inside).to_have_text(
        ["create_task", re.compile('"title": "Milk"'), re.compile('"id"'), re.compile(r"^\d+ ms$")]
    )
    expect(inside.nth(1)).to_be_visible()


def test_the_tasks_follow_each_tool_and_mark_what_it_changed(
    page: Page, model: Model, user: User
) -> None:
    TaskFactory(user=user, title="Piano")
    second, last = Held(asks(create("Honey"))), Held(says("There they are."))
    model.begin(asks(create("Milk")), second, last)
    page.goto("/")
    changed = re.compile(r"\bchanged\b")
    say(page, "Add Milk and honey")

    expect(rows(page)).to_have_count(2)
    expect(rows(page).filter(has_text="Milk")).to_have_class(changed)
    expect(rows(page).filter(has_text="Piano")).not_to_have_class(changed)
    second.go_on.set()
    expect(rows(page)).to_have_count(3)
    expect(rows(page).filter(has_text="Honey")).to_have_class(changed)
    last.go_on.set()
    shows_one_exchange(page, "Add Milk and honey", "There they are.")
    expect(rows(page).filter(has_text="Honey")).to_have_class(changed)


@both_widths
def test_several_tools_stand_in_their_order_and_failure_is_told_in_plain_words(
    page: Page, model: Model
) -> None:
    model.begin(
        asks(create("Milk"), create("Honey"), said="First. "),
        asks(complete("no-such-id"), said="Then. "),
        speech := Speech("That was ", "all."),
    )
    page.goto("/")
    say(page, "Do much")
    speech.go_on_to_the_end()
    shows_one_exchange(page, "Do much", "That was all.")

    for _ in range(2):
        expect(replies(page)).to_contain_text(
            re.compile(
                "First.*Created task: Milk.*Created task: Honey.*Then.*"
                "Could not complete the task.*That was all",
                re.DOTALL,
            )
        )
        card = replies(page).get_by_role("group").last
        expect(card.get_by_text("There is no such task").first).to_be_visible()
        page.reload()


@both_widths
def test_a_reply_is_taken_back_with_all_it_did(page: Page, model: Model) -> None:
    model.begin(asks(create("Milk"), create("Honey")), says("There they are."))
    page.goto("/")
    say(page, "Add Milk and Honey")
    shows_one_exchange(page, "Add Milk and Honey", "There they are.")

    button(replies(page), "Undo").click()

    expect(replies(page).get_by_text("undone", exact=True)).to_have_count(2)
    expect(button(replies(page), "Undo")).to_have_count(0)
    expect(replies(page)).to_contain_text("There they are.")
    expect(open_tasks(page)).to_contain_text("Nothing to do.")


def test_what_the_assistant_takes_back_is_marked_where_it_was_done(page: Page) -> None:
    page.goto("/")
    say(page, "Add Milk")
    shows_one_exchange(page, "Add Milk", "Milk")

    say(page, "undo")

    expect(replies(page)).to_have_count(2)
    expect(replies(page).first.get_by_text("undone", exact=True)).to_be_visible()
    expect(button(replies(page).first, "Undo")).to_have_count(0)
    expect(button(replies(page).last, "Undo")).to_have_count(1)

    button(replies(page).last, "Undo").click()

    expect(replies(page).last.get_by_text("undone", exact=True)).to_be_visible()
    expect(replies(page).first.get_by_text("undone", exact=True)).to_have_count(0)
    expect(button(replies(page).first, "Undo")).to_have_count(1)
