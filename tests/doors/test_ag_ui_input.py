"""AG-UI: what a client sends is checked as the protocol has it, before anything is kept."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import Alias, Conversation, Turn
from tests.conftest import Plays
from tests.doors.ag_ui import Thread
from tests.keys import client_with

pytestmark = pytest.mark.only_on("sqlite")

HELLO = {"id": "1", "role": "user", "content": "Hello"}
GOOD: dict[str, Any] = {"threadId": "a", "runId": "b", "messages": [HELLO]}
BAD: list[tuple[str, Any]] = [
    ("threadId", {"threadId": None}),
    ("threadId", {"threadId": ""}),
    ("threadId", {"threadId": 7}),
    ("runId", {"runId": ["b"]}),
    ("messages", {"messages": HELLO}),
    ("messages.0", {"messages": ["Hello"]}),
    ("messages.0", {"messages": [{**HELLO, "role": "root"}]}),
    ("messages.0.id", {"messages": [{**HELLO, "id": 1}]}),
    ("messages.2.content", {"messages": [HELLO, HELLO, {**HELLO, "content": ""}]}),
    ("messages.0.content", {"messages": [{**HELLO, "content": None}]}),
    ("messages.0.content", {"messages": [{**HELLO, "content": " "}]}),
    ("messages.0.content", {"messages": [{**HELLO, "content": "a" * 10_001}]}),
    ("messages.0.content", {"messages": [{**HELLO, "content": "\0"}]}),
    ("messages.0.content", {"messages": [{**HELLO, "content": [{"type": "image"}]}]}),
    ("messages.0.content.0.text", {"messages": [{**HELLO, "content": [{"type": "text"}]}]}),
    ("messages.1.toolCallId", {"messages": [HELLO, {"id": "2", "role": "tool", "content": ""}]}),
    ("tools.0.description", {"tools": [{"name": "x"}]}),
    ("context.0.value", {"context": [{"description": "x", "value": 1}]}),
    ("resume.0.status", {"resume": [{"interruptId": "x", "status": "done"}]}),
    ("resume.0.interruptId", {"resume": [{"status": "cancelled"}]}),
    ("parentRunId", {"parentRunId": 1}),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "change"), BAD)
def test_bad_input_is_told_by_its_place_and_keeps_nothing(
    client: APIClient, field: str, change: dict[str, Any]
) -> None:
    answer = client.post("/api/ag-ui", GOOD | change)

    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"] == field
    assert answer.json()["request_id"]
    assert not Conversation.objects.exists()


HALF_A_LETTER = '{"threadId": "\\ud800", "runId": "b", "messages": []}'


@pytest.mark.django_db
@pytest.mark.parametrize("body", ["[]", "7", "{", '"x"', HALF_A_LETTER])
def test_what_is_no_such_json_is_bad_input(client: APIClient, body: str) -> None:
    answer = client.post("/api/ag-ui", body, content_type="application/json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


@pytest.mark.django_db(transaction=True)
def test_what_the_protocol_does_not_name_is_ignored(client: APIClient, plays: Plays) -> None:
    plays(["Hi."])
    more = {"new": 1, "protocolVersion": "1.7", "tools": None, "resume": None, "state": [1]}

    Thread(client, messages=[HELLO | {"mood": "good"}]).run(**more)

    assert Turn.objects.get().status == "completed"


@pytest.mark.django_db(transaction=True)
def test_a_thread_of_somebody_else_is_but_a_name(
    client: APIClient, stranger_client: APIClient, plays: Plays
) -> None:
    """Also where it is the id of their conversation, or what their client calls it."""
    plays(["Hi."], ["Hi."], ["Hi."])
    theirs = stranger_client.post("/api/chat/", {"message": "Hello"}).json()["conversation_id"]
    Thread(stranger_client).say("Hello")

    for name in (theirs, "a thread"):
        shown = Thread(client, name).run()
        assert shown[1]["messages"] == []
    Thread(client, theirs).say("Hello")

    assert Alias.objects.count() == 2
    assert Conversation.objects.get(pk=theirs).message_count == 2


@pytest.mark.django_db
def test_who_is_nobody_has_no_run(anonymous: APIClient) -> None:
    answer = anonymous.post("/api/ag-ui", GOOD)

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


@pytest.mark.django_db(transaction=True)
def test_a_message_without_an_id_is_said_each_time(client: APIClient, plays: Plays) -> None:
    plays(["Hi."], ["Hi."])
    thread = Thread(client, messages=[HELLO | {"id": ""}])

    thread.run()
    thread.messages.append(HELLO | {"id": "", "content": "Hello again"})
    thread.run()

    assert Turn.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_key_that_may_only_read_looks_and_says_nothing(user: User, plays: Plays) -> None:
    plays(["Hi."])
    reads = Thread(client_with(user, "read"), messages=[dict(HELLO)])
    answers = [{"interruptId": "1", "status": "cancelled"}]

    refused = [reads.post(), reads.post(messages=[], resume=answers)]
    Thread(client_with(user, "write"), messages=[dict(HELLO)]).run()

    assert [each.status_code for each in refused] == [403, 403]
    assert refused[0].json()["code"] == "missing_scope"
    assert len(Thread(client_with(user, "read")).run()[1]["messages"]) == 2
