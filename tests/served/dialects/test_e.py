"""Dialect E: threads, whose ids the client may choose, and their messages."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import cycle
from threading import Barrier
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import User
from conversations.models import Conversation, Message
from tests.factories import ConversationFactory, say
from tests.fakes import call
from tests.fakes.answers import asks, fails, says
from tests.fakes.prompts import all_words
from tests.served.conftest import Pair
from tests.served.dialects.conftest import fill, without_request_id
from tests.served.processes import Model, Mortal, client_of
from tests.served.test_races import assert_in_order, echoes

pytestmark = pytest.mark.only_on("postgresql")  # as in production; labels are the same on both

THREADS = "/chatkit/threads"
MILK = call("create_task", title="Milk")


def send(http: httpx2.Client, thread_id: object, content: str) -> httpx2.Response:
    return http.post(f"{THREADS}/{thread_id}/messages", json={"content": content})


def read(http: httpx2.Client, thread_id: object) -> Any:
    answer = http.get(f"{THREADS}/{thread_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def contents(messages: Any) -> list[str]:
    return [message["content"] for message in messages]


def told(model: Model) -> list[str]:
    """What the model was told last, but for its instructions."""
    return all_words(model.requests[-1].body["messages"])


def made_before(conversation: Conversation, **age: float) -> None:
    moment = timezone.now() - timedelta(**age)
    for rows in (
        conversation.messages,
        conversation.turns,
        Conversation.objects.filter(pk=conversation.pk),
    ):
        rows.update(created_at=moment)
    Conversation.objects.filter(pk=conversation.pk).update(updated_at=moment)


# Threads


def test_a_thread_is_made(http: httpx2.Client, user: User) -> None:
    answer = http.post(THREADS, json={"title": "Holidays"})

    assert answer.status_code == 201
    made = Conversation.objects.get(user=user)
    assert (answer.json()["id"], answer.json()["title"]) == (str(made.pk), "Holidays")
    assert datetime.fromisoformat(answer.json()["created_at"]) == made.created_at
    assert http.post(THREADS).status_code == 201


def test_a_thread_shows_its_messages_and_statistics(
    http: httpx2.Client, conversation: Conversation
) -> None:
    say(conversation, "Hello")
    made_before(conversation, hours=1)
    shown = read(http, conversation.pk)

    assert contents(shown["messages"]) == ["Hello", "Fine."]
    statistics = shown["statistics"]
    assert statistics.keys() == {"message_count", "age_seconds", "last_activity"}
    assert statistics["message_count"] == 2
    assert 3600 <= statistics["age_seconds"] < 7200
    assert statistics["last_activity"] == shown["updated_at"]


def test_a_thread_shows_up_to_200_messages(http: httpx2.Client, conversation: Conversation) -> None:
    fill(conversation, turns=110)

    shown = read(http, conversation.pk)

    assert [message["seq"] for message in shown["messages"]] == list(range(21, 221))
    assert shown["statistics"]["message_count"] == 220
    assert len(http.get(shown["previous_messages"]).json()["results"]) == 20


# Messages


def test_a_message_is_answered_by_a_message(
    http: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    model.begin(asks(MILK), says("Added."))

    answer = send(http, conversation.pk, "Milk, please")

    assert answer.status_code == 201
    reply = answer.json()
    assert (reply["role"], reply["content"]) == ("assistant", "Added.")
    [made] = reply["tool_calls"]
    assert (made["name"], made["arguments"]) == ("create_task", {"title": "Milk"})
    assert "warning" not in reply
    assert read(http, conversation.pk)["messages"][1] == reply


def test_the_context_is_that_of_the_thread(
    http: httpx2.Client, elsewhere: httpx2.Client, model: Model
) -> None:
    model.begin(answer_of=echoes)
    one, other = (http.post(THREADS, json={}).json()["id"] for _ in range(2))

    send(http, one, "My name is Ada")
    send(http, other, "My name is Bob")
    send(elsewhere, one, "What is my name?")

    assert told(model) == ["My name is Ada", "You said: My name is Ada", "What is my name?"]
    assert contents(read(http, other)["messages"]) == [
        "My name is Bob",
        "You said: My name is Bob",
    ]


def test_the_context_is_that_of_the_user(
    http: httpx2.Client, strangers: httpx2.Client, model: Model
) -> None:
    model.begin(answer_of=echoes)
    send(http, uuid4(), "My secret")

    send(strangers, uuid4(), "What do you know?")

    assert told(model) == ["What do you know?"]
    assert "secret" not in str(model.requests[-1].body)


def test_of_400_messages_at_most_200_are_told(
    at_adjusted: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    model.begin(says("I see."))
    fill(conversation, turns=200)

    answer = send(at_adjusted, conversation.pk, "Go on")

    assert answer.status_code == 201
    assert 190 < len(told(model)) <= 200
    assert told(model)[-3:] == ["question 200", "answer 200", "Go on"]


def test_messages_at_once_are_taken_one_after_the_other(
    pair: Pair, model: Model, threads: ThreadPoolExecutor, conversation: Conversation
) -> None:
    model.begin(answer_of=echoes)
    texts = [f"Message {number}" for number in range(6)]
    together = Barrier(len(texts))

    def attempt(server: Mortal, text: str) -> httpx2.Response:
        with client_of(server, conversation.user) as client:
            together.wait(60)
            return send(client, conversation.pk, text)

    answers = list(threads.map(attempt, cycle(pair), texts))

    accepted = {}
    for text, answer in zip(texts, answers, strict=True):
        if answer.status_code == 201:
            accepted[text] = answer.json()["content"]
        else:
            assert (answer.status_code, answer.json()["code"]) == (409, "conversation_busy")
    assert accepted
    assert accepted == {text: f"You said: {text}" for text in accepted}
    assert_in_order(conversation, set(accepted))
    said = [message.content for message in conversation.messages.order_by("seq")]
    prompts = [all_words(request.body["messages"]) for request in model.requests]
    assert sorted(prompts, key=len) == [said[:end] for end in range(1, len(said), 2)]


def test_a_failing_model_is_a_problem_as_everywhere(
    http: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    model.begin(fails(429, retry_after=3600))

    failed = send(http, conversation.pk, "Remember me")

    assert (failed.status_code, failed.json()["code"]) == (503, "llm_unavailable")
    assert failed.headers["Content-Type"] == "application/problem+json"
    assert int(failed.headers["Retry-After"]) >= 1
    assert failed.json()["user_message"]["content"] == "Remember me"
    said, reply = read(http, conversation.pk)["messages"]
    assert (said["content"], reply["status"]) == ("Remember me", "failed")


# Ids that the client chooses


def test_an_unknown_thread_is_made_with_its_id(
    http: httpx2.Client, model: Model, user: User
) -> None:
    model.begin(answer_of=echoes)
    chosen = uuid4()
    assert http.get(f"{THREADS}/{chosen}").status_code == 404

    answer = send(http, chosen, "Hello")

    assert answer.status_code == 201
    shown = read(http, chosen)
    assert (shown["id"], shown["title"]) == (str(chosen), "Hello")
    assert contents(shown["messages"]) == ["Hello", "You said: Hello"]
    assert Conversation.objects.get().user == user


@contextmanager
def no_thread_can_be_made() -> Iterator[None]:
    """Who wants to make one has to wait; all can look."""
    with transaction.atomic(), connection.cursor() as cursor:  # SQLite's one writer
        if connection.vendor == "postgresql":
            cursor.execute("LOCK TABLE conversations_conversation IN SHARE MODE")
        yield


def test_two_first_messages_at_once_make_one_thread(
    pair: Pair, model: Model, threads: ThreadPoolExecutor, user: User
) -> None:
    model.begin(answer_of=echoes)
    chosen = uuid4()

    def attempt(server: Mortal) -> int:
        with client_of(server, user) as client:
            return send(client, chosen, str(server.port)).status_code

    with no_thread_can_be_made():
        sending = [threads.submit(attempt, server) for server in pair]
        time.sleep(0.5)  # by now both have seen that there is none

    assert [sent.result() for sent in sending] == [201, 201]
    assert Conversation.objects.get().pk == chosen
    assert_in_order(Conversation.objects.get(), {str(server.port) for server in pair})


def test_a_strangers_a_deleted_and_a_malformed_thread_are_404(
    http: httpx2.Client, strangers: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    say(conversation, "My secret")
    gone = ConversationFactory(user=conversation.user)
    gone.remove()

    refused = [
        strangers.get(f"{THREADS}/{conversation.pk}"),
        send(strangers, conversation.pk, "Hello"),
    ]
    refused += [http.get(f"{THREADS}/{gone.pk}"), send(http, gone.pk, "Hello")]
    refused += [http.get(f"{THREADS}/{uuid4()}")]
    for malformed in ("1", "new", f"{uuid4()}0", "%00"):
        refused += [http.get(f"{THREADS}/{malformed}"), send(http, malformed, "Hello")]

    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), answer.url
        assert without_request_id(answer) == without_request_id(refused[0])
    assert {row.pk for row in Conversation.objects.all()} == {conversation.pk, gone.pk}
    assert {row.user for row in Conversation.objects.all()} == {conversation.user}
    assert (Message.objects.count(), model.hits) == (2, 0)


def test_a_bad_content_is_400_and_makes_no_thread(http: httpx2.Client, model: Model) -> None:
    for content in ("", " \n", "é" * 10_001, "a\0b", None, 5):
        answer = http.post(f"{THREADS}/{uuid4()}/messages", json={"content": content})

        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "content")
    assert not Conversation.objects.exists()
    assert model.hits == 0
