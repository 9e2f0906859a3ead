"""A stream that is cut at any event and goes on elsewhere tells what an uncut one does."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from threading import Event
from time import sleep

import httpx2
import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import User
from agent.llm import Message
from tests.conftest import Plays
from tests.doors.rows.row import Answer, Row, Sent
from tests.doors.through import DOORS
from tests.factories import ConversationFactory
from tests.fakes import call

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("sqlite")]
GOING_ON = [row for row in DOORS if row.goes_on]


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(40) as pool:
        yield pool


def cuts(read: Answer) -> list[Answer]:
    """What was read up to each event, from the first one on."""
    events = [event + b"\n\n" for event in read.content.split(b"\n\n") if event]
    return [
        Answer(read.status, read.headers, b"".join(events[:number]))
        for number in range(1, len(events) + 1)
    ]


def rest(door: Row, client: APIClient, sent: Sent, where: str, read: Answer) -> Answer:
    with closing(connection):  # of this thread
        return door.rest(sent, where, read).by(client)


@pytest.mark.parametrize("door", GOING_ON, ids=lambda row: row.name)
def test_a_stream_that_is_cut_at_any_event_goes_on_as_if_it_were_not(
    door: Row, client: APIClient, plays: Plays, user: User, threads: ThreadPoolExecutor
) -> None:
    where = str(ConversationFactory(user=user).pk)
    asked, go_on = Event(), Event()

    def waits(prompt: list[Message]) -> list[str]:
        asked.set()
        go_on.wait(20)
        return ["It is ", "there, ", "and 🦓 too."]

    tools = [call("create_task", title="Milk"), call("complete_task", task_id="1")]
    plays(["Let me ", "see. ", *tools], waits)
    sent = door.said("Add milk", where, stream=True, id="1")
    response = sent.started(client)
    pieces: list[bytes] = []
    reading = threads.submit(lambda: pieces.extend(response.streaming_content))
    assert asked.wait(20)
    sleep(0.1)  # until what was told so far is read, too
    headers = httpx2.Headers(dict(response.headers))
    so_far = cuts(Answer(200, headers, b"".join(pieces)))

    while_it_is_taken = [threads.submit(rest, door, client, sent, where, cut) for cut in so_far]
    sleep(0.5)  # so that they read what there is, and wait
    go_on.set()
    reading.result()
    response.close()

    whole = Answer(200, headers, b"".join(pieces))
    uncut = door.joined(whole, Answer(200, headers, b""))
    for cut, later in zip(so_far, while_it_is_taken, strict=True):
        assert door.joined(cut, later.result()) == uncut, cut.text
    assert len(so_far) > 5
    for cut in cuts(whole)[:-1] if door.lasts else []:
        assert door.joined(cut, rest(door, client, sent, where, cut)) == uncut, cut.text
