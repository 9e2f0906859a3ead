"""Reminders over HTTP."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient
from time_machine import TimeMachineFixture

from accounts.models import User
from todos.models import Origin, Reminder, Task
from todos.versions import ACT

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)  # a Monday
FRIDAY = {"title": "Call", "due_date": "2026-11-27", "due_time": "17:00"}
TASKS = "/api/tasks/"


@pytest.fixture(autouse=True)
def monday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def made(client: APIClient, *asks: dict[str, Any], **fields: Any) -> dict[str, Any]:
    answer = client.post(TASKS, FRIDAY | {"reminders": list(asks)} | fields)
    assert answer.status_code == 201, answer.json()
    return dict(answer.json())


def all_of(task: dict[str, Any]) -> str:
    return f"{TASKS}{task['id']}/reminders/"


def due_now(client: APIClient) -> dict[str, Any]:
    """Of a task that was due five minutes ago."""
    [asked] = made(client, {"before_minutes": 0}, due_date="2026-11-23", due_time="09:30")[
        "reminders"
    ]
    return dict(asked)


def faults(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.json()
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


def test_a_task_is_told_with_its_reminders(client: APIClient) -> None:
    task = made(client, {"before_minutes": 10}, {"words": "the evening before"}, {"at": "09:00"})

    told = [{**each, "id": ""} for each in task["reminders"]]
    assert told == [
        {
            "id": "",
            "before_minutes": 10,
            "words": "10 minutes before",
            "rings_at": "2026-11-27T16:50:00Z",
            "status": "waiting",
        },
        {
            "id": "",
            "days_before": 1,
            "time": "18:00",
            "words": "the day before at 18:00",
            "rings_at": "2026-11-26T18:00:00Z",
            "status": "waiting",
        },
        {
            "id": "",
            "days_before": 0,
            "time": "09:00",
            "words": "on the day at 09:00",
            "rings_at": "2026-11-27T09:00:00Z",
            "status": "waiting",
        },
    ]
    assert client.get(f"{TASKS}{task['id']}/").json()["reminders"] == task["reminders"]
    assert client.get(all_of(task)).json()["results"] == task["reminders"]
    [listed] = client.get(TASKS).json()["results"]
    assert listed["reminders"] == task["reminders"]


def test_what_is_told_is_taken_back_as_it_is(client: APIClient) -> None:
    task = made(
        client, {"before_minutes": 10}, {"at": "2027-02-01T09:00"}, {"at": "2029-02-01T09:00"}
    )

    answer = client.patch(f"{TASKS}{task['id']}/", {"reminders": task["reminders"]})

    assert answer.json()["reminders"] == task["reminders"]
    assert answer.json()["version"] == task["version"]


def test_a_list_replaces_all_but_those_that_are_kept(client: APIClient) -> None:
    task = made(client, {"before_minutes": 10}, {"before_minutes": 60})
    ten, _hour = task["reminders"]

    patched = client.patch(
        f"{TASKS}{task['id']}/", {"reminders": [{"id": ten["id"]}, {"at": "2026-11-26T20:00"}]}
    ).json()["reminders"]

    assert patched[0] == ten
    assert [each["words"] for each in patched] == ["10 minutes before", "the day before at 20:00"]
    gone = client.put(f"{TASKS}{task['id']}/", FRIDAY).json()
    assert gone["reminders"] == []


def test_a_time_with_an_offset_is_that_moment(client: APIClient, user: User) -> None:
    user.time_zone = "America/New_York"
    user.keep("time_zone")

    task = made(client, {"at": "2026-11-27T20:00:00+01:00"})

    [told] = task["reminders"]
    assert (told["time"], told["rings_at"]) == ("14:00", "2026-11-27T19:00:00Z")


def test_one_is_added_and_taken_away_and_both_are_undone(client: APIClient) -> None:
    task = made(client, {"before_minutes": 10})

    answer = client.post(all_of(task), {"words": "an hour before and at the time"})

    assert (answer.status_code, answer.json()["words"]) == (201, "1 hour before")
    assert [each["words"] for each in answer.json()["also"]] == ["at the time"]
    assert len(client.get(all_of(task)).json()["results"]) == 3
    gone = client.delete(f"{all_of(task)}{answer.json()['id']}/")
    assert gone.status_code == 204
    assert [each["words"] for each in client.get(all_of(task)).json()["results"]] == [
        "10 minutes before",
        "at the time",
    ]
    for act in (gone[ACT], answer[ACT]):
        assert client.post(f"/api/acts/{act}/undo/").status_code == 200
    assert client.get(all_of(task)).json()["results"] == task["reminders"]


def test_one_that_is_there_already_is_told_and_nothing_changes(client: APIClient) -> None:
    task = made(client, {"before_minutes": 10})

    answer = client.post(all_of(task), {"words": "ten minutes before"})

    assert answer.json() == task["reminders"][0] | {"also": []}
    assert ACT not in answer
    absent = client.delete(f"{all_of(task)}{uuid4()}/").json()
    assert absent | {"request_id": ""} == client.get(f"{TASKS}{uuid4()}/").json() | {
        "request_id": ""
    }


@pytest.mark.parametrize(
    ("ask", "field"),
    [
        ({"words": "soonish"}, "words"),
        ({"words": 5}, "words"),
        ({"words": "no reminders"}, "words"),
        ({"at": "25:00"}, "at"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-02-30T10:00"}, "at"),
        ({"before_minutes": -5}, "before_minutes"),
        ({"before_minutes": True}, "before_minutes"),
        ({"before_minutes": 10**9}, "before_minutes"),
        ({"before_minutes": 5, "at": "09:00"}, ""),
        ({"days_before": 1}, "days_before"),
        ({"days_before": 1, "time": "9"}, ""),
        ({"id": str(uuid4())}, "id"),
        ({"hello": 1}, ""),
        ({}, ""),
        ([], ""),
    ],
)
def test_what_is_no_reminder_is_400(client: APIClient, ask: Any, field: str) -> None:
    task = made(client)

    [(named, _)] = faults(client.post(all_of(task), ask))
    assert named == field

    if ask != {"words": "no reminders"}:  # which a task can be told
        [(named, _)] = faults(client.patch(f"{TASKS}{task['id']}/", {"reminders": [ask]}))
        assert named == "reminders"
    assert not Reminder.objects.exists()


def test_fields_that_are_none_of_a_reminder_are_ignored(client: APIClient) -> None:
    made(client, {"before_minutes": 10, "hello": 1})
    [told] = client.get("/api/reminders/").json()["results"]  # with its task, and when it rang

    answer = client.post(f"{TASKS}{told['task']['id']}/reminders/", told)

    assert (answer.status_code, answer.json()["id"]) == (201, told["id"])


@pytest.mark.parametrize("asks", ["10 minutes before", {"before_minutes": 10}])
def test_reminders_are_a_list(client: APIClient, asks: Any) -> None:
    assert faults(client.post(TASKS, FRIDAY | {"reminders": asks}))[0][0] == "reminders"


def test_there_are_at_most_twenty(client: APIClient) -> None:
    task = made(client, *({"before_minutes": minutes} for minutes in range(20)))

    assert faults(client.post(all_of(task), {"before_minutes": 50})) == [
        ("before_minutes", "max_length")
    ]


def test_what_is_due_is_listed_until_it_is_answered(client: APIClient) -> None:
    asked = due_now(client)
    waiting = made(client, {"before_minutes": 10})["reminders"][0]

    [due] = client.get("/api/reminders/?due=true").json()["results"]
    assert {name: due[name] for name in asked} == asked
    assert (due["status"], due["task"]["title"], due["rang_at"]) == ("due", "Call", None)
    [later] = client.get("/api/reminders/?due=false").json()["results"]
    assert (later["id"], later["status"]) == (waiting["id"], "waiting")
    both = client.get("/api/reminders/").json()["results"]
    assert [each["id"] for each in both] == [due["id"], later["id"]]

    answer = client.post(f"/api/reminders/{due['id']}/dismiss/")
    assert (answer.status_code, answer.json()["status"]) == (200, "answered")
    assert client.get("/api/reminders/?due=true").json()["results"] == []
    assert not Task.objects.get(pk=due["task"]["id"]).completed


def test_done_completes_the_task_and_an_undo_takes_that_back(client: APIClient) -> None:
    asked = due_now(client)

    answer = client.post(f"/api/reminders/{asked['id']}/done/")

    assert (answer.status_code, answer.json()["status"]) == (200, "answered")
    assert Task.objects.get().completed
    assert client.get("/api/reminders/?due=true").json()["results"] == []
    client.post(f"/api/acts/{answer[ACT]}/undo/")
    assert not Task.objects.get().completed
    assert client.post(f"/api/reminders/{asked['id']}/done/").status_code == 200


@pytest.mark.parametrize(
    ("body", "rings"),
    [
        ({"minutes": 10}, "2026-11-23T09:40:00Z"),
        ({"words": "an hour"}, "2026-11-23T10:30:00Z"),
        ({"words": "in half an hour"}, "2026-11-23T10:00:00Z"),
        ({"words": "tomorrow"}, "2026-11-24T09:00:00Z"),
        ({"words": "monday morning"}, "2026-11-30T09:00:00Z"),
        ({"words": "tonight"}, "2026-11-23T20:00:00Z"),
        ({"words": "at 5"}, "2026-11-23T17:00:00Z"),
        ({"words": "until tuesday at 8"}, "2026-11-24T08:00:00Z"),
    ],
)
def test_snoozed_it_rings_again(client: APIClient, body: Any, rings: str) -> None:
    asked = due_now(client)

    answer = client.post(f"/api/reminders/{asked['id']}/snooze/", body)

    assert (answer.status_code, answer.json()["rings_at"]) == (200, rings)
    assert (answer.json()["status"], answer.json()["rang_at"]) == ("waiting", None)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"minutes": 0}, "minutes"),
        ({"minutes": "ten"}, "minutes"),
        ({"words": "yesterday"}, "words"),
        ({"words": "10 minutes before"}, "words"),
        ({"minutes": 5, "words": "tomorrow"}, ""),
    ],
)
def test_a_snooze_that_says_nothing_is_400(client: APIClient, body: Any, field: str) -> None:
    asked = due_now(client)

    assert faults(client.post(f"/api/reminders/{asked['id']}/snooze/", body))[0][0] == field
    assert client.get("/api/reminders/?due=true").json()["results"][0]["status"] == "due"


def test_what_is_done_is_not_snoozed(client: APIClient) -> None:
    asked = due_now(client)
    client.post(f"/api/reminders/{asked['id']}/done/")

    assert faults(client.post(f"/api/reminders/{asked['id']}/snooze/", {"minutes": 5}))


def test_of_a_deleted_task_nothing_is_told(client: APIClient) -> None:
    asked = due_now(client)
    client.delete(f"{TASKS}{Task.objects.get().pk}/")

    assert client.get("/api/reminders/?due=true").json()["results"] == []
    for act in ("done", "dismiss", "snooze"):
        answer = client.post(f"/api/reminders/{asked['id']}/{act}/", {"minutes": 5})
        assert answer.status_code == 404


def test_nobody_else_has_them(
    client: APIClient, stranger_client: APIClient, anonymous: APIClient
) -> None:
    asked = due_now(client)
    path = f"/api/reminders/{asked['id']}/"

    assert stranger_client.get("/api/reminders/").json()["results"] == []
    for act in ("done/", "snooze/", "dismiss/"):
        assert stranger_client.post(path + act, {"minutes": 5}).status_code == 404
        assert anonymous.post(path + act).status_code == 401
    assert anonymous.get("/api/reminders/").status_code == 401


def test_the_queries_of_reminders(
    client: APIClient, user: User, django_assert_num_queries: Any
) -> None:
    for number in range(3):
        Task.add(
            user,
            Origin("api"),
            title=f"{number}",
            due_date=NOW.date() + timedelta(1),
            reminders=[{"before_minutes": 0}, {"words": "the evening before"}],
        )
    with django_assert_num_queries(3):  # who asks, the tasks, their reminders
        client.get(TASKS)
    with django_assert_num_queries(2):
        client.get("/api/reminders/")
    Task.objects.all().update(reminders=[])
    with django_assert_num_queries(2):  # none where there are none
        client.get(TASKS)
    task = Task.objects.first()
    with django_assert_num_queries(9):  # as a change costs, and whose, their rows, and one
        client.post(f"{TASKS}{task.pk}/reminders/", {"before_minutes": 10})
