"""How the list of tasks is narrowed and ordered."""

from datetime import date, datetime, time

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import SignIn
from tests.factories import TaskFactory, UserFactory
from todos.models import Origin, Task

API = Origin("api")


def titles(client: APIClient, query: str = "") -> list[str]:
    answer = client.get(f"/api/tasks/?{query}")
    assert answer.status_code == 200, answer.json()
    return [task["title"] for task in answer.json()["results"]]


@pytest.fixture
def tasks(user: User) -> list[Task]:
    made = [
        TaskFactory(user=user, title="call", notes="the dentist", priority="high"),
        TaskFactory(user=user, title="pay", due_date=date(2026, 11, 20)),
        TaskFactory(user=user, title="write", notes="to the Dentist", priority="low"),
    ]
    made[2].complete(API)
    return made


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["write", "pay", "call"]),
        ("status=all", ["write", "pay", "call"]),
        ("status=open", ["pay", "call"]),
        ("status=done", ["write"]),
        ("priority=high", ["call"]),
        ("priority=none", ["pay"]),
        ("search=dentist", ["write", "call"]),
        ("search=DENTIST+call", ["call"]),
        ("search=dentist&status=open", ["call"]),
        ("due=none&priority=low&status=done&search=write", ["write"]),
        ("ordering=created_at", ["call", "pay", "write"]),
        ("ordering=-priority", ["call", "write", "pay"]),
        ("ordering=due", ["pay", "call", "write"]),
        ("ordering=-due", ["pay", "write", "call"]),
        ("ordering=-updated_at", ["write", "pay", "call"]),
        # Left blank is not given, as from a form that is sent as it stands.
        ("status=&due=&priority=&search=&ordering=&cursor=", ["write", "pay", "call"]),
        ("colour=blue", ["write", "pay", "call"]),
    ],
)
def test_the_list_shows(client: APIClient, tasks: list[Task], query: str, expected: list[str]):
    assert titles(client, query) == expected


def test_the_list_still_shows_a_task_after_it_is_completed(client: APIClient, tasks: list[Task]):
    client.post(f"/api/tasks/{tasks[0].pk}/complete/")
    assert titles(client) == ["write", "pay", "call"]
    assert titles(client, "status=open") == ["pay"]


# What is due follows the user's own clock

KOLKATA = "Asia/Kolkata"  # UTC+05:30
NEW_YORK = "America/New_York"  # UTC-05:00 in November


@pytest.mark.parametrize(
    ("zone", "moment", "overdue", "today", "upcoming"),
    [
        # The 20th, one second before midnight; then midnight.
        (KOLKATA, "2026-11-20T18:29:59Z", ["19", "20 17:30"], ["20"], ["21 00:00", "21", "22"]),
        (KOLKATA, "2026-11-20T18:30:00Z", ["19", "20 17:30", "20"], ["21 00:00", "21"], ["22"]),
        (KOLKATA, "2026-11-20T18:30:01Z", ["19", "20 17:30", "20", "21 00:00"], ["21"], ["22"]),
        (NEW_YORK, "2026-11-21T04:59:59Z", ["19", "20 17:30"], ["20"], ["21 00:00", "21", "22"]),
        (NEW_YORK, "2026-11-21T05:00:00Z", ["19", "20 17:30", "20"], ["21 00:00", "21"], ["22"]),
        # At one moment in the afternoon of one, and in the morning of the other.
        (KOLKATA, "2026-11-20T12:00:01Z", ["19", "20 17:30"], ["20"], ["21 00:00", "21", "22"]),
        (KOLKATA, "2026-11-20T12:00:00Z", ["19"], ["20 17:30", "20"], ["21 00:00", "21", "22"]),
        (NEW_YORK, "2026-11-20T12:00:01Z", ["19"], ["20 17:30", "20"], ["21 00:00", "21", "22"]),
    ],
)
def test_what_is_due_around_midnight(
    sign_in: SignIn,
    db: None,
    time_machine,
    zone: str,
    moment: str,
    overdue: list[str],
    today: list[str],
    upcoming: list[str],
):
    time_machine.move_to(datetime.fromisoformat(moment), tick=False)
    user = UserFactory(time_zone=zone)
    for day, hour in [
        (19, None),
        (20, time(17, 30)),
        (20, None),
        (21, time(0, 0)),
        (21, None),
        (22, None),
    ]:
        title = f"{day} {hour:%H:%M}" if hour else f"{day}"
        TaskFactory(user=user, title=title, due_date=date(2026, 11, day), due_time=hour)
    TaskFactory(user=user, title="no day")
    client = sign_in(user)
    assert titles(client, "due=overdue&ordering=due") == overdue
    assert titles(client, "due=today&ordering=due") == overdue + today
    assert titles(client, "due=upcoming&ordering=due") == upcoming
    assert titles(client, "due=none&ordering=due") == ["no day"]


def test_another_zone_makes_another_day(sign_in: SignIn, user: User, time_machine):
    time_machine.move_to(datetime.fromisoformat("2026-11-20T20:00:00Z"), tick=False)
    client = sign_in(user)
    TaskFactory(user=user, title="the 21st", due_date=date(2026, 11, 21))
    assert titles(client, "due=today") == []
    client.patch("/api/auth/me/", {"time_zone": KOLKATA})
    assert titles(client, "due=today") == ["the 21st"]


def test_what_is_done_is_not_overdue(sign_in: SignIn, user: User, time_machine):
    time_machine.move_to(datetime.fromisoformat("2026-11-20T20:00:00Z"), tick=False)
    for day in (19, 20):
        task = TaskFactory(user=user, title=f"{day}", due_date=date(2026, 11, day))
        task.complete(API)
    client = sign_in(user)
    assert titles(client, "due=overdue") == []
    assert titles(client, "due=today") == ["20"]
