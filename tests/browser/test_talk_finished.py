"""A reply whose process has died comes to its end on the page, without a click."""

import os
import signal
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from playwright.sync_api import Page, expect

from accounts.models import User
from conversations.models import Turn
from tests.browser.conftest import served
from tests.browser.speech import Speech
from tests.browser.talking import address_of, button, replies, say, shows_one_exchange
from tests.browser.test_talk_turn import CREATE_MILK
from tests.browser.watch import Watch
from tests.factories import LEASE, ConversationFactory
from tests.fakes.answers import asks, says
from tests.served.processes import Model, Mortal


@pytest.fixture
def server(model: Model, transactional_db: None) -> Iterator[Mortal]:
    with served(OPENAI_BASE_URL=model.url, AGENT_FINISH_TURNS="1") as server:
        yield server


@pytest.fixture(autouse=True)
def lost_requests_are_no_faults(watch: Watch) -> None:
    watch.allow("net::ERR_")


def test_that_it_was_read_from_goes_on_with_another_one(
    page: Page, model: Model, server: Mortal
) -> None:
    model.begin(
        asks(CREATE_MILK, said="One moment. "),
        speech := Speech("Now ", "it is "),
        says("Milk is on the list."),
    )
    page.goto("/")
    say(page, "Add Milk")
    speech.go_on()
    expect(replies(page)).to_contain_text("Now")

    for worker in server.workers:
        os.kill(worker, signal.SIGKILL)

    shows_one_exchange(page, "Add Milk", "Milk is on the list.")
    expect(replies(page).get_by_text("Created task: Milk")).to_have_count(1)
    assert (Turn.objects.get().status, Turn.objects.get().attempt) == ("completed", 2)


def test_that_was_drawn_as_interrupted_is_finished_before_the_eyes(
    page: Page, model: Model, user: User
) -> None:
    conversation = ConversationFactory(user=user)
    conversation.begin_turn("Hello", LEASE, idempotency_key="one", request_hash="one")
    Turn.objects.interrupt()
    Turn.objects.update(finished_at=Now() + timedelta(seconds=6))
    model.begin(says("Here I am."))

    page.goto(address_of(conversation))
    expect(button(replies(page), "Try again")).to_be_visible()

    shows_one_exchange(page, "Hello", "Here I am.")
    expect(button(replies(page), "Try again")).to_have_count(0)
