"""The connection breaks while an answer comes."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from conversations.models import Message
from tests.browser.relay import Relay
from tests.browser.speech import PATIENCE, Speech
from tests.browser.talking import messages, replies, say, shows_one_exchange
from tests.browser.test_talk_turn import CREATE_MILK, RECONNECTING
from tests.browser.viewports import both_widths
from tests.browser.watch import Watch
from tests.fakes.answers import asks, says
from tests.served.processes import Held, Model
from tests.servers import TodoChat


@pytest.fixture
def server(scripted_server: TodoChat, transactional_db: None) -> Iterator[Relay]:
    with Relay(scripted_server.port) as relay:
        yield relay


@pytest.fixture(autouse=True)
def lost_requests_are_no_faults(watch: Watch) -> None:
    watch.allow("net::ERR_")


@both_widths
def test_an_answer_goes_on_behind_a_lost_connection(
    page: Page, model: Model, server: Relay
) -> None:
    model.begin(
        asks(CREATE_MILK, said="One moment. "), speech := Speech("Now ", "it is ", "there.")
    )
    page.goto("/")
    say(page, "Add Milk")
    speech.go_on()
    expect(replies(page)).to_contain_text("Now")

    server.cut()
    expect(page.get_by_role("alert").filter(has_text=RECONNECTING)).to_be_in_viewport()
    speech.go_on()
    with page.expect_response("**/events/") as resumed:
        server.mend()

    assert resumed.value.request.headers["last-event-id"]
    expect(replies(page)).to_contain_text("Now it is")
    expect(page.get_by_text(RECONNECTING)).to_be_hidden()
    speech.go_on()
    shows_one_exchange(page, "Add Milk", "Now it is there.")
    expect(replies(page).get_by_text("Created task: Milk")).to_have_count(1)
    assert [message.content for message in Message.objects.order_by("seq")] == [
        "Add Milk",
        "One moment. \n\nNow it is there.",
    ]


def test_an_answer_that_ended_meanwhile_is_there_whole(
    page: Page, model: Model, server: Relay
) -> None:
    model.begin(speech := Speech("Milk, ", "honey ", "and bread."))
    page.goto("/")
    say(page, "What do I need?")
    speech.go_on()
    expect(replies(page)).to_contain_text("Milk,")

    server.cut()
    expect(page.get_by_text(RECONNECTING)).to_be_visible()
    speech.go_on_to_the_end()
    server.mend()

    shows_one_exchange(page, "What do I need?", "Milk, honey and bread.")
    expect(page.get_by_text(RECONNECTING)).to_be_hidden()


def test_a_message_taken_before_the_connection_broke_is_not_shown_as_unsent(
    page: Page, model: Model
) -> None:
    model.begin(asks(CREATE_MILK), held := Held(says("There it is.")))
    page.goto("/")
    page.route("**/calls/*/", lambda route: route.abort(), times=1)
    say(page, "Add Milk")
    expect(replies(page)).to_contain_text("Created task: Milk")  # it has come back by itself
    expect(messages(page)).to_have_count(2)
    assert held.asked.wait(PATIENCE)

    held.go_on.set()

    shows_one_exchange(page, "Add Milk", "There it is.")
    expect(replies(page)).to_contain_text("Created task: Milk")
    expect(page.get_by_text(RECONNECTING)).to_be_hidden()
