"""A process dies, or is stopped for too long, in the middle of a turn; another one goes on."""

import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from django.db import transaction
from django.db.models import F

from accounts.models import User
from conversations.models import Conversation, Message, ToolCall, Turn
from tests.chat.streams import parse
from tests.factories import ConversationFactory
from tests.fakes import Answer, call
from tests.fakes.answers import asks, says
from tests.served.conftest import Pair, served
from tests.served.processes import Held, Model, Mortal, client_of, happens, until
from todos.models import Task, TaskChange

KEY = {"Idempotency-Key": "key-1"}
MILK = call("create_task", title="Milk")


@pytest.fixture
def conversation(transactional_db: None, user: User) -> Conversation:
    return ConversationFactory(user=user)


def send(
    server: Mortal,
    conversation: Conversation,
    text: str,
    headers: dict[str, str] = KEY,
    *,
    stream: bool = False,
) -> httpx2.Response:
    with client_of(server, conversation.user) as client:
        url = f"/api/conversations/{conversation.pk}/messages/"
        return client.post(url, json={"content": text, "stream": stream}, headers=headers)


def send_and_lose(
    server: Mortal,
    conversation: Conversation,
    threads: ThreadPoolExecutor,
    headers: dict[str, str] = KEY,
) -> Future[Any]:
    """The answer never comes, because the process will be dead."""

    def attempt() -> None:
        with suppress(httpx2.TransportError):
            send(server, conversation, "Milk, please", headers)
            pytest.fail("the dead do not answer")

    return threads.submit(attempt)


def reply_shown_by(server: Mortal, conversation: Conversation) -> dict[str, Any]:
    with client_of(server, conversation.user) as client:
        shown: dict[str, Any] = client.get(f"/api/conversations/{conversation.pk}/").json()
    return shown["messages"][-1]


def becomes_incomplete(server: Mortal, conversation: Conversation) -> None:
    until(lambda: reply_shown_by(server, conversation)["status"] == "incomplete")


def roles(request: Any) -> list[str]:
    return [message["role"] for message in request.body["messages"]]


def test_killed_before_the_first_word_of_the_model(
    mortals: Pair, model: Model, threads: ThreadPoolExecutor, conversation: Conversation
) -> None:
    mortal, other = mortals
    asked = Held(says("Too late."))
    model.begin(asked, says("Here I am."))
    lost = send_and_lose(mortal, conversation, threads)
    assert happens(asked.asked)
    assert Message.objects.filter(role="user").count() == 1

    mortal.kill()
    lost.result()
    becomes_incomplete(other, conversation)
    again = send(other, conversation, "Milk, please")

    assert again.status_code == 201
    assert again.json()["assistant_message"]["content"] == "Here I am."
    assert list(Message.objects.order_by("seq").values_list("role", flat=True)) == [
        "user",
        "assistant",
    ]
    assert (Turn.objects.get().attempt, Turn.objects.get().status) == (2, "completed")


def test_killed_between_a_tool_and_the_words_about_it(
    mortals: Pair, model: Model, threads: ThreadPoolExecutor, conversation: Conversation
) -> None:
    mortal, other = mortals
    asked = Held(says("Too late."))
    model.begin(asks(MILK), asked, says("Milk is on the list."))
    lost = send_and_lose(mortal, conversation, threads)
    assert happens(asked.asked)
    assert Task.objects.count() == 1

    mortal.kill()
    lost.result()
    becomes_incomplete(other, conversation)
    again = send(other, conversation, "Milk, please")

    assert again.json()["assistant_message"]["content"] == "Milk is on the list."
    assert len(again.json()["assistant_message"]["tool_calls"]) == 1
    assert TaskChange.objects.get().tool_call_id == ToolCall.objects.get().pk
    assert Task.objects.count() == 1
    assert roles(model.requests[-1]) == ["system", "user", "assistant", "tool"]


@pytest.fixture
def killed_before_the_tool(
    mortals: Pair, model: Model, threads: ThreadPoolExecutor, conversation: Conversation
) -> Mortal:
    """The model has asked for a tool, and the process died before the tool was used.

    It cannot be faster than the kill: until then we hold what it has to write to.
    """
    mortal, other = mortals
    wants_milk = Held(asks(MILK))
    model.begin(wants_milk)
    lost = send_and_lose(mortal, conversation, threads)
    assert happens(wants_milk.asked)
    with transaction.atomic():
        Turn.objects.select_for_update().get()
        wants_milk.go_on.set()
        assert happens(wants_milk.sent)
        time.sleep(0.5)  # by now it has the answer, and would have acted on it if it could
        mortal.kill()
    lost.result()
    becomes_incomplete(other, conversation)
    assert not Task.objects.exists()
    return other


def test_killed_before_a_tool_that_was_asked_for_the_same_key_asks_anew(
    killed_before_the_tool: Mortal, model: Model, conversation: Conversation
) -> None:
    model.begin(asks(MILK), says("Milk is on the list."))

    again = send(killed_before_the_tool, conversation, "Milk, please")

    assert again.status_code == 201
    assert roles(model.requests[0]) == ["system", "user"]
    assert Task.objects.get().title == "Milk"
    assert TaskChange.objects.get().tool_call_id == ToolCall.objects.get().pk
    assert Turn.objects.get().attempt == 2


def test_killed_before_a_tool_that_was_asked_for_a_new_message_knows_what_was_done(
    killed_before_the_tool: Mortal, model: Model, conversation: Conversation
) -> None:
    model.begin(says("Nothing, I am afraid."))

    another = send(killed_before_the_tool, conversation, "What have you done?", headers={})

    assert another.status_code == 201
    assert roles(model.requests[0]) == ["system", "user", "assistant", "user"]
    assert not Task.objects.exists()
    assert not ToolCall.objects.exists()
    first, second = Turn.objects.order_by("created_at")
    assert (first.status, second.status) == ("incomplete", "completed")


@pytest.mark.parametrize(
    "late", [asks(call("create_task", title="Late")), says("Late")], ids=["a tool", "words"]
)
def test_not_one_write_lands_of_a_process_that_was_stopped_past_its_lease(
    mortals: Pair,
    model: Model,
    threads: ThreadPoolExecutor,
    conversation: Conversation,
    late: Answer,
) -> None:
    mortal, other = mortals
    asked = Held(late)
    model.begin(asked, says("Done by another."))
    stopped = threads.submit(send, mortal, conversation, "Milk, please")
    assert happens(asked.asked)

    mortal.signal(signal.SIGSTOP)
    becomes_incomplete(other, conversation)
    done = send(other, conversation, "Milk, please")
    shown = reply_shown_by(other, conversation)
    asked.go_on.set()
    assert happens(asked.sent)
    mortal.signal(signal.SIGCONT)

    assert done.json()["assistant_message"] == shown
    assert stopped.result().json() == done.json()
    assert reply_shown_by(other, conversation) == shown
    assert shown["content"] == "Done by another."
    assert not Task.objects.exists()
    assert not ToolCall.objects.exists()
    assert (Turn.objects.get().attempt, Turn.objects.get().status) == (2, "completed")


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_a_late_process_does_not_tell_the_end_of_a_turn_that_another_has(
    mortals: Pair,
    model: Model,
    threads: ThreadPoolExecutor,
    conversation: Conversation,
    stream: bool,
) -> None:
    mortal, other = mortals
    asked, asked_again = Held(says("Late")), Held(says("Done by another."))
    model.begin(asked, asked_again)
    stopped = threads.submit(send, mortal, conversation, "Milk, please", stream=stream)
    assert happens(asked.asked)

    mortal.signal(signal.SIGSTOP)
    becomes_incomplete(other, conversation)
    going_on = threads.submit(send, other, conversation, "Milk, please")
    assert happens(asked_again.asked)
    asked.go_on.set()
    mortal.signal(signal.SIGCONT)
    late = stopped.result()
    asked_again.go_on.set()

    assert going_on.result().json()["assistant_message"]["content"] == "Done by another."
    if stream:
        told = {event.name for event in parse([late.content])}
        assert "turn.started" in told
        assert told <= {"turn.started", "message.delta"}  # it may be told a word, and no end
    else:
        assert (late.status_code, late.json()["code"]) == (409, "turn_in_progress")


def lost_by(
    mortal: Mortal, model: Model, threads: ThreadPoolExecutor, conversation: Conversation
) -> None:
    """A turn whose process was killed, and whose lease goes on."""
    asked = Held(says("Too late."))
    model.begin(asked, says("Here I am."))
    lost = send_and_lose(mortal, conversation, threads)
    assert happens(asked.asked)
    mortal.kill()
    lost.result()
    assert Turn.objects.live().count() == 1


RENEWED_BY_NOW = timedelta(seconds=16)
"""After so long a live turn would have renewed its lease."""
LONG = {"AGENT_LEASE": "600", "TURN_WAIT_SECONDS": "3", "AGENT_MAX_OPEN_TURNS": "3"}


@pytest.fixture(scope="module")
def node(django_db_setup: None, shared_model: Model) -> Iterator[Pair]:
    """Two server processes of one machine, whose leases are longer than a test."""
    with (
        served(shared_model, **LONG) as mortal,
        served(shared_model, **LONG, DATA_DIR=str(mortal.folder)) as other,
    ):
        yield mortal, other


@pytest.fixture(scope="module")
def elsewhere(django_db_setup: None, shared_model: Model) -> Iterator[Mortal]:
    """A server of another machine."""
    with served(shared_model, **LONG) as server:
        yield server


@pytest.fixture
def mortal(transactional_db: None, node: Pair) -> Mortal:
    """The one of the node that is to be killed."""
    if not node[0].running:
        node[0].start()
    return node[0]


def test_a_node_that_starts_closes_what_was_left_of_it(
    mortal: Mortal, model: Model, threads: ThreadPoolExecutor, conversation: Conversation
) -> None:
    lost_by(mortal, model, threads, conversation)

    mortal.start()
    becomes_incomplete(mortal, conversation)
    again = send(mortal, conversation, "Milk, please")

    assert again.json()["assistant_message"]["content"] == "Here I am."
    assert Turn.objects.get().attempt == 2


@pytest.mark.parametrize("headers", [KEY, {}], ids=["same key", "another message"])
def test_another_process_of_the_machine_closes_it_when_it_meets_it(
    mortal: Mortal,
    node: Pair,
    model: Model,
    threads: ThreadPoolExecutor,
    conversation: Conversation,
    headers: dict[str, str],
) -> None:
    lost_by(mortal, model, threads, conversation)

    again = send(node[1], conversation, "Milk, please", headers)

    assert again.status_code == 201
    assert again.json()["assistant_message"]["content"] == "Here I am."


def test_a_reader_who_comes_back_is_told_that_it_was_broken_off(
    mortal: Mortal,
    node: Pair,
    model: Model,
    threads: ThreadPoolExecutor,
    conversation: Conversation,
) -> None:
    lost_by(mortal, model, threads, conversation)

    with client_of(node[1], conversation.user) as client:
        place = {"Last-Event-ID": f"{Turn.objects.get().pk}.1.0.0"}
        rest = client.get(f"/api/conversations/{conversation.pk}/events/", headers=place)

    assert parse([rest.content])[-1].data["error"]["code"] == "interrupted"


@pytest.mark.parametrize(
    ("headers", "code"), [(KEY, "turn_in_progress"), ({}, "conversation_busy")]
)
def test_on_another_machine_the_rest_of_the_lease_is_told(
    mortal: Mortal,
    elsewhere: Mortal,
    model: Model,
    threads: ThreadPoolExecutor,
    conversation: Conversation,
    headers: dict[str, str],
    code: str,
) -> None:
    lost_by(mortal, model, threads, conversation)
    Turn.objects.update(lease_expires_at=F("lease_expires_at") - RENEWED_BY_NOW)

    refused = send(elsewhere, conversation, "Milk, please", headers)

    assert (refused.status_code, refused.json()["code"]) == (409, code)
    assert 400 < int(refused.headers["Retry-After"]) < 600


def test_on_another_machine_so_it_is_when_a_user_has_no_turn_left(
    mortal: Mortal,
    elsewhere: Mortal,
    model: Model,
    threads: ThreadPoolExecutor,
    user: User,
    conversation: Conversation,
) -> None:
    asked = [Held(says("Too late.")) for _ in range(3)]
    model.begin(*asked)
    talks = [ConversationFactory(user=user) for _ in asked]
    lost = [send_and_lose(mortal, talk, threads, headers={}) for talk in talks]
    assert all(happens(each.asked) for each in asked)
    mortal.kill()
    for each in lost:
        each.result()
    Turn.objects.update(lease_expires_at=F("lease_expires_at") - RENEWED_BY_NOW)

    refused = send(elsewhere, conversation, "Milk, please", headers={})

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_turns")
    assert 400 < int(refused.headers["Retry-After"]) < 600


def test_a_process_that_is_only_stopped_keeps_its_turn(
    mortal: Mortal,
    node: Pair,
    model: Model,
    threads: ThreadPoolExecutor,
    conversation: Conversation,
) -> None:
    asked = Held(says("Here I am."))
    model.begin(asked)
    sending = threads.submit(send, mortal, conversation, "Milk, please")
    assert happens(asked.asked)
    mortal.signal(signal.SIGSTOP)
    refused = send(node[1], conversation, "Milk, please")
    mortal.signal(signal.SIGCONT)
    asked.go_on.set()

    assert sending.result().json()["assistant_message"]["content"] == "Here I am."
    assert (refused.status_code, refused.json()["code"]) == (409, "turn_in_progress")
