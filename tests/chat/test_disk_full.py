"""The disk of the SQLite file is full: nothing is half kept, and all goes on once there is room."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.signals import connection_created
from rest_framework.test import APIClient

from agent.llm import LLMTimeout
from conversations.models import Conversation, ToolCall, Turn
from tests.chat.streams import read
from tests.conftest import Plays
from tests.fakes import call
from tests.served.processes import until
from todos.models import Task

pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.django_db(transaction=True)]

PAGES = "long " * 1900  # too long for what is free in the pages that the file has
KEY = {"HTTP_IDEMPOTENCY_KEY": "key-1"}


class Disk:
    """How many pages the file may have; SQLite forgets it with each connection."""

    def __init__(self) -> None:
        self.pages = 0

    def fill(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
            self.pages = cursor.execute("PRAGMA page_count").fetchone()[0]
        connection.close()

    def make_room(self) -> None:
        self.pages = 2**30
        connection.close()

    def limit(self, connection: Any, **_kwargs: object) -> None:
        if self.pages:
            connection.cursor().execute(f"PRAGMA max_page_count = {self.pages}")


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk()
    connection_created.connect(disk.limit)
    yield disk
    connection_created.disconnect(disk.limit)
    connection.close()


@pytest.fixture(autouse=True)
def no_traceback(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.INFO):
        yield
    assert [record.getMessage() for record in caplog.records if record.exc_info] == []


def assert_unavailable(answer: Any) -> None:
    assert answer.status_code == 503, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "database_unavailable"
    assert int(answer.headers["Retry-After"]) >= 1


@pytest.mark.parametrize(
    ("path", "body"),
    [("/api/tasks/", {"title": "Milk", "notes": PAGES}), ("/api/chat/", {"message": PAGES})],
)
def test_what_cannot_be_written_is_not_kept(
    client: APIClient,
    disk: Disk,
    plays: Plays,
    path: str,
    body: dict[str, str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    plays(["Fine."])
    disk.fill()

    refused = client.post(path, body, **KEY)
    rows = [model.objects.count() for model in (Task, Conversation, Turn)]
    disk.make_room()
    again = client.post(path, body, **KEY)

    assert_unavailable(refused)
    assert "the database failed: database or disk is full" in caplog.text
    assert rows == [0, 0, 0]
    assert again.status_code in (200, 201)


def test_what_is_there_can_be_read(client: APIClient, disk: Disk) -> None:
    client.post("/api/tasks/", {"title": "Milk"})
    disk.fill()

    answer = client.get("/api/tasks/")

    assert [task["title"] for task in answer.json()["results"]] == ["Milk"]


def test_it_is_not_ready_until_there_is_room(client: APIClient, disk: Disk) -> None:
    disk.fill()

    full = client.get("/health/ready/")
    alive = client.get("/health/")
    disk.make_room()
    again = client.get("/health/ready/")

    assert (full.status_code, full.json()["database"]) == (503, "down")
    assert alive.status_code == 200
    assert (again.status_code, again.json()["database"]) == (200, "ok")


def test_to_see_whether_it_is_ready_writes_on_the_disk_and_changes_nothing(
    client: APIClient,
) -> None:
    """On a full disk, SQLite can still write into its memory."""
    log = Path(f"{connection.settings_dict['NAME']}-wal")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = log.stat().st_size, cursor.execute("PRAGMA schema_version").fetchone()

        assert client.get("/health/ready/").status_code == 200

        assert before[0] == 0 < log.stat().st_size
        assert cursor.execute("PRAGMA schema_version").fetchone() == before[1]


def test_a_tool_leaves_neither_a_task_nor_a_call(
    client: APIClient, disk: Disk, plays: Plays
) -> None:
    milk = call("create_task", title="Milk", notes=PAGES)
    plays([milk], [milk], ["Added."])
    disk.fill()

    failed = client.post("/api/chat/", {"message": "Milk"}, **KEY)
    rows = Task.objects.count(), ToolCall.objects.count(), Turn.objects.get().status
    disk.make_room()
    again = client.post("/api/chat/", {"message": "Milk"}, **KEY)

    assert_unavailable(failed)
    assert rows == (0, 0, Turn.Status.FAILED)
    assert again.status_code == 200
    assert (Task.objects.count(), ToolCall.objects.count()) == (1, 1)


def test_a_reply_that_cannot_be_kept_is_given_later(
    client: APIClient, disk: Disk, plays: Plays
) -> None:
    plays([PAGES], ["Fine."])
    disk.fill()

    failed = client.post("/api/chat/", {"message": "Hello"}, **KEY)
    disk.make_room()
    until(lambda: Turn.objects.get().status == Turn.Status.FAILED)  # long before its lease is over
    again = client.post("/api/chat/", {"message": "Hello"}, **KEY)

    assert_unavailable(failed)
    assert failed.json()["assistant_message"]["status"] == "failed"
    assert again.status_code == 200
    assert again.json()["assistant_message"]["content"] == "Fine."


def test_a_stream_whose_words_cannot_be_kept_is_told_as_failed(
    client: APIClient, disk: Disk, plays: Plays
) -> None:
    plays(["Hello, ", PAGES], ["Fine."])
    body = {"message": "Hello", "stream": True}
    disk.fill()

    *_, last = read(client.post("/api/chat/", body, **KEY))
    disk.make_room()
    until(lambda: Turn.objects.get().status == Turn.Status.FAILED)
    *_, again = read(client.post("/api/chat/", body, **KEY))

    assert (last.name, last.data["error"]["code"]) == ("turn.failed", "database_unavailable")
    assert last.data["assistant_message"]["status"] == "failed"
    assert (again.name, again.data["assistant_message"]["content"]) == ("turn.completed", "Fine.")


def test_a_model_that_fails_while_the_disk_is_full_is_told_as_that(
    client: APIClient, disk: Disk, plays: Plays
) -> None:
    plays([PAGES, LLMTimeout()])
    disk.fill()

    answer = client.post("/api/chat/", {"message": "Hello"}, **KEY)
    disk.make_room()
    until(lambda: Turn.objects.get().status == Turn.Status.FAILED)

    assert (answer.status_code, answer.json()["code"]) == (504, "llm_timeout")
    assert Turn.objects.get().error_code == "llm_timeout"
    assert Turn.objects.get().reply.content == PAGES
