"""A turn as a stream, and the same stream again from the rows."""

import logging
from collections.abc import Iterator
from threading import Event, Thread

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import LLMTimeout, Message
from conversations.models import Conversation, Turn
from tests.accounts.endings import erase
from tests.chat.streams import Told, parse, read, sense
from tests.conftest import Plays, SignIn
from tests.factories import LEASE
from tests.fakes import call
from todos.models import Task

pytestmark = pytest.mark.django_db(transaction=True)

MILK = [
    ["Let me ", "see. ", call("create_task", title="Milk"), call("create_task", title="")],
    [call("list_tasks")],
    ["Milk is ", "on the ", "list: 🥛\n."],
]


def stream(client: APIClient, **body: object) -> list[Told]:
    return read(client.post("/api/chat/", {"message": "milk", "stream": True, **body}))


def test_a_stream_tells_what_happens_in_order(client: APIClient, plays: Plays) -> None:
    plays(*MILK)

    events = stream(client)

    assert [event.name for event in events] == [
        "turn.started",
        "message.delta",
        "message.delta",
        "tool.started",
        "tool.finished",
        "tool.started",
        "tool.finished",
        "tool.started",
        "tool.finished",
        "message.delta",
        "message.delta",
        "message.delta",
        "message.delta",
        "turn.completed",
    ]
    first, last = events[0].data, events[-1].data
    assert first["user_message"]["content"] == "milk"
    assert first["assistant_message_id"] == last["assistant_message"]["id"]
    assert last["assistant_message"]["content"] == "Let me see. \n\nMilk is on the list: 🥛\n."
    assert events[4].data["status"] == "succeeded"
    assert events[6].data["status"] == "failed"
    assert set(events[4].data) == {"id", "name", "status", "result", "duration_ms"}
    assert len({event.id for event in events}) == len(events)


def test_the_headers_keep_proxies_from_buffering(client: APIClient, plays: Plays) -> None:
    plays(["Hi."])

    answer = client.post(
        "/api/chat/", {"message": "hi", "stream": True}, headers={"Accept": "text/event-stream"}
    )

    assert answer["X-Accel-Buffering"] == "no"
    assert answer["Cache-Control"] == "no-store"
    read(answer)


def test_a_stream_ends_with_what_a_whole_answer_is(client: APIClient, plays: Plays) -> None:
    plays(["Hi."], ["Hi."])

    streamed = stream(client)[-1].data
    whole = client.post("/api/chat/", {"message": "milk"}).json()

    assert set(streamed) == set(whole)


def test_a_failure_is_the_last_event(client: APIClient, plays: Plays) -> None:
    plays(["Half an ", LLMTimeout()])

    last = stream(client)[-1]

    assert last.name == "turn.failed"
    assert last.data["error"]["code"] == "llm_timeout"
    assert last.data["assistant_message"]["content"] == "Half an "


def test_what_stands_in_the_way_is_an_ordinary_answer(client: APIClient) -> None:
    answer = client.post("/api/chat/", {"message": "", "stream": True})

    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"


def test_cut_at_any_event_the_rest_completes_the_stream(client: APIClient, plays: Plays) -> None:
    plays(*MILK)
    uncut = stream(client)
    url = f"/api/conversations/{uncut[0].data['conversation_id']}/events/"

    for place in range(len(uncut) - 1):
        rest = read(client.get(url, headers={"Last-Event-ID": uncut[place].id}))
        assert sense(uncut[: place + 1] + rest) == sense(uncut), place
        assert rest[-1].id == uncut[-1].id

    after_all = client.get(url, headers={"Last-Event-ID": uncut[-1].id})
    assert after_all.status_code == 204


def test_a_replay_is_the_same_stream_again(client: APIClient, plays: Plays) -> None:
    llm = plays(*MILK)
    key = {"Idempotency-Key": "k"}
    body = {"message": "milk", "stream": True}

    first = read(client.post("/api/chat/", body, headers=key))
    answer = client.post("/api/chat/", body, headers=key)

    assert answer["Idempotency-Replayed"] == "true"
    assert sense(read(answer)) == sense(first)
    assert len(llm.prompts) == 3


def test_a_second_attempt_tells_the_calls_of_the_first(client: APIClient, plays: Plays) -> None:
    plays(["Well, ", call("create_task", title="Milk")], [LLMTimeout()], ["It is ", "there."])
    key = {"Idempotency-Key": "k"}
    body = {"message": "milk", "stream": True}
    failed = read(client.post("/api/chat/", body, headers=key))

    again = read(client.post("/api/chat/", body, headers=key))

    assert failed[-1].name == "turn.failed"
    assert [event.name for event in again] == [
        "turn.started",
        "tool.started",
        "tool.finished",
        "message.delta",
        "message.delta",
        "turn.completed",
    ]
    assert Task.objects.count() == 1
    url = f"/api/conversations/{again[0].data['conversation_id']}/events/"
    for cut in [*failed[:-1], *again[:-1]]:
        rest = read(client.get(url, headers={"Last-Event-ID": cut.id}))
        kept = again[: again.index(cut) + 1] if cut in again else []
        assert sense(kept + rest) == sense(again)


def test_without_an_open_turn_there_is_nothing_to_follow(client: APIClient, plays: Plays) -> None:
    plays(["Hi."])
    where = stream(client)[0].data["conversation_id"]

    for event_id in ("", "nonsense", "1.2.3.4", "x" * 5000, "\x00"):
        answer = client.get(
            f"/api/conversations/{where}/events/", headers={"Last-Event-ID": event_id}
        )
        assert answer.status_code == 204


def test_a_stranger_can_neither_follow_nor_cancel(
    client: APIClient, stranger_client: APIClient, user: User
) -> None:
    conversation = open_conversation(user)

    followed = stranger_client.get(f"/api/conversations/{conversation.pk}/events/")
    cancelled = stranger_client.post(f"/api/conversations/{conversation.pk}/cancel/")

    assert (followed.status_code, cancelled.status_code) == (404, 404)
    assert Turn.objects.get().cancel_requested_at is None


class Slow:
    """A model that goes on when it is told to."""

    def __init__(self) -> None:
        self.spoken, self.go_on = Event(), Event()

    def __call__(self, prompt: list[Message]) -> Iterator[str]:
        yield "First half, "
        self.spoken.set()
        assert self.go_on.wait(20)
        yield "second half."


def test_another_reader_follows_the_open_turn(
    client: APIClient, user: User, sign_in: SignIn, plays: Plays, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chat.work.SAVE_SECONDS", 0.1)
    monkeypatch.setattr("chat.watch.LOOK_SECONDS", 0.1)
    go_on = Event()

    def talks(prompt: list[Message]) -> Iterator[str]:
        while not go_on.wait(0.05):
            yield "and "
        yield "on."

    plays(talks)
    conversation = Conversation.objects.create(user=user)
    url = f"/api/conversations/{conversation.pk}"
    live = client.post(f"{url}/messages/", {"content": "hi", "stream": True})

    following = iter(sign_in(user).get(f"{url}/events/").streaming_content)
    started, half = next(following), next(following)
    assert not Turn.objects.get().finished_at
    go_on.set()
    rest = list(following)

    assert sense(parse([started, half, *rest])) == sense(read(live))


def test_the_turn_does_not_end_when_the_reader_leaves(
    client: APIClient, user: User, plays: Plays
) -> None:
    slow = Slow()
    plays(slow)
    answer = client.post("/api/chat/", {"message": "hi", "stream": True})
    next(iter(answer.streaming_content))
    leaving = Thread(target=answer.close)

    leaving.start()
    slow.go_on.set()
    leaving.join(20)

    turn = Turn.objects.get()
    assert turn.status == "completed"
    assert turn.reply.content == "First half, second half."


def test_streams_of_an_account_that_is_erased_end(
    client: APIClient,
    user: User,
    sign_in: SignIn,
    plays: Plays,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("chat.watch.LOOK_SECONDS", 0.1)
    slow = Slow()
    plays(slow)
    live = client.post("/api/chat/", {"message": "hi", "stream": True})
    events = f"/api/conversations/{Conversation.objects.get().pk}/events/"
    followed = iter(sign_in(user).get(events).streaming_content)
    begun = [next(followed)]

    erase(user)
    slow.go_on.set()

    told = [*parse([*begun, *followed]), *read(live)]
    assert {each.name for each in told} <= {"turn.started", "message.delta"}
    assert max(each.levelno for each in caplog.records) < logging.ERROR


def test_a_cancelled_turn_keeps_what_it_said_and_does_no_more(
    client: APIClient, user: User, plays: Plays
) -> None:
    slow = Slow()

    def then_a_tool(prompt: list[Message]) -> Iterator[object]:
        yield from slow(prompt)
        yield call("create_task", title="Too late")

    plays(then_a_tool)
    conversation = Conversation.objects.create(user=user)
    url = f"/api/conversations/{conversation.pk}"
    live = client.post(f"{url}/messages/", {"content": "hi", "stream": True})
    assert slow.spoken.wait(20)

    assert client.post(f"{url}/cancel/").status_code == 202
    slow.go_on.set()
    last = read(live)[-1]

    assert last.name == "turn.completed"
    assert last.data["assistant_message"]["status"] == "cancelled"
    assert last.data["assistant_message"]["content"] == "First half, second half."
    assert not Task.objects.exists()
    again = client.post(f"{url}/cancel/")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_to_cancel")


def open_conversation(user: User) -> Conversation:
    conversation = Conversation(user=user)
    conversation.begin_turn("hi", LEASE)
    connection.close()
    return conversation
