"""Who sent a message may leave, come back through another process, or change their mind."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from accounts.models import User
from conversations.models import Conversation, Turn
from tests.chat.streams import Told, parse, sense
from tests.factories import ConversationFactory
from tests.fakes import call
from tests.fakes.answers import asks, event, says, stream
from tests.fakes.server import Answer, Exchange
from tests.served.conftest import Pair
from tests.served.processes import Held, Model, Mortal, client_of, happens, until
from todos.models import Task

pytestmark = pytest.mark.only_on("postgresql")  # it is about who reads, not about rows

KEY = {"Idempotency-Key": "key-1"}
MILK = call("create_task", title="Milk")


@pytest.fixture
def conversation(user: User) -> Conversation:
    return ConversationFactory(user=user)


def place(conversation: Conversation, door: str) -> str:
    return f"/api/conversations/{conversation.pk}/{door}"


def reply_of(answer: httpx2.Response) -> Any:
    return answer.json()["assistant_message"]


def begins(*pieces: str, then: Answer) -> Answer:
    """To talk, and leaves the rest to another answer."""
    return stream(*(event({"content": piece}) for piece in pieces), done=False, then=then)


def goes_on(*pieces: str) -> Answer:
    def answer(exchange: Exchange) -> None:
        for value in [*(event({"content": piece}) for piece in pieces), event({}, "stop")]:
            exchange.send(b"data: %s\n\n" % json.dumps(value).encode())
        exchange.send(b"data: [DONE]\n\n")
        exchange.end()

    return answer


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "stream"])
def test_the_turn_is_completed_when_its_reader_has_closed_the_socket(
    pair: Pair, model: Model, conversation: Conversation, streaming: bool
) -> None:
    asked = Held(says("Milk is on the list."))
    model.begin(asks(MILK), asked)
    server, _ = pair
    body = {"content": "Milk, please", "stream": streaming}

    with client_of(server, conversation.user) as client:
        leaving = HTTPConnection(urlsplit(server.url).netloc)
        headers = {**client.headers, **KEY, "Content-Type": "application/json"}
        leaving.request("POST", place(conversation, "messages/"), json.dumps(body), headers)
        assert happens(asked.asked)
        leaving.close()
        asked.go_on.set()

        def reply() -> Any:
            return client.get(place(conversation, "")).json()["messages"][-1]

        until(lambda: reply()["status"] == "completed")
        again = client.post(
            place(conversation, "messages/"), json={**body, "stream": False}, headers=KEY
        )

    assert again.headers["Idempotency-Replayed"] == "true"
    assert reply_of(again)["content"] == "Milk is on the list."
    assert Task.objects.get().title == "Milk"
    assert model.hits == 2


def test_another_process_cancels_the_turn_of_a_silent_model(
    pair: Pair, model: Model, threads: ThreadPoolExecutor, conversation: Conversation
) -> None:
    silent = Held(says("Never."))
    model.begin(asks(MILK), silent)
    one, other = pair

    def attempt() -> httpx2.Response:
        with client_of(one, conversation.user) as client:
            return client.post(
                place(conversation, "messages/"), json={"content": "Milk"}, headers=KEY
            )

    sending = threads.submit(attempt)
    assert happens(silent.asked)
    with client_of(other, conversation.user) as client:
        assert client.post(place(conversation, "cancel/")).status_code == 202

    assert happens(silent.left)
    answer = sending.result()
    assert answer.status_code == 201
    assert reply_of(answer)["status"] == "cancelled"
    assert [made["name"] for made in reply_of(answer)["tool_calls"]] == ["create_task"]
    assert Turn.objects.get().status == Turn.Status.CANCELLED
    assert Task.objects.get().title == "Milk"


def read_until(lines: Iterator[str], name: str) -> list[Told]:
    """The events so far, the first one of that name the last."""
    read = []
    for line in lines:
        read.append(line)
        if line == "" and f"event: {name}" in read:
            break
    return parse(["\n".join(read).encode() + b"\n"])


def test_a_stream_is_resumed_from_another_process_in_the_middle_of_the_turn(
    pair: Pair, model: Model, conversation: Conversation
) -> None:
    rest = Held(goes_on(" is", " on the list."))
    model.begin(asks(MILK, said="Let me see. "), begins("Milk", then=rest))
    one, other = pair
    said = {"content": "Milk, please", "stream": True}
    with client_of(one, conversation.user) as client, client_of(other, conversation.user) as next_:
        with client.stream("POST", place(conversation, "messages/"), json=said, headers=KEY) as cut:
            first = read_until(cut.iter_lines(), "tool.finished")
        assert happens(rest.asked)
        last = {"Last-Event-ID": first[-1].id}
        with next_.stream("GET", place(conversation, "events/"), headers=last) as resumed:
            rest.go_on.set()
            second = parse([resumed.read()])
        replay = next_.post(place(conversation, "messages/"), json=said, headers=KEY)

    assert [told.name for told in first] == [
        "turn.started",
        "message.delta",
        "tool.started",
        "tool.finished",
    ]
    assert second[-1].name == "turn.completed"
    assert second[-1].data["assistant_message"]["content"].endswith("Milk is on the list.")
    assert sense([*first, *second]) == sense(parse([replay.content]))
    assert model.hits == 2


def test_who_follows_from_another_process_hears_the_words_before_the_turn_is_over(
    pair: Pair, model: Model, threads: ThreadPoolExecutor, conversation: Conversation
) -> None:
    rest = Held(goes_on("the rest."))
    model.begin(begins("This much, and ", then=rest))
    one, other = pair
    sending = threads.submit(take_turn, one, conversation)
    assert happens(rest.asked)
    with (
        client_of(other, conversation.user) as client,
        client.stream("GET", place(conversation, "events/")) as following,
    ):
        lines = following.iter_lines()
        heard = read_until(lines, "message.delta")
        rest.go_on.set()
        heard += read_until(lines, "turn.completed")

    assert sending.result() == 201
    assert [told.name for told in heard[:2]] == ["turn.started", "message.delta"]
    assert heard[1].data["text"] == "This much, and "
    assert heard[-1].data["assistant_message"]["content"] == "This much, and the rest."


def take_turn(server: Mortal, conversation: Conversation) -> int:
    with client_of(server, conversation.user) as client:
        said = {"content": "Go on"}
        return client.post(place(conversation, "messages/"), json=said).status_code
