"""What quick add would make of a line, over HTTP: nothing is made."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import SignIn
from todos.models import Origin, Task, TaskChange, TaskList

READ = "/api/tasks/read/"
AUTHENTICATION, LISTS, PREFERENCES = 1, 1, 1

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


def read(client: APIClient, text: str, **more: Any) -> dict[str, Any]:
    answer = client.post(READ, {"text": text, **more}, format="json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_line_is_told_as_the_task_that_it_would_be(
    client: APIClient, user: User, stranger: User
) -> None:
    groceries = TaskList.add(user, Origin("api"), name="Groceries")
    TaskList.add(stranger, Origin("api"), name="Garden")
    before = TaskChange.objects.count()
    text = "🥛 milk tomorrow 5pm !high #errands in groceries for 30 min"

    said = read(client, text)

    tomorrow = user.local_now().date() + timedelta(days=1)
    assert said.pop("due_date") == tomorrow.isoformat()
    spans = said.pop("spans")
    assert said == {
        "title": "🥛 milk",
        "due_time": "17:00",
        "duration_minutes": 30,
        "priority": "high",
        "list": str(groceries.pk),
        "tags": ["errands"],
        "repeats": None,
        "reminders": [],
    }
    assert [(text[span["start"] : span["end"]], span["kind"], span["words"]) for span in spans] == [
        ("tomorrow", "due", "tomorrow"),
        ("5pm", "time", "17:00"),
        ("!high", "priority", "high priority"),
        ("#errands", "tag", "#errands"),
        ("in groceries", "list", "Groceries"),
        ("for 30 min", "duration", "30 min"),
    ]
    assert read(client, "Rake in Garden")["list"] is None
    assert not Task.objects.exists()
    assert TaskChange.objects.count() == before


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Trash every friday", ["every Friday · "]),
        ("Trash every day at 23:58, 5 times", ["every day, 5 times", "23:58", "5 times"]),
        ("Trash tomorrow every day", ["tomorrow", "every day"]),
        ("Trash tomorrow night for an hour and a half", ["20:00", "1 h 30 min"]),
        ("Trash at 23:59", ["today 23:59"]),
        ("Trash !none", ["none priority"]),
        ("Trash, tagged home and work", ["tagged home and work"]),
    ],
)
def test_each_thing_is_told_in_words(client: APIClient, text: str, words: list[str]) -> None:
    told = [span["words"] for span in read(client, text)["spans"]]

    assert len(told) == len(words)
    for each, part in zip(told, words, strict=True):
        assert part in each


def test_what_is_told_makes_that_task(client: APIClient) -> None:
    said = read(client, "Water plants every monday at 7am for 5 min #home !2")

    answer = client.post("/api/tasks/", said, format="json")

    assert answer.status_code == 201, answer.content
    task = answer.json()
    fields = said.keys() - {"spans", "reminders"}
    assert {name: task[name] for name in fields} == {name: said[name] for name in fields}


def test_reminders_are_told_as_a_task_takes_them(client: APIClient) -> None:
    text = "Dentist tomorrow 3pm remind me 1h before and at the time"

    said = read(client, text)

    assert (said["title"], said["due_time"]) == ("Dentist", "15:00")
    assert said["reminders"] == [{"before_minutes": 60}, {"before_minutes": 0}]
    span = said["spans"][-1]
    assert text[span["start"] : span["end"]] == "remind me 1h before and at the time"
    assert (span["kind"], span["words"]) == ("reminders", "1 hour before, at the time")
    made = client.post("/api/tasks/", said, format="json").json()
    assert [each["before_minutes"] for each in made["reminders"]] == [60, 0]


def test_words_that_shall_stay_are_not_read(client: APIClient) -> None:
    text = "😀 tomorrow, tomorrow 5pm"

    said = read(client, text, words=[{"start": 2, "end": 10}])

    assert said["title"] == "😀 tomorrow"
    assert [(span["start"], span["end"]) for span in said["spans"]] == [(12, 20), (21, 24)]
    assert read(client, text, words=None)["title"] != said["title"]
    assert read(client, text, words=[{"start": 0, "end": 999}])["due_time"] == "17:00"


@pytest.mark.parametrize("text", ["tomorrow", " #errands ", "every friday at 5pm", "!high"])
def test_where_no_title_is_left_all_of_it_is_one(client: APIClient, text: str) -> None:
    said = read(client, text)

    assert (said["title"], said["spans"], said["due_date"]) == (text.strip(), [], None)


@pytest.mark.parametrize(
    "body",
    [
        {}, {"text": None}, {"text": ""}, {"text": " \n"}, {"text": "a\x00b"},
        {"text": "\u200b"}, {"text": "x" * 1001}, {"text": 5}, {"text": ["Milk"]}, [],
        {"text": "Milk", "words": [{"start": -1, "end": 2}]},
        {"text": "Milk", "words": [{"start": "0", "end": 2}]},
        {"text": "Milk", "words": [{"start": 0}]}, {"text": "Milk", "words": "all"},
        {"text": "Milk", "words": [{"start": 0, "end": 1}] * 101},
    ],
)  # fmt: skip
def test_bad_input_is_refused(client: APIClient, body: Any) -> None:
    answer = client.post(READ, body, format="json")

    assert answer.status_code == 400
    assert answer.json()["code"] == "invalid"


def test_half_a_character_is_refused(client: APIClient) -> None:
    answer = client.generic("POST", READ, '{"text": "a\\ud800"}', "application/json")

    assert answer.status_code == 400


def test_the_longest_line_is_read(client: APIClient) -> None:
    assert read(client, f"{'x' * 991} tomorrow")["title"] == "X" + "x" * 990


def test_the_anonymous_are_refused_and_other_methods_too(client: APIClient) -> None:
    assert APIClient().post(READ, {"text": "Milk"}).status_code == 401
    assert client.get(READ).status_code == 405


def test_it_costs_a_query_for_the_lists_and_one_for_what_they_told(
    sign_in: SignIn, user: User
) -> None:
    user.remember("morning", "07:00", "mornings are 7")
    for number in range(20):
        TaskList.add(user, Origin("api"), name=f"List {number}")
    client = sign_in(user)

    with CaptureQueriesContext(connection) as queries:
        said = read(client, "Call Jo in the morning in List 7")

    assert (said["due_time"], said["title"]) == ("07:00", "Call Jo")
    assert len(queries) == AUTHENTICATION + LISTS + PREFERENCES
    assert all(query["sql"].startswith("SELECT") for query in queries)


def test_it_is_read_on_the_clock_of_the_user(sign_in: SignIn, user: User) -> None:
    days = set()
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        user.time_zone = zone
        user.keep("time_zone")
        said = read(sign_in(user), "Milk today")
        assert said["due_date"] == user.local_now().date().isoformat()
        days.add(said["due_date"])
    assert len(days) == 2
