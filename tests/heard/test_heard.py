"""What is heard of the page by whoever uses it with a screen reader."""

import json
from datetime import time, timedelta

from django.utils import timezone
from playwright.sync_api import Page

from accounts.models import User
from agent.llm import ToolRequest
from tests.browser.speech import Speech
from tests.browser.talking import address_of, button, composer, say
from tests.factories import ConversationFactory, TaskFactory
from tests.factories import say as has_said
from tests.fakes.answers import asks, says
from tests.heard.conftest import Ear
from tests.served.processes import Model
from todos.models import Origin, Reminder

PIECES = [f"Sentence {number} of this answer tells what there is to do. " for number in range(18)]
ANSWER = "".join(PIECES).strip()
MILK = ToolRequest("create_task", json.dumps({"title": "Milk"}))
WRITING = "The assistant is writing"


def test_a_plain_turn(page: Page, model: Model, ear: Ear) -> None:
    model.begin(speech := Speech(*PIECES))
    ear.goes_to("/")
    composer(page).focus()
    ear.hears()

    composer(page).press_sequentially("What is there to do tomorrow?")
    assert ear.hears() == []

    composer(page).press("Enter")
    assert ear.hears(WRITING) == [WRITING]
    for _piece in PIECES:
        speech.go_on()
        page.wait_for_timeout(60)
    heard = ear.hears(ANSWER)
    assert heard[-1] == ANSWER
    assert len(heard) <= 2  # as it may take long


def test_a_turn_with_a_tool_and_its_undoing(page: Page, model: Model, ear: Ear) -> None:
    model.begin(asks(MILK), says("It is there."))
    ear.goes_to("/")

    say(page, "milk")
    heard = ear.hears("Created task: Milk It is there.")
    assert heard[-1] == "Created task: Milk It is there."
    assert len(heard) <= 3

    button(page, "Undo").focus()
    ear.hears()
    button(page, "Undo").press("Enter")
    heard = ear.hears("Took back: Milk")
    assert heard.count("Took back: Milk") == 1
    assert len(heard) <= 3, heard  # with what has the focus then


def test_what_is_done_by_hand(page: Page, user: User, ear: Ear) -> None:
    conversation = ConversationFactory(user=user, title="Holiday")
    has_said(conversation, "Hello", "Hello you.")
    ear.goes_to(address_of(conversation))
    new_task, title = page.get_by_label("New task"), page.get_by_label("Title of this conversation")

    new_task.fill("Water plants")
    ear.hears()
    new_task.press("Enter")
    assert ear.hears("Added Water plants") == ["Added Water plants"]

    title.fill("Summer")
    ear.hears()
    title.press("Enter")
    heard = ear.hears("Renamed to Summer")
    assert heard.count("Renamed to Summer") == 1
    assert len(heard) <= 4, heard  # three are of the composer, where the focus goes

    button(page, "Keyboard").click()
    heard = ear.hears()
    assert sum("Keyboard" in said for said in heard) == 1, heard
    assert len(heard) <= 3, heard


def test_a_reminder_that_rings(page: Page, user: User, ear: Ear) -> None:
    tomorrow = user.local_now().date() + timedelta(1)
    task = TaskFactory(user=user, title="Call Ann", due_date=tomorrow, due_time=time(9))
    task.edit(Origin("api"), reminders=[{"before_minutes": 10}])
    ear.goes_to("/")
    composer(page).focus()
    ear.hears()

    Reminder.objects.update(rings_at=timezone.now())

    told = "Reminder: Call Ann, tomorrow 09:00"
    assert ear.hears(told) == [told]
