"""Tasks that repeat, over the API."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient
from time_machine import TimeMachineFixture

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.calls import rows
from todos.models import Task
from todos.repeating import Repeat

pytestmark = pytest.mark.django_db
TASKS = "/api/tasks/"
TWO_DAYS = {"words": "every 2 weeks on Monday and Thursday"}


@pytest.fixture(autouse=True)
def on_monday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(datetime(2026, 11, 23, 12, tzinfo=UTC))


def made(client: APIClient, repeats: Any = TWO_DAYS, **fields: Any) -> dict[str, Any]:
    body = {"title": "Bins", "due_date": "2026-11-23", "repeats": repeats} | fields
    answer = client.post(TASKS, body)
    assert answer.status_code == 201, answer.json()
    return answer.json()


def act(client: APIClient, task: dict[str, Any], name: str) -> Any:
    return client.post(f"{TASKS}{task['id']}/{name}/")


def fault(answer: Any) -> tuple[str, str]:
    assert answer.status_code == 400, answer.content
    [error] = answer.json()["errors"]
    return error["field"], error["detail"]


def test_a_rule_is_told_by_its_parts_its_words_and_as_rfc_5545(client: APIClient) -> None:
    task = made(client)

    assert task["repeats"] == {
        "every": "week",
        "interval": 2,
        "on": ["mon", "thu"],
        "from": "due",
        "until": None,
        "times": None,
        "words": "every 2 weeks on Monday and Thursday",
        "rule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
    }
    assert task["series"] == str(Task.objects.get().series)
    assert client.get(TASKS).json()["results"] == [task]
    assert (
        made(client, repeats={"every": "week", "interval": 2, "on": ["thu", "mon"]})["repeats"]
        == task["repeats"]
    )


def test_completing_answers_what_follows_and_may_be_repeated(client: APIClient) -> None:
    task = made(client, due_time="07:00")

    answer = act(client, task, "complete").json()

    following = answer.pop("next")
    assert answer == client.get(f"{TASKS}{task['id']}/").json()
    assert following == client.get(f"{TASKS}{following['id']}/").json()
    assert (answer["completed"], following["completed"]) == (True, False)
    assert (following["due_date"], following["due_time"]) == ("2026-11-26", "07:00")
    assert (following["series"], following["repeats"]) == (task["series"], task["repeats"])
    assert act(client, task, "complete").json()["next"] == following
    assert Task.objects.count() == 2


def test_what_repeats_no_more_is_followed_by_none(client: APIClient) -> None:
    once = made(client, repeats=None)
    last = made(client, repeats={"every": "day", "times": 1})

    assert (once["repeats"], once["series"]) == (None, None)
    assert [act(client, task, "complete").json()["next"] for task in (once, last)] == [None, None]


def without_times(task: Any) -> Any:
    """All but what tells when, and how often, it was changed."""
    return task | {"updated_at": "", "version": 0}


def test_completed_may_be_patched_as_well(client: APIClient) -> None:
    task = made(client)

    answer = client.patch(f"{TASKS}{task['id']}/", {"completed": True}).json()

    assert answer["completed"]
    assert answer["next"] == client.get(f"{TASKS}{answer['next']['id']}/").json()
    assert (
        client.put(f"{TASKS}{task['id']}/", task | {"completed": True}).json()["next"]
        == answer["next"]
    )
    assert [each["due_date"] for each in client.get(f"{TASKS}?status=open").json()["results"]] == [
        "2026-11-26"
    ]
    client.patch(f"{TASKS}{task['id']}/", {"completed": False})
    assert list(map(without_times, client.get(TASKS).json()["results"])) == [without_times(task)]


def test_completing_and_undoing_leave_the_rows_as_they_were(client: APIClient) -> None:
    task = made(client)
    before = client.get(TASKS).json()["results"]
    act(client, task, "complete")
    [done, _] = client.get(f"{TASKS}{task['id']}/history/").json()["results"]

    answer = client.post(f"/api/acts/{done['act']}/undo/")

    assert [change["kind"] for change in answer.json()["undone"]] == ["created", "completed"]
    after = client.get(TASKS).json()["results"]
    assert list(map(without_times, after)) == list(map(without_times, before))


def test_undoing_is_409_when_what_followed_was_changed(client: APIClient) -> None:
    task = made(client)
    following = act(client, task, "complete").json()["next"]
    client.patch(f"{TASKS}{following['id']}/", {"notes": "paper"})
    [done, _] = client.get(f"{TASKS}{task['id']}/history/").json()["results"]
    before = rows()

    answer = client.post(f"/api/acts/{done['act']}/undo/")

    assert (answer.status_code, answer.json()["code"]) == (409, "changed_since")
    assert answer.json()["changed"] == [following["id"]]
    assert rows() == before


def test_skipping_moves_it_on_and_is_undone(client: APIClient) -> None:
    task = made(client)

    answer = act(client, task, "skip")

    assert (answer.status_code, answer.json()["due_date"]) == (200, "2026-11-26")
    assert (answer.json()["id"], Task.objects.count()) == (task["id"], 1)
    [skipped, _] = client.get(f"{TASKS}{task['id']}/history/").json()["results"]
    client.post(f"/api/changes/{skipped['id']}/undo/")
    assert client.get(f"{TASKS}{task['id']}/").json()["due_date"] == "2026-11-23"


def test_it_rests_until_a_day_and_may_go_on_before(client: APIClient) -> None:
    task = made(client)
    skip = f"{TASKS}{task['id']}/skip/"

    assert client.post(skip, {"until": "2027-05-01"}).json()["due_date"] == "2027-05-10"
    assert client.post(skip, {"until": "2026-11-28"}).json()["due_date"] == "2026-12-07"
    assert fault(client.post(skip, {"until": "may"}))[0] == "until"
    assert Task.objects.get().due_date == date(2026, 12, 7)


def test_what_cannot_be_skipped_is_400(client: APIClient) -> None:
    once = made(client, repeats=None)
    done = made(client)
    act(client, done, "complete")
    last = made(client, repeats={"every": "day", "until": "2026-11-23"})

    assert fault(act(client, once, "skip")) == ("repeats", "It does not repeat.")
    assert fault(act(client, done, "skip")) == ("completed", "It is done.")
    assert fault(act(client, last, "skip")) == ("repeats", "It has no next day: it ends here.")


def test_null_ends_the_series(client: APIClient) -> None:
    task = made(client)

    answer = client.patch(f"{TASKS}{task['id']}/", {"repeats": None}).json()

    assert (answer["repeats"], answer["series"]) == (None, task["series"])
    assert act(client, task, "complete").json()["next"] is None


def test_put_without_a_rule_ends_it_and_what_get_answers_can_be_put(client: APIClient) -> None:
    task = made(client)
    url = f"{TASKS}{task['id']}/"

    assert client.put(url, task).json() == task
    answer = client.put(url, {"title": "Bins"}).json()

    assert (answer["repeats"], answer["due_date"]) == (None, None)


@pytest.mark.parametrize("door", ["POST", "PATCH"])
def test_what_repeats_needs_a_day(client: APIClient, user: User, door: str) -> None:
    task = TaskFactory(user=user)
    before = rows()
    path = TASKS if door == "POST" else f"{TASKS}{task.pk}/"

    answer = client.generic(
        door, path, '{"title": "x", "repeats": {"every": "day"}}', "application/json"
    )

    assert fault(answer) == ("repeats", "A task that repeats needs a due_date.")
    assert rows() == before


def test_the_day_of_what_repeats_cannot_be_taken_away_alone(client: APIClient) -> None:
    task = made(client)
    url = f"{TASKS}{task['id']}/"

    assert fault(client.patch(url, {"due_date": None}))[0] == "repeats"
    assert client.patch(url, {"due_date": None, "repeats": None}).status_code == 200


BAD_RULES = [
    "every monday", 5, True, [], {}, ["mon"], {"every": "hour"}, {"every": "day", "interval": 0},
    {"every": "day", "interval": 1.5}, {"every": "day", "interval": "2"},
    {"every": "week", "on": ["x"]},
    {"every": "week", "on": [1]}, {"every": "month", "on": [31]}, {"every": "month", "on": [32]},
    {"every": "month", "on": [0]}, {"every": "month", "on": ["fifth monday"]},
    {"every": "day", "from": "x"},
    {"every": "day", "until": "soon"}, {"every": "day", "until": 5}, {"every": "day", "times": 0},
    {"every": "day", "times": -1}, {"every": "day", "times": 10**30}, {"words": 5},
    {"words": "now and then"},
    {"words": ""}, {"words": "x" * 10_000}, {"words": "\x00"}, {"words": "every 30 February"},
    {"rule": "FREQ=DAILY"}, {"every": None}, {"every": ["day"]}, {"every": {"day": 1}},
]  # fmt: skip


@pytest.mark.parametrize("rule", BAD_RULES, ids=lambda rule: str(rule)[:50])
@pytest.mark.parametrize("door", ["POST", "PATCH", "PUT"])
def test_a_rule_that_cannot_be_kept_is_400_with_a_sentence(
    client: APIClient, user: User, door: str, rule: Any
) -> None:
    task = TaskFactory(user=user)
    before = rows()
    path = TASKS if door == "POST" else f"{TASKS}{task.pk}/"
    body = {"title": "Bins", "due_date": "2026-11-23", "repeats": rule}

    answer = getattr(client, door.lower())(path, body)

    assert answer.json()["code"] == "invalid"
    field, sentence = fault(answer)
    assert field == "repeats"
    assert sentence.endswith((".", "?"))
    assert rows() == before


def test_the_31st_of_its_due_day_is_refused(client: APIClient) -> None:
    body = {"title": "Rent", "due_date": "2027-01-31", "repeats": {"every": "month"}}

    field, sentence = fault(client.post(TASKS, body))

    assert field == "repeats"
    assert "last day" in sentence


# What it costs: one query is the authentication


@pytest.mark.parametrize(
    ("name", "queries"),
    [
        # The task, begin, read again with its steps under lock (and whose day it is), change,
        # journal; the next task (written, and looked for), journal, end; and the next task is told.
        ("complete", 11),
        # Begin, read again under lock, change, journal, end.
        ("skip", 7),
    ],
)
def test_the_queries_of_one_task(
    client: APIClient, name: str, queries: int, django_assert_num_queries: Any
) -> None:
    task = made(client)
    with django_assert_num_queries(queries):
        assert act(client, task, name).status_code == 200


def test_the_queries_of_reopening(client: APIClient, django_assert_num_queries: Any) -> None:
    task = made(client)
    act(client, task, "complete")
    # The task, begin, read again with its steps under lock, change, journal; the next task under
    # lock, its steps, its first line, change, journal, end.
    with django_assert_num_queries(12):
        act(client, task, "reopen")


def test_a_list_is_one_query(client: APIClient, user: User, django_assert_num_queries: Any) -> None:
    rule = Repeat.read({"words": "every month on the last Friday"})
    TaskFactory.create_batch(30, user=user, due_date="2026-11-27", repeats=rule)
    with django_assert_num_queries(2):
        page = client.get("/api/tasks/?limit=100").json()["results"]
    assert {each["repeats"]["words"] for each in page} == {"every month on the last Friday"}
