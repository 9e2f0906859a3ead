"""A calendar under an address that is a secret."""

import logging
from datetime import date, time, timedelta
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from icalendar import Calendar
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from accounts.ownership import BATCH
from config.logging import PlainFormatter
from tests.factories import TaskFactory
from todos.models import Origin, Task, TaskList
from transfer.models import CalendarFeed

DAY = date(2031, 3, 5)
ME = Origin("api")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def place(user: User) -> str:
    return f"/calendar/{CalendarFeed.renew(user)}.ics"


def read(client: Any, place: str, **headers: str) -> Calendar:
    answer = client.get(place, headers=headers)
    assert answer.status_code == 200
    return Calendar.from_ical(answer.getvalue())


def titles(calendar: Calendar, kind: str = "VTODO") -> list[str]:
    return [str(part["SUMMARY"]) for part in calendar.walk(kind)]


def test_an_address_is_told_once_and_renewed_and_ended(
    client: APIClient, anonymous: APIClient, user: User
) -> None:
    TaskFactory(user=user, title="Pay rent", due_date=DAY)
    assert client.get("/api/calendar/").json() == {
        "exists": False,
        "created_at": None,
        "read_at": None,
    }

    made = client.post("/api/calendar/")
    assert made.status_code == 201
    assert made.json().keys() == {"url"}
    assert made["Cache-Control"] == "no-store"
    url = made.json()["url"]
    assert url.startswith("http://testserver/calendar/")
    assert titles(read(anonymous, url)) == ["Pay rent"]
    told = client.get("/api/calendar/").json()
    assert told["exists"]
    assert told["read_at"] > told["created_at"]

    again = client.post("/api/calendar/").json()["url"]
    assert anonymous.get(url).status_code == 404
    assert titles(read(anonymous, again)) == ["Pay rent"]
    assert client.get("/api/calendar/").json()["created_at"] > told["created_at"]

    assert client.delete("/api/calendar/").status_code == 204
    assert anonymous.get(again).status_code == 404
    assert not client.get("/api/calendar/").json()["exists"]
    assert client.delete("/api/calendar/").status_code == 204


def test_of_the_secret_the_hash_alone_is_kept(client: APIClient, user: User) -> None:
    url = client.post("/api/calendar/").json()["url"]
    secret = url.removesuffix(".ics").rpartition("/")[2]

    assert len(secret) >= 43
    assert secret not in str(CalendarFeed.objects.filter(user=user).values().get())


def test_whoever_has_another_secret_is_told_as_anybody(
    anonymous: APIClient, place: str, user: User
) -> None:
    wrong = anonymous.get("/calendar/abc.ics")
    assert wrong.status_code == 404
    assert wrong["Content-Type"] == "application/problem+json"
    assert anonymous.get("/calendar/%C3%A9%00.ics").status_code == 404

    user.is_active = False
    user.keep("is_active")
    assert anonymous.get(place).status_code == 404


def test_it_has_the_users_tasks_with_a_day_and_nobody_elses(
    anonymous: APIClient, user: User, stranger: User, place: str
) -> None:
    TaskFactory(user=user, title="Some day")
    TaskFactory(user=user, title="Gone", due_date=DAY).remove(ME)
    TaskFactory(user=stranger, title="Theirs", due_date=DAY)
    TaskFactory(user=user, title="Done", due_date=DAY).complete(ME)
    TaskFactory(user=user, title="Tax", due_date=DAY, due_time=time(9))

    assert titles(read(anonymous, place)) == ["Done", "Tax"]
    assert titles(read(anonymous, f"{place}?as=event"), "VEVENT") == ["✓ Done", "Tax"]
    assert titles(read(anonymous, f"{place}?as=event")) == []
    refused = anonymous.get(f"{place}?as=journal")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "as")


def changed_by_nothing_else(user: User) -> list[Any]:
    """Each leaves another calendar."""
    kept = TaskList.add(user, ME, name="Home")
    task = TaskFactory(user=user, title="Tax", due_date=DAY, list=kept)
    return [
        lambda: task.edit(ME, title="Taxes"),
        lambda: TaskFactory(user=user, due_date=DAY),
        lambda: task.complete(ME),
        lambda: task.reopen(ME),
        lambda: kept.rename(ME, "House"),
        lambda: task.remove(ME),
        lambda: task.restore(ME),
        lambda: User.objects.filter(pk=user.pk).update(time_zone="Asia/Tokyo"),
    ]


def test_what_somebody_has_is_not_written_again(
    anonymous: APIClient, user: User, place: str
) -> None:
    changes = changed_by_nothing_else(user)
    seen = set()
    for change in [lambda: None, *changes]:
        change()
        etag = anonymous.get(place)["ETag"]
        assert etag not in seen
        seen.add(etag)
        assert anonymous.get(f"{place}?as=event")["ETag"] not in seen
        for known in (etag, f"W/{etag}", f'"x", W/{etag}'):
            answer: Any = anonymous.get(place, headers={"If-None-Match": known})
            assert (answer.status_code, answer.content) == (304, b"")
            assert answer["ETag"] == etag


@pytest.mark.only_on("postgresql")
def test_an_unchanged_calendar_takes_no_look_at_any_task(
    anonymous: APIClient, user: User, place: str
) -> None:
    TaskFactory(user=user, due_date=DAY)
    etag = anonymous.get(place)["ETag"]

    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert anonymous.get(place, headers={"If-None-Match": etag}).status_code == 304

    assert len(asked) == 3  # the feed, and a sum of the tasks and of the lists
    assert not [query for query in asked if '"title"' in query["sql"]]


def test_a_head_has_the_headers_alone(anonymous: APIClient, user: User, place: str) -> None:
    TaskFactory(user=user, due_date=DAY)
    whole, head = anonymous.get(place), anonymous.head(place)

    assert head.content == b""
    for name in ("Content-Type", "ETag", "Cache-Control", "Content-Disposition"):
        assert head[name] == whole[name]
    assert head["Content-Type"] == "text/calendar; charset=utf-8"
    assert anonymous.post(place).status_code == 405


def test_a_long_one_is_read_piece_by_piece(anonymous: APIClient, user: User, place: str) -> None:
    day = timezone.now()
    rows = [
        Task(user=user, title=f"{n}", due_date=DAY, created_at=day) for n in range(2 * BATCH + 1)
    ]
    Task.objects.bulk_create(rows)

    answer: Any = anonymous.get(place)
    with CaptureQueriesContext(connection) as asked:
        pieces = iter(answer.streaming_content)
        first = next(pieces)
        assert len(asked) <= 1
        text = first + b"".join(pieces)

    assert text.count(b"BEGIN:VTODO") == len(rows)
    assert len(asked) == 4
    assert text.endswith(b"END:VCALENDAR\r\n")


@pytest.mark.only_on("postgresql")  # SQLite has no pool
def test_who_reads_slowly_holds_no_connection(anonymous: APIClient, user: User, place: str) -> None:
    rows = [Task(user=user, title=f"{n}", due_date=DAY) for n in range(BATCH + 1)]
    Task.objects.bulk_create(rows)
    answers: Any = [anonymous.get(place) for _ in range(3)]
    connection.close()  # as when the answer is handed to the server

    readings = [iter(answer.streaming_content) for answer in answers]
    for _ in range(BATCH + 3):
        for reading in readings:
            next(reading, None)
            assert connection.connection is None


def test_one_address_may_not_ask_without_end(
    anonymous: APIClient, place: str, settings: Settings
) -> None:
    assert configured.CALENDAR_RATE == "120/m"
    settings.CALENDAR_RATE = "2/h"

    answers = [anonymous.get(place), anonymous.get("/calendar/x.ics"), anonymous.get(place)]

    assert [answer.status_code for answer in answers] == [200, 404, 429]
    assert int(answers[-1]["Retry-After"]) >= 1


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("ending", ["", "?as=event", "/", "x", "?as=%00"])
def test_no_log_tells_the_secret(
    anonymous: APIClient, place: str, ending: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.handler.setFormatter(PlainFormatter())
    secret = place.split("/")[2].removesuffix(".ics")

    anonymous.get(place + ending)

    assert "GET /calendar/…" in caplog.text
    assert secret not in caplog.text


def test_a_reading_is_noted_once_a_minute(anonymous: APIClient, place: str) -> None:
    feeds = CalendarFeed.objects.all()
    anonymous.get(place)
    first = feeds.get().read_at
    anonymous.get(place)
    assert feeds.get().read_at == first

    feeds.update(read_at=timezone.now() - timedelta(minutes=2))
    anonymous.get(place)
    assert feeds.get().read_at > first
