"""Dialect C: our own paths without the trailing slash, and the sessions of an outside login."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx2
import psycopg
import pytest
from django.db import connection

from accounts.models import User
from tests.accounts.test_outside import SOMEBODY, TABLE, TOKEN, begin_session, plain_time, run
from tests.conftest import database_url
from tests.factories import ConversationFactory, say
from tests.fakes import call
from tests.fakes.answers import asks, says
from tests.served.conftest import Pair
from tests.served.dialects.conftest import POOL_MAX, POOL_MIN, without_request_id
from tests.served.processes import Model, Mortal, client_of, until
from tests.served.test_races import echoes

pytestmark = pytest.mark.only_on("postgresql")  # as in production; labels are the same on both

AT_ONCE = 30


def chat(http: httpx2.Client, message: str, **more: Any) -> httpx2.Response:
    return http.post("/api/chat", json={"message": message, **more})


def detail(http: httpx2.Client, conversation_id: object) -> Any:
    answer = http.get(f"/api/conversations/{conversation_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def titles(http: httpx2.Client) -> list[str]:
    answer = http.get("/api/conversations")
    assert answer.status_code == 200, answer.text
    return [row["title"] for row in answer.json()["results"]]


def test_what_is_chatted_is_listed_and_read(http: httpx2.Client, model: Model) -> None:
    model.begin(answer_of=echoes)

    answer = chat(http, "Hello")

    assert answer.status_code == 200
    assert answer.json()["assistant_message"]["content"] == "You said: Hello"
    [row] = http.get("/api/conversations").json()["results"]
    assert row["id"] == answer.json()["conversation_id"]
    assert detail(http, row["id"])["message_count"] == 2


def test_health_is_told_to_anybody(pair: Pair) -> None:
    answer = httpx2.get(f"{pair[0].url}/health")

    assert answer.status_code == 200
    assert answer.json()["status"] == "ok"


def test_a_conversation_without_a_message_is_named_after_its_time(http: httpx2.Client) -> None:
    made = http.post("/api/conversations", json={})

    assert made.status_code == 201
    begun = datetime.fromisoformat(made.json()["created_at"])
    assert made.json()["title"] == f"Chat - {begun:%Y-%m-%d %H:%M}"
    assert titles(http) == [detail(http, made.json()["id"])["title"]] == [made.json()["title"]]


def test_then_its_first_message_gives_it_a_title(http: httpx2.Client, model: Model) -> None:
    model.begin(answer_of=echoes)
    where = http.post("/api/conversations", json={}).json()["id"]

    chat(http, "Plan the party", conversation_id=where)

    assert detail(http, where)["title"] == "Plan the party"
    assert titles(http) == ["Plan the party"]


def test_the_detail_has_its_messages_oldest_first(http: httpx2.Client, user: User) -> None:
    conversation = ConversationFactory(user=user)
    for word in ("One", "Two", "Three"):
        say(conversation, word, f"{word}, yes.")

    messages = detail(http, conversation.pk)["messages"]

    assert [message["content"] for message in messages] == [
        "One", "One, yes.", "Two", "Two, yes.", "Three", "Three, yes.",
    ]  # fmt: skip
    times = [message["created_at"] for message in messages]
    assert times == sorted(times)


def test_somebody_elses_conversation_is_404(
    strangers: httpx2.Client, model: Model, user: User
) -> None:
    theirs = ConversationFactory(user=user)
    say(theirs, "My secret")

    told = []
    for where in (str(theirs.pk), str(uuid4())):
        read = strangers.get(f"/api/conversations/{where}")
        said = chat(strangers, "Hello", conversation_id=where)
        assert (read.status_code, said.status_code) == (404, 404)
        told += [without_request_id(read), without_request_id(said)]

    assert all(problem == told[0] for problem in told)
    assert titles(strangers) == []
    assert (theirs.messages.count(), model.hits) == (2, 0)


def test_a_reply_tells_how_it_was_made(http: httpx2.Client, model: Model) -> None:
    model.begin(asks(call("create_task", title="Milk")), says("Added."))

    where = chat(http, "Milk, please").json()["conversation_id"]

    said, reply = detail(http, where)["messages"]
    assert (reply["status"], reply["model"], reply["error"]) == ("completed", "scripted-1", None)
    assert isinstance(reply["duration_ms"], int)
    [made] = reply["tool_calls"]
    assert (made["name"], made["arguments"]) == ("create_task", {"title": "Milk"})
    assert (made["result"]["task"]["title"], made["status"]) == ("Milk", "succeeded")
    assert (said["status"], said["model"], said["duration_ms"]) == (None, None, None)
    assert said["tool_calls"] == []


# The outside login


@pytest.fixture
def sessions(transactional_db: None) -> Iterator[None]:
    """The table of the outside login, with two users in it and one who came too late."""
    run(TABLE.format(key="text", time=plain_time()))
    begin_session()
    begin_session("another", "another-token")
    begin_session("late", "a-late-token", hours=-1)
    yield
    run("DROP TABLE user_sessions")


def bearing(server: Mortal, token: str) -> httpx2.Client:
    return httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"})


def test_a_session_of_the_outside_login_opens_all_of_it(
    adjusted: Mortal, model: Model, sessions: None
) -> None:
    model.begin(answer_of=echoes)
    with bearing(adjusted, TOKEN) as client:
        answer = chat(client, "Hello")
        where = answer.json()["conversation_id"]

        assert answer.status_code == 200
        assert chat(client, "Again", conversation_id=where).status_code == 200
        assert titles(client) == ["Hello"]
        assert detail(client, where)["message_count"] == 4
    with bearing(adjusted, "another-token") as other:
        assert titles(other) == []
        assert other.get(f"/api/conversations/{where}").status_code == 404
    assert sorted(user.external_id for user in User.objects.all()) == sorted([SOMEBODY, "another"])


def test_no_other_token_opens_anything(adjusted: Mortal, model: Model, sessions: None) -> None:
    for token in ("a-late-token", "unknown", f"{TOKEN}x"):
        with bearing(adjusted, token) as client:
            refused = [chat(client, "Hello"), client.get("/api/conversations")]

        for answer in refused:
            assert (answer.status_code, answer.json()["code"]) == (401, "authentication_failed")
            assert answer.headers["WWW-Authenticate"] == 'Bearer realm="api"'
    assert (User.objects.count(), model.hits) == (0, 0)


# The pool of connections


def waiting(event: str = "%") -> int:
    """How many connections the server has, or how many of them wait for such a thing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'adjusted' "
            "AND datname = current_database() AND coalesce(wait_event_type, '') LIKE %s",
            [event],
        )
        return int(cursor.fetchone()[0])


def test_the_pool_has_the_connections_that_are_set_and_no_more(
    adjusted: Mortal, user: User, threads: ThreadPoolExecutor
) -> None:
    def listen(_: int) -> int:
        with client_of(adjusted, user) as client:
            return client.get("/api/conversations").status_code

    assert listen(0) == 200
    until(lambda: waiting() >= POOL_MIN)
    with closing(psycopg.connect(database_url())) as holding:
        holding.execute("LOCK TABLE conversations_conversation IN ACCESS EXCLUSIVE MODE")
        asking = [threads.submit(listen, number) for number in range(AT_ONCE)]
        until(lambda: waiting("Lock") >= POOL_MAX)
        assert waiting() == POOL_MAX

    assert [asked.result() for asked in asking] == [200] * AT_ONCE
    assert waiting() <= POOL_MAX
