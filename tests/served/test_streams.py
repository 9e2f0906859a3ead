"""Many streams at once in one process: they wait without a connection of the database."""

import os
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from threading import Event, Semaphore, Thread
from time import sleep

import httpx2
import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from accounts.models import User
from conversations.models import Conversation, Message
from tests.chat.streams import parse
from tests.factories import ConversationFactory, UserFactory, say
from tests.fakes.answers import says
from tests.served.conftest import served
from tests.served.processes import PATIENCE, Held, Model, Mortal, client_of, until
from tests.served.test_postgres import connections

pytestmark = [pytest.mark.only_on("postgresql"), pytest.mark.django_db(transaction=True)]

STREAMS = 64  # as many as WEB_THREADS by default
POOL = 10  # DB_POOL_MAX by default
NAME = f"many streams {os.getpid()}"  # others may run at the same time
Door = Callable[[Conversation], tuple[str, str]]
DOORS: list[Door] = [  # where a turn begins, and what the field is called there
    lambda conversation: ("/api/chat/", "message"),
    lambda conversation: (f"/api/conversations/{conversation.pk}/messages/", "content"),
    lambda conversation: (f"/api/{conversation.user_id}/chat/", "message"),
    lambda conversation: (f"/api/chat/conversations/{conversation.pk}/messages/", "content"),
    lambda conversation: (f"/api/chat/{conversation.pk}/message/", "message"),
    lambda conversation: (f"/chatkit/threads/{conversation.pk}/messages/", "content"),
]


@pytest.fixture
def conversations(db: None) -> list[Conversation]:
    """Each of another user, for one may not have so many turns open."""
    return [ConversationFactory(user=UserFactory()) for _ in range(STREAMS)]


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(3 * STREAMS) as pool:
        yield pool


@contextmanager
def watched() -> Iterator[list[Counter[str]]]:
    """What the connections of the server are at, many times; the database is asked by this side."""
    seen: list[Counter[str]] = []
    ended = Event()

    def look() -> None:
        with closing(connection):  # of this thread
            while not ended.wait(0.02):
                seen.append(connections(NAME))

    looking = Thread(target=look)
    looking.start()
    try:
        yield seen
    finally:
        ended.set()
        looking.join()


def server_of(model: Model, **settings: str) -> Mortal:
    return served(model, PGAPPNAME=NAME, **settings)


def ready(server: Mortal) -> int:
    return httpx2.get(f"{server.url}/health/ready/", timeout=10, verify=False).status_code


def events(answer: httpx2.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [event.name for event in parse([answer.content])]


def stream(server: Mortal, conversation: Conversation, place: int, words: str) -> list[str]:
    path, field = DOORS[place % len(DOORS)](conversation)
    with client_of(server, conversation.user) as client:
        return events(client.post(path, json={field: words, "stream": True}))


def follow(server: Mortal, user: User, listening: Semaphore) -> list[str]:
    with client_of(server, user) as client:
        listed = client.get("/api/conversations/").json()["results"]
        (busy,) = [one["id"] for one in listed if one["status"] == "busy"]
        with client.stream("GET", f"/api/conversations/{busy}/events/") as answer:
            listening.release()
            answer.read()
    return events(answer)


def idle_transactions() -> set[tuple[int, str]]:
    """Those of the server that wait for it just now, as each does for a moment."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid, xact_start::text FROM pg_stat_activity"
            " WHERE application_name = %s AND state LIKE 'idle in transaction%%'",
            [NAME],
        )
        return set(cursor.fetchall())


def test_streams_of_a_slow_model_wait_without_a_connection(
    model: Model, conversations: list[Conversation], threads: ThreadPoolExecutor
) -> None:
    held = Held(says("At last."))
    model.begin(answer_of=lambda body: held)

    with server_of(model) as server, watched() as seen:
        streams = [
            threads.submit(stream, server, conversation, place, "Hello")
            for place, conversation in enumerate(conversations)
        ]
        until(lambda: model.hits == STREAMS)
        healths = {ready(server) for _ in range(5)}
        before = idle_transactions()
        sleep(1)
        lasting = before & idle_transactions()
        held.go_on.set()
        told = [sent.result() for sent in streams]

    assert {names[-1] for names in told} == {"turn.completed"}
    assert (healths, lasting) == ({200}, set())
    assert max(one.total() for one in seen) <= POOL


def test_whoever_follows_a_stream_waits_likewise(
    model: Model, conversations: list[Conversation], threads: ThreadPoolExecutor
) -> None:
    held, listening = Held(says("At last.")), Semaphore(0)
    model.begin(answer_of=lambda body: held)
    followed = conversations[: STREAMS // 2]  # the other half of the threads is for the readers

    with server_of(model) as server, watched() as seen:
        streams = [
            threads.submit(stream, server, conversation, place, "Hello")
            for place, conversation in enumerate(followed)
        ]
        until(lambda: model.hits == len(followed))
        readers = [threads.submit(follow, server, talk.user, listening) for talk in followed]
        assert all(listening.acquire(timeout=PATIENCE) for _ in followed)
        held.go_on.set()
        told = [sent.result() for sent in [*streams, *readers]]

    assert {names[-1] for names in told} == {"turn.completed"}
    assert max(one.total() for one in seen) <= POOL


def test_streams_of_the_built_in_assistant_all_complete(
    model: Model, conversations: list[Conversation], threads: ThreadPoolExecutor
) -> None:
    with server_of(model, OPENAI_BASE_URL="") as server, watched() as seen:
        streams = [
            threads.submit(stream, server, conversation, place, "add buy milk")
            for place, conversation in enumerate(conversations)
        ]
        healths = {ready(server) for _ in range(5)}
        told = [sent.result() for sent in streams]

    assert {names[-1] for names in told} == {"turn.completed"}
    assert healths == {200}
    assert max(one.total() for one in seen) <= POOL


def test_files_that_are_read_slowly_cost_no_connection(
    model: Model, user: User, threads: ThreadPoolExecutor
) -> None:
    conversation = ConversationFactory(user=user)
    turn = say(conversation, "Hello")
    Message.objects.bulk_create(
        Message(user=user, conversation=conversation, turn=turn, seq=seq, content="x" * 50_000)
        for seq in range(3, 403)
    )
    paths = ["/api/auth/me/export/", f"/api/conversations/{conversation.pk}/export/"]

    with server_of(model) as server, ExitStack() as reading:
        client = reading.enter_context(client_of(server, user))
        answers = [
            reading.enter_context(client.stream("GET", path)) for path in paths * POOL
        ]  # of which nobody reads more than the beginning
        until(lambda: set(connections(NAME)) == {"idle"})
        whole = client.get(paths[1])

    assert {answer.status_code for answer in answers} == {200}
    assert len(whole.json()["messages"]) == 402


def test_tabs_that_ask_what_is_new_starve_no_turn(
    model: Model, conversations: list[Conversation], threads: ThreadPoolExecutor
) -> None:
    sessions = [Client() for _ in conversations]
    for session, conversation in zip(sessions, conversations, strict=True):
        session.force_login(conversation.user)

    def ask(server: Mortal, session: Client) -> set[int]:
        cookies = {
            settings.SESSION_COOKIE_NAME: session.cookies[settings.SESSION_COOKIE_NAME].value
        }
        with httpx2.Client(base_url=server.url, cookies=cookies, timeout=60) as tab:
            return {tab.get("/news/").status_code for _ in range(5)}

    own = {"OPENAI_BASE_URL": "", "SECRET_KEY": settings.SECRET_KEY}
    with server_of(model, **own) as server, watched() as seen:
        tabs = [threads.submit(ask, server, session) for session in sessions]
        streams = [
            threads.submit(stream, server, conversation, place, "add buy milk")
            for place, conversation in enumerate(conversations[:8])
        ]
        answers = [tab.result() for tab in tabs]
        told = [sent.result() for sent in streams]

    assert set().union(*answers) == {200}
    assert {names[-1] for names in told} == {"turn.completed"}
    assert max(one.total() for one in seen) <= POOL
