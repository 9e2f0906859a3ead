"""The list, tags, steps and length of a task over REST, and what tasks are found by."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.placing import a_list, exact, shown, with_steps
from todos.models import Origin, Task
from todos.repeating import Repeat

pytestmark = pytest.mark.django_db

API = Origin("api")


def make(client: APIClient, **fields: Any) -> Any:
    return client.post("/api/tasks/", {"title": "Buy milk"} | fields)


def errors(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.content
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


def titles(client: APIClient, query: str) -> list[str]:
    answer = client.get(f"/api/tasks/?{query}")
    assert answer.status_code == 200, answer.content
    return [task["title"] for task in answer.json()["results"]]


def test_a_task_tells_its_place_its_tags_and_its_length(client: APIClient, user: User) -> None:
    home = a_list(user)
    task = make(client, list=str(home.pk), tags=["#Shop", "food"], duration_minutes=30).json()
    step = make(client, parent=task["id"]).json()
    make(client, parent=task["id"], completed=True)

    assert (task["list"], task["tags"], task["parent"]) == (str(home.pk), ["food", "shop"], None)
    assert (task["duration_minutes"], task["version"]) == (30, 1)
    assert task["steps"] == {"open": 0, "done": 0}
    assert (step["parent"], step["list"]) == (task["id"], str(home.pk))
    path = f"/api/tasks/{task['id']}/"
    assert client.get(path).json() == task | {"steps": {"open": 1, "done": 1}}
    [listed] = client.get(f"/api/tasks/?list={home.pk}&ordering=created_at&limit=1").json()[
        "results"
    ]
    assert listed == client.get(path).json()
    done = client.post(path + "complete/").json()
    assert (done["steps"], done["version"]) == ({"open": 0, "done": 2}, 2)
    assert client.post(path + "reopen/").json()["steps"] == {"open": 1, "done": 1}


def test_a_patch_changes_what_it_names_and_null_clears(client: APIClient, user: User) -> None:
    home = a_list(user)
    task = make(client, list=str(home.pk), tags=["shop"], duration_minutes=30).json()
    path = f"/api/tasks/{task['id']}/"

    kept = client.patch(path, {"title": "Buy oat milk"}).json()
    cleared = client.patch(path, {"list": None, "duration_minutes": None, "tags": []}).json()

    names = ("list", "tags", "duration_minutes", "version")
    assert [kept[name] for name in names] == [str(home.pk), ["shop"], 30, 2]
    assert [cleared[name] for name in names] == [None, [], None, 3]
    assert client.patch(path, {"tags": None}).status_code == 400


def test_a_put_sets_what_is_not_named_to_its_default(client: APIClient, user: User) -> None:
    task, [step] = with_steps(user, "Pack", list=a_list(user), tags=["shop"], duration_minutes=9)

    client.put(f"/api/tasks/{task.pk}/", {"title": "Move"})
    assert shown(user) == [("Move", None, None, False), ("Pack", None, "Move", False)]
    client.put(f"/api/tasks/{step.pk}/", {"title": "Pack", "parent": str(task.pk)})
    assert shown(user)[1] == ("Pack", None, "Move", False)
    client.put(f"/api/tasks/{step.pk}/", {"title": "Pack"})

    assert shown(user)[1] == ("Pack", None, None, False)
    assert Task.objects.get(pk=task.pk).tags == ()


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"list": "home"}, ("list", "invalid")),
        ({"list": 5}, ("list", "invalid")),
        ({"list": [str(uuid4())]}, ("list", "invalid")),
        ({"parent": "x"}, ("parent", "invalid")),
        ({"tags": "work"}, ("tags", "not_a_list")),
        ({"tags": [5]}, ("tags.0", "invalid")),
        ({"tags": ["ok", "two words"]}, ("tags.1", "invalid")),
        ({"tags": ["a\x00"]}, ("tags.0", "null_characters_not_allowed")),
        ({"tags": ["#"]}, ("tags.0", "blank")),
        ({"tags": [f"t{n}" for n in range(21)]}, ("tags", "max_length")),
        ({"duration_minutes": 0}, ("duration_minutes", "min_value")),
        ({"duration_minutes": 1441}, ("duration_minutes", "max_value")),
        ({"duration_minutes": "30"}, ("duration_minutes", "invalid")),
        ({"duration_minutes": True}, ("duration_minutes", "invalid")),
        ({"duration_minutes": 1.5}, ("duration_minutes", "invalid")),
    ],
)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_bad_values_are_400(
    client: APIClient, user: User, method: str, fields: dict[str, Any], error: tuple[str, str]
) -> None:
    task = TaskFactory(user=user)
    before = exact(user)
    path = f"/api/tasks/{task.pk}/" if method == "patch" else "/api/tasks/"

    assert errors(getattr(client, method)(path, {"title": "x"} | fields)) == [error]
    assert exact(user) == before


@pytest.mark.parametrize("name", ["list", "parent"])
def test_a_strangers_row_is_as_unknown_as_one_that_is_not_there(
    client: APIClient, user: User, stranger: User, name: str
) -> None:
    theirs = a_list(stranger) if name == "list" else TaskFactory(user=stranger)
    task = TaskFactory(user=user)
    answers = [
        answer
        for pk in (theirs.pk, uuid4())
        for answer in (
            make(client, **{name: str(pk)}),
            client.patch(f"/api/tasks/{task.pk}/", {name: str(pk)}),
        )
    ]

    assert {str(errors(answer)) for answer in answers} == {str([(name, "not_found")])}
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert Task.objects.for_user(user).count() == 1


def test_the_rules_of_steps_are_told(client: APIClient, user: User) -> None:
    task, [step] = with_steps(user, "Pack")
    rule = {"due_date": "2030-01-07", "repeats": {"words": "every day"}}

    assert errors(make(client, parent=str(step.pk))) == [("parent", "one_level")]
    assert errors(make(client, parent=str(task.pk), **rule)) == [("repeats", "step")]
    assert errors(make(client, parent=str(task.pk), list=str(a_list(user).pk))) == [
        ("list", "step")
    ]
    assert errors(client.patch(f"/api/tasks/{task.pk}/", {"parent": str(task.pk)})) == [
        ("parent", "one_level")
    ]


# What tasks are found by


@pytest.fixture
def found(user: User, time_machine: Any) -> str:
    """The id of a list."""
    home = a_list(user)
    rule = Repeat.read({"words": "every monday"})
    for day, fields in (
        (1, {"title": "paint", "list": home, "tags": ["work"]}),
        (2, {"title": "Bins", "due_date": date(2026, 11, 23), "repeats": rule}),
        (3, {"title": "mail", "tags": ["work", "post"], "completed": True}),
        (4, {"title": "gone", "tags": ["work"]}),
    ):
        time_machine.move_to(f"2026-11-{day:02}T12:00:00+00:00")
        TaskFactory(user=user, **fields)
    Task.objects.get(title="gone").remove(API)
    return str(home.pk)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("list={home}", ["paint"]),
        ("list=inbox", ["mail", "Bins"]),
        ("list=INBOX&list=inbox", ["mail", "Bins"]),
        ("tag=work", ["mail", "paint"]),
        ("tag=%23Work&status=open", ["paint"]),
        ("tag=none", []),
        ("repeating=true", ["Bins"]),
        ("repeating=false", ["mail", "paint"]),
        ("status=deleted", ["gone"]),
        ("status=deleted&tag=work", ["gone"]),
        ("created_since=2026-11-02", ["mail", "Bins"]),
        ("created_since=2026-11-02T12:00:00Z", ["mail", "Bins"]),
        ("created_since=2026-11-02T12:00:01Z", ["mail"]),
        ("created_since=2026-11-02T13:00:00%2B01:00", ["mail", "Bins"]),
        ("completed_since=2026-11-03", ["mail"]),
        ("completed_since=2026-11-04", []),
        ("ordering=title", ["Bins", "mail", "paint"]),
        ("ordering=-title", ["paint", "mail", "Bins"]),
        ("ordering=-completed_at", ["mail", "paint", "Bins"]),
        (
            "list=&tag=&parent=&repeating=&created_since=&completed_since=&ordering=title",
            ["Bins", "mail", "paint"],
        ),
    ],
)
def test_the_list_shows(found: str, client: APIClient, query: str, expected: list[str]) -> None:
    shown = titles(client, query.format(home=found))
    assert sorted(shown) == sorted(expected) if "-completed_at" in query else shown == expected


def test_what_a_stranger_has_is_not_found_by_its_id(
    client: APIClient, user: User, stranger: User
) -> None:
    theirs, _ = with_steps(stranger, "Secret", list=a_list(stranger))
    theirs.remove(API)

    for query in (f"list={theirs.list_id}", f"parent={theirs.pk}", "status=deleted"):
        assert titles(client, query) == []


def test_steps_are_found_by_their_task(client: APIClient, user: User) -> None:
    task, _ = with_steps(user, "Pack", "Rent")
    assert titles(client, f"parent={task.pk}&ordering=created_at") == ["Pack", "Rent"]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("list=home", "list"),
        ("parent=x", "parent"),
        ("parent=inbox", "parent"),
        ("tag=two+words", "tag"),
        ("tag=a%00", "tag"),
        ("repeating=yes", "repeating"),
        ("created_since=yesterday", "created_since"),
        ("completed_since=2026-02-30", "completed_since"),
        ("status=gone", "status"),
    ],
)
def test_a_filter_that_is_not_valid_is_400(client: APIClient, query: str, field: str) -> None:
    assert [name for name, _ in errors(client.get(f"/api/tasks/?{query}"))] == [field]


@pytest.mark.parametrize("steps", [1, 20])
def test_the_queries_do_not_grow_with_the_steps(
    client: APIClient, user: User, steps: int, django_assert_num_queries: Any
) -> None:
    task, _ = with_steps(user, *(f"Step {n}" for n in range(steps)), list=a_list(user))
    path = f"/api/tasks/{task.pk}/"
    with django_assert_num_queries(2):
        client.get("/api/tasks/?limit=100&status=open")
    # Auth, the task, begin, read again with its steps under lock, change, journal, their change and
    # journal, end; the counts. On PostgreSQL it waits in line, and change and journal are one.
    with django_assert_num_queries(10):
        client.post(path + "complete/")
    with django_assert_num_queries(10):
        client.post(path + "reopen/")
    with django_assert_num_queries(9):
        client.delete(path)
    with django_assert_num_queries(10):
        client.post(path + "restore/")


def test_the_queries_of_a_step(
    client: APIClient, user: User, django_assert_num_queries: Any
) -> None:
    task, _ = with_steps(user, "Pack", list=a_list(user))
    with django_assert_num_queries(6):  # as of any task, and the one that it is a step of
        make(client, parent=str(task.pk))
    with django_assert_num_queries(6):
        make(client, list=str(task.list_id))
