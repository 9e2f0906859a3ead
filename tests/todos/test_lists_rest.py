"""Lists and tags over REST."""

from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.calls import WAIT
from tests.todos.placing import a_list, exact, with_steps
from todos.models import Origin, Task, TaskList
from todos.rules import read_tag

pytestmark = pytest.mark.django_db

API = Origin("api")
NONE = {"open": 0, "done": 0}


def at(task_list: TaskList, act: str = "") -> str:
    return f"/api/lists/{task_list.pk}/{act}"


def errors(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.content
    return [(each["field"], each["code"]) for each in answer.json()["errors"]]


@pytest.fixture
def home(user: User) -> TaskList:
    """With a task of two steps, one of them done."""
    made = a_list(user)
    _, [step, _] = with_steps(user, "Pack", "Rent", list=made)
    step.complete(API)
    return made


def test_a_list_is_made_and_told(client: APIClient, user: User) -> None:
    answer = client.post("/api/lists/", {"name": " Groceries\n", "user": 7, "version": 9})

    made = TaskList.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(made.pk),
        "name": "Groceries",
        "tasks": NONE,
        "created_at": f"{made.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "updated_at": f"{made.updated_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "version": 1,
    }
    assert made.user == user
    assert client.get(at(made)).json() == answer.json()


def test_lists_are_told_by_name_with_how_much_is_to_be_done(
    client: APIClient, user: User, home: TaskList
) -> None:
    for name in ("work", "Zoo", "Äpfel"):
        a_list(user, name)
    a_list(user, "Gone").remove(API)

    page = client.get("/api/lists/?limit=3").json()
    rest = client.get(page["next"]).json()

    told = [(each["name"], each["tasks"]) for each in page["results"] + rest["results"]]
    assert told == [
        ("Home", {"open": 2, "done": 1}),
        ("work", NONE),
        ("Zoo", NONE),
        ("Äpfel", NONE),
    ]


def test_a_list_is_renamed(client: APIClient, home: TaskList) -> None:
    answer = client.patch(at(home), {"name": "House"})

    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["version"]) == ("House", 2)
    assert answer.json()["tasks"] == {"open": 2, "done": 1}


@pytest.mark.parametrize("name", ["home", "HOME", "Inbox"])
def test_a_name_that_is_taken_is_409(
    client: APIClient, user: User, home: TaskList, name: str
) -> None:
    work = a_list(user, "Work")
    before = exact(user)

    for answer in (
        client.post("/api/lists/", {"name": name}),
        client.patch(at(work), {"name": name}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")

    assert exact(user) == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"name": None}, "null"),
        ({"name": ""}, "blank"),
        ({"name": "\u200b"}, "blank"),
        ({"name": "x" * 101}, "max_length"),
        ({"name": "a\x00b"}, "null_characters_not_allowed"),
        ({"name": 5}, "invalid"),
        ({"name": ["x"]}, "invalid"),
    ],
)
def test_what_is_no_list_is_400(client: APIClient, body: dict[str, Any], code: str) -> None:
    assert errors(client.post("/api/lists/", body)) == [("name", code)]
    assert not TaskList.objects.exists()


def test_a_change_of_nothing_is_400(client: APIClient, home: TaskList) -> None:
    assert errors(client.patch(at(home), {})) == [("", "empty")]


@pytest.mark.parametrize(("query", "left"), [("", 3), ("?tasks=keep", 3), ("?tasks=delete", 0)])
def test_a_list_is_deleted_and_its_tasks_as_asked(
    client: APIClient, user: User, home: TaskList, query: str, left: int
) -> None:
    assert client.delete(at(home) + query).status_code == 204

    assert client.get(at(home)).status_code == 404
    assert Task.objects.for_user(user).filter(list=None).count() == left


def test_how_a_list_is_deleted_is_said_right(client: APIClient, user: User, home: TaskList) -> None:
    before = exact(user)
    assert errors(client.delete(at(home, "?tasks=burn"))) == [("tasks", "invalid_choice")]
    assert exact(user) == before


def test_a_list_is_restored_with_its_tasks(client: APIClient, user: User, home: TaskList) -> None:
    before = exact(user)
    client.delete(at(home, "?tasks=delete"))

    answer = client.post(at(home, "restore/"))

    assert (answer.status_code, answer.json()["tasks"]) == (200, {"open": 2, "done": 1})
    assert exact(user) == before
    assert client.post(at(home, "restore/")).json() == answer.json()


def test_a_list_whose_name_is_taken_is_not_restored(
    client: APIClient, user: User, home: TaskList
) -> None:
    client.delete(at(home))
    a_list(user)

    answer = client.post(at(home, "restore/"))

    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")


def test_the_history_of_a_list_names_the_act_that_undoes_it(
    client: APIClient, user: User, home: TaskList
) -> None:
    before = exact(user)
    client.delete(at(home))

    [newest, *_] = client.get(at(home, "history/")).json()["results"]
    undone = client.post(f"/api/acts/{newest['act']}/undo/").json()["undone"]

    assert (newest["kind"], newest["list"], newest["task"]) == ("deleted", str(home.pk), None)
    assert [change["kind"] for change in undone] == ["deleted", "updated", "updated", "updated"]
    assert exact(user) == before


def test_a_list_that_has_moved_on_is_named(client: APIClient, user: User, home: TaskList) -> None:
    act = home.changes.get().act
    home.rename(API, "House")

    answer = client.post(f"/api/acts/{act}/undo/")

    assert (answer.status_code, answer.json()["code"]) == (409, "changed_since")
    assert answer.json()["changed"] == [str(home.pk)]


def test_a_list_is_merged_into_another(client: APIClient, user: User, home: TaskList) -> None:
    work = a_list(user, "Work")

    answer = client.post(at(home, "merge/"), {"into": str(work.pk)})

    assert answer.status_code == 200
    assert (answer.json()["id"], answer.json()["tasks"]) == (str(work.pk), {"open": 2, "done": 1})
    assert client.get(at(home)).status_code == 404


def test_a_list_is_merged_into_none_but_another_of_ones_own(
    client: APIClient, user: User, stranger: User, home: TaskList
) -> None:
    before = exact(user)
    answers = [
        client.post(at(home, "merge/"), {"into": str(pk)})
        for pk in (home.pk, a_list(stranger).pk, uuid4())
    ]

    assert [errors(answer) for answer in answers] == 3 * [[("into", "not_found")]]
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert exact(user) == before


# Tags


def test_tags_are_told_with_their_counts(client: APIClient, user: User, stranger: User) -> None:
    TaskFactory(user=stranger, tags=["theirs"])
    TaskFactory(user=user, tags=["work", "errands"])
    TaskFactory(user=user, tags=["work"], completed=True)

    assert client.get("/api/tags/").json() == {
        "next": None,
        "previous": None,
        "results": [
            {"name": "errands", "tasks": {"open": 1, "done": 0}},
            {"name": "work", "tasks": {"open": 1, "done": 1}},
        ],
    }


@pytest.mark.parametrize(
    "name", ["work", "WORK", "a/b", "50%25", "größe", "%23work", "gro\u0308ße"]
)
@pytest.mark.parametrize("slash", ["/", ""])
def test_a_tag_is_renamed_and_the_act_is_told(
    client: APIClient, user: User, name: str, slash: str
) -> None:
    TaskFactory(user=user, tags=[read_tag(unquote(name)), "job"])
    TaskFactory(user=user, tags=["job"])
    before = exact(user)

    answer = client.patch(f"/api/tags/{name}{slash}", {"name": "#Job"})

    act = answer.json().pop("act")
    assert answer.status_code == 200
    assert answer.json() | {"act": None} == {
        "name": "job",
        "tasks": {"open": 2, "done": 0},
        "act": None,
    }
    client.post(f"/api/acts/{act}/undo/")
    assert exact(user) == before


@pytest.mark.parametrize(
    ("body", "code"),
    [({}, "required"), ({"name": "two words"}, "invalid"), ({"name": "x" * 51}, "max_length")],
)
def test_a_tag_is_renamed_to_a_tag(
    client: APIClient, user: User, body: dict[str, Any], code: str
) -> None:
    TaskFactory(user=user, tags=["work"])
    assert errors(client.patch("/api/tags/work/", body)) == [("name", code)]


def test_a_tag_that_no_task_has_is_404(client: APIClient, stranger: User) -> None:
    TaskFactory(user=stranger, tags=["work"])

    for name in ("work", "nothing", "two%20words", "work%00"):
        answer = client.patch(f"/api/tags/{name}/", {"name": "job"})
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


# What it costs: one query is the authentication


@pytest.mark.parametrize(
    ("method", "path", "queries"),
    [
        ("get", "", 2),
        ("get", "history/", 3),
        # Then: begin, read again under lock, a savepoint and its end, change, journal, end.
        ("patch", "", 9),
        # Then: begin, read again under lock, tasks, change, journal, change, journal, end.
        ("delete", "", 10),
        ("delete", "?tasks=delete", 10),
    ],
)
@pytest.mark.parametrize("more", [0, 30])
def test_the_queries_of_a_list(
    client: APIClient,
    user: User,
    home: TaskList,
    method: str,
    path: str,
    queries: int,
    more: int,
    django_assert_num_queries: Any,
) -> None:
    TaskFactory.create_batch(more, user=user, list=home)
    with django_assert_num_queries(queries):
        getattr(client, method)(at(home, path), {"name": "House"})


def test_the_queries_of_all_lists_and_tags(
    client: APIClient, user: User, django_assert_num_queries: Any
) -> None:
    for number in range(12):
        TaskFactory(user=user, tags=[f"tag{number}"], list=a_list(user, f"List {number}"))
    with django_assert_num_queries(2):
        assert len(client.get("/api/lists/").json()["results"]) == 12
    with django_assert_num_queries(2):
        assert len(client.get("/api/tags/").json()["results"]) == 12
    with django_assert_num_queries(6 - WAIT):  # row and journal are one there
        client.post("/api/lists/", {"name": "Another"})
