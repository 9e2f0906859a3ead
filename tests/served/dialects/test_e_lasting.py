"""Threads of dialect E that are old, and such as somebody has spoilt."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import httpx2
from django.db import connection

from accounts.models import User
from conversations.models import Conversation, Message, ToolCall, Turn
from tests.chat.test_spoilt_rows import write_json
from tests.conftest import database_url
from tests.factories import ConversationFactory, say
from tests.fakes.answers import asks, says
from tests.served.dialects.test_e import MILK, THREADS, contents, made_before, read, send, told
from tests.served.processes import Model, Mortal, client_of
from tests.served.test_races import echoes
from tests.servers import ROOT


def test_a_thread_outlives_the_server(adjusted: Mortal, model: Model, user: User) -> None:
    model.begin(answer_of=echoes)
    chosen = uuid4()
    with client_of(adjusted, user) as client:
        send(client, chosen, "My name is Ada").raise_for_status()

    adjusted.kill()
    adjusted.start()
    with client_of(adjusted, user) as client:
        before = contents(read(client, chosen)["messages"])
        send(client, chosen, "What is my name?").raise_for_status()

    assert before == ["My name is Ada", "You said: My name is Ada"]
    assert told(model) == [*before, "What is my name?"]


def test_a_thread_is_there_after_two_days(
    http: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    model.begin(answer_of=echoes)
    say(conversation, "My name is Ada", "Hello, Ada.")
    made_before(conversation, days=2)

    shown = read(http, conversation.pk)
    answer = send(http, conversation.pk, "What is my name?")

    assert contents(shown["messages"]) == ["My name is Ada", "Hello, Ada."]
    assert shown["statistics"]["age_seconds"] >= 2 * 24 * 60 * 60
    assert answer.status_code == 201
    assert told(model) == ["My name is Ada", "Hello, Ada.", "What is my name?"]
    assert read(http, conversation.pk)["statistics"]["last_activity"] > shown["updated_at"]


def test_what_nobody_used_for_a_week_is_cleaned_up(
    http: httpx2.Client, conversation: Conversation
) -> None:
    say(conversation, "Long ago")
    made_before(conversation, days=7, minutes=1)
    used = ConversationFactory(user=conversation.user)
    say(used, "A while ago")
    made_before(used, days=6, hours=23)

    subprocess.run(
        [sys.executable, "manage.py", "cleanup_conversations", "--inactive-days", "7"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url()},
        check=True,
    )

    assert http.get(f"{THREADS}/{conversation.pk}").status_code == 404
    assert contents(read(http, used.pk)["messages"]) == ["A while ago", "Fine."]


# What is broken


def test_a_spoilt_history_does_not_stop_the_thread(
    http: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    for _ in range(5):
        model.begin(asks(MILK), says("Added."))
        send(http, conversation.pk, "Milk, please").raise_for_status()
    one, two, three, four, five = Turn.objects.order_by("created_at")
    Message.objects.filter(turn=one, role="assistant").delete()
    Message.objects.filter(turn=two).update(role="system")
    Message.objects.filter(turn=three).update(content="")
    write_json("result", "[5]", ToolCall.objects.filter(turn=four))
    ToolCall.objects.filter(turn=five).update(name="two words")
    model.begin(says("Here I am."))

    answer = send(http, conversation.pk, "Are you there?")

    assert (answer.status_code, answer.json()["content"]) == (201, "Here I am.")
    assert told(model)[-1] == "Are you there?"
    assert contents(read(http, conversation.pk)["messages"])[-2:] == [
        "Are you there?",
        "Here I am.",
    ]


@contextmanager
def unreadable(table: str) -> Iterator[None]:
    """Such a table is not to be found for a while."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table}_away RENAME TO {table}")


def test_without_its_history_a_thread_goes_on_with_a_warning(
    http: httpx2.Client, model: Model, conversation: Conversation
) -> None:
    model.begin(answer_of=echoes)
    send(http, conversation.pk, "My name is Ada")

    with unreadable("conversations_toolcall"):
        answer = send(http, conversation.pk, "What is my name?")
    warned = told(model)
    later = send(http, conversation.pk, "And now?")

    assert (answer.status_code, answer.json()["role"]) == (201, "assistant")
    assert "could not be read" in answer.json()["warning"]
    assert warned == ["What is my name?"]
    assert "warning" not in later.json()
    assert told(model)[0] == "My name is Ada"
