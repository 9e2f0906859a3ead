"""What waits in a conversation that no tab has open is sent by whatever tab there is."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from chat.send import request_hash
from conversations.models import Conversation, Message, Turn
from tests.browser.speech import PATIENCE, Speech
from tests.browser.talking import (
    address_of,
    button,
    keys_of_messages,
    say,
    shows_one_exchange,
    typing,
    waiting,
)
from tests.browser.test_talk_unsent import NOT_SENT, POST, refuse
from tests.browser.viewports import both_widths
from tests.browser.watch import Watch
from tests.factories import LEASE, ConversationFactory
from tests.fakes.answers import says
from tests.served.processes import Model


@pytest.fixture(autouse=True)
def lost_requests_are_no_faults(watch: Watch) -> None:
    watch.allow("net::ERR_FAILED", "status of 409")


def say_and_lose(page: Page, *texts: str) -> None:
    for text in texts:
        say(page, text)
    expect(page.get_by_text(NOT_SENT).first).to_be_visible()


def said_in_order(conversation: Conversation) -> list[str]:
    told = conversation.messages.filter(role=Message.Role.USER).order_by("seq")
    return list(told.values_list("content", flat=True))


@both_widths
def test_what_waits_in_other_conversations_goes_out_from_wherever_one_is(
    page: Page, user: User
) -> None:
    page.route(POST, lambda route: route.abort())
    there = ConversationFactory(user=user)
    page.goto(address_of(there))
    say_and_lose(page, "Add Milk", "Add Bread")
    page.goto("/")
    say_and_lose(page, "Add Eggs", "Add Tea")
    beside = page.context.new_page()
    beside.goto(address_of(ConversationFactory(user=user)))
    expect(button(beside, "Send")).to_be_visible()
    page.close()

    beside.reload()

    links = beside.locator("#conversations a")
    expect(links.filter(has_text="Milk, Bread")).to_have_count(1)
    expect(links.filter(has_text="Eggs, Tea")).to_have_count(1)
    assert said_in_order(there) == ["Add Milk", "Add Bread"]
    assert said_in_order(Conversation.objects.latest("pk")) == ["Add Eggs", "Add Tea"]


def test_what_waits_for_one_new_conversation_stays_together_when_the_tab_goes_between(
    page: Page, user: User, model: Model
) -> None:
    page.route(POST, lambda route: route.abort())
    page.goto("/")
    say_and_lose(page, "Eggs?", "Tea?")
    page.unroute(POST)
    model.begin(says("Eggs."), tea := Speech("Tea."))
    page.goto(address_of(ConversationFactory(user=user)))
    assert tea.asked.wait(PATIENCE)

    page.reload()

    tea.go_on_to_the_end()
    expect(page.locator("#conversations a").filter(has_text="Tea.")).to_be_visible()
    assert said_in_order(Conversation.objects.latest("pk")) == ["Eggs?", "Tea?"]


def test_an_answer_on_its_way_is_found_by_its_key_and_the_next_goes_along(
    page: Page, user: User, model: Model
) -> None:
    page.route(POST, lambda route: route.abort())
    page.goto("/")
    say_and_lose(page, "Eggs?", "Tea?")
    page.unroute(POST)
    model.begin(eggs := Speech("Eggs."), says("Tea."))
    page.goto(address_of(ConversationFactory(user=user)))
    assert eggs.asked.wait(PATIENCE)

    with page.expect_response(lambda response: response.status == 409):
        page.reload()
    eggs.go_on_to_the_end()

    expect(page.get_by_text("Tea.")).to_be_visible()
    begun = Conversation.objects.latest("pk")
    assert said_in_order(begun) == ["Eggs?", "Tea?"]


def test_a_new_conversation_whose_first_answer_is_still_coming_is_gone_on_with(
    page: Page, user: User
) -> None:
    keys = keys_of_messages(page)
    page.route(POST, lambda route: route.abort(), times=1)
    page.goto("/")
    say_and_lose(page, "Hello?")
    mine = {"idempotency_key": keys[0], "request_hash": request_hash(None, "Hello?")}
    turn = Conversation(user=user).begin_turn("Hello?", LEASE, **mine)

    page.reload()

    expect(page).to_have_url(re.compile(address_of(turn.conversation)))
    expect(typing(page)).to_be_visible()
    turn.finish(Turn.Status.COMPLETED, "Hello you.")
    shows_one_exchange(page, "Hello?", "Hello you.")
    expect(waiting(page)).to_have_count(0)


def test_what_can_never_be_sent_there_is_told_there_and_lets_the_next_go_on_in_its_time(
    page: Page, user: User, watch: Watch
) -> None:
    watch.allow("status of 400", "status of 429")
    there = ConversationFactory(user=user)
    page.route(POST, lambda route: route.abort())
    page.goto(address_of(there))
    say_and_lose(page, "Add Milk", "Add Bread")
    page.unroute(POST)
    page.route(POST, refuse(429, "Come back soon.", **{"Retry-After": "1"}), times=1)
    page.route(POST, refuse(400, "It is too long."), times=1)

    page.goto("/")

    expect(page.locator("#conversations a").filter(has_text="Bread")).to_be_visible()
    page.goto(address_of(there))
    expect(waiting(page)).to_contain_text("It is too long.")
    assert said_in_order(there) == ["Add Bread"]
