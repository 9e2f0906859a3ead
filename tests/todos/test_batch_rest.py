"""``POST /api/tasks/batch/``."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.calls import rows
from todos.models import Origin, Task, TaskChange, TaskList
from todos.repeating import Repeat

API = Origin("api")
BATCH = "/api/tasks/batch/"
NAMES = ("Milk", "Bread", "Eggs", "Soap", "Salt")


@pytest.fixture
def tasks(user: User) -> list[Task]:
    return [TaskFactory(user=user, title=name) for name in NAMES]


def ids(tasks: list[Task]) -> list[str]:
    return [str(task.pk) for task in tasks]


def send(client: APIClient, do: str, tasks: Any = None, **more: Any) -> Any:
    return client.post(BATCH, {"do": do, "tasks": tasks, **more})


def done(client: APIClient, do: str, tasks: Any = None, **more: Any) -> Any:
    answer = send(client, do, tasks, **more)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def titles(body: Any) -> list[str]:
    return [task["title"] for task in body["done"]]


# What it does


def test_tasks_are_made_with_what_all_of_them_get(client: APIClient) -> None:
    body = done(
        client,
        "create",
        [{"title": " Milk "}, {"title": "Bread", "priority": "high"}],
        set={"due_date": "2026-12-01", "priority": "low"},
    )

    assert body["done"] == [client.get(f"/api/tasks/{task['id']}/").json() for task in body["done"]]
    assert [(task["title"], task["due_date"], task["priority"]) for task in body["done"]] == [
        ("Milk", "2026-12-01", "low"),
        ("Bread", "2026-12-01", "high"),
    ]
    assert (body["failures"], body["total"]) == ([], 2)


def test_each_is_changed_by_its_own_fields_or_by_those_of_all(
    client: APIClient, tasks: list[Task]
) -> None:
    milk, bread, *_ = ids(tasks)

    body = done(client, "update", [milk, {"id": bread, "title": "Rye"}], set={"priority": "high"})

    assert [(task["title"], task["priority"]) for task in body["done"]] == [
        ("Milk", "high"),
        ("Rye", "high"),
    ]


@pytest.mark.parametrize(
    ("before", "do", "key"),
    [
        (None, "complete", "completed"),
        ("complete", "reopen", "completed"),
        (None, "delete", None),
        ("delete", "restore", None),
    ],
)
def test_one_undo_takes_all_of_it_back(
    client: APIClient, tasks: list[Task], before: str | None, do: str, key: str | None
) -> None:
    if before:
        done(client, before, ids(tasks))
    state = list(Task.objects.order_by("pk").values("completed_at", "deleted_at"))

    body = done(client, do, [{"id": ids(tasks)[0], "title": "ignored"}, *ids(tasks)[1:]])

    assert titles(body) == list(NAMES)
    assert all(task[key] is (do == "complete") for task in body["done"] if key)
    assert list(Task.objects.order_by("pk").values("completed_at", "deleted_at")) != state
    undone = client.post(f"/api/acts/{body['act']}/undo/")
    assert len(undone.json()["undone"]) == 5
    now = Task.objects.order_by("pk").values("completed_at", "deleted_at")
    assert [tuple(map(bool, task.values())) for task in now] == [
        tuple(map(bool, task.values())) for task in state
    ]


def test_one_that_repeats_tells_what_follows(client: APIClient, user: User) -> None:
    task = TaskFactory(
        user=user, due_date=date(2026, 11, 23), repeats=Repeat.read({"every": "day"})
    )
    body = done(client, "complete", [str(task.pk)])
    assert body["done"][0]["next"]["series"] == str(task.series)
    client.post(f"/api/acts/{body['act']}/undo/")
    assert Task.objects.filter(deleted_at=None).get().completed is False


def test_what_changes_nothing_is_no_act(client: APIClient, tasks: list[Task]) -> None:
    body = done(client, "reopen", ids(tasks))
    assert (len(body["done"]), body["act"]) == (5, None)
    assert not TaskChange.objects.exclude(kind="created").exists()


# What cannot be done


def test_one_that_fails_spoils_nothing_else(
    client: APIClient, stranger: User, tasks: list[Task]
) -> None:
    theirs, (milk, bread, eggs, soap, _) = TaskFactory(user=stranger), ids(tasks)
    items = [
        {"id": milk, "title": "Oat milk"},
        {"id": bread, "title": ""},
        {"id": str(theirs.pk), "title": "Mine"},
        {"id": str(uuid4()), "title": "x"},
        {"id": eggs, "due_time": "17:00"},
        {"id": milk, "title": "Twice"},
        {"title": "No id"},
        "x",
        7,
        {"id": soap},
    ]

    body = done(client, "update", items)

    assert titles(body) == ["Oat milk"]
    assert body["total"] == 10
    assert [(each["item"], each["error"]["code"]) for each in body["failures"]] == [
        (2, "invalid"),
        (3, "not_found"),
        (4, "not_found"),
        (5, "invalid"),
        (6, "invalid"),
        (7, "invalid"),
        (8, "invalid"),
        (9, "invalid"),
        (10, "invalid"),
    ]
    failures = {each["item"]: each for each in body["failures"]}
    assert failures[2]["id"] == bread
    assert failures[2]["error"]["errors"][0]["field"] == "title"
    assert failures[3]["error"] == failures[4]["error"]
    assert failures[5]["error"] == {
        "code": "invalid",
        "detail": "due_time: A time needs a due_date.",
        "errors": [
            {
                "field": "due_time",
                "code": "due_date_required",
                "detail": "A time needs a due_date.",
            }
        ],
    }
    theirs.refresh_from_db()
    assert theirs.title != "Mine"


def test_a_failure_is_told_as_the_same_request_alone_is(
    client: APIClient, tasks: list[Task]
) -> None:
    for fields in ({"title": "x" * 201}, {"priority": "urgent"}, {"repeats": {"words": "often"}}):
        alone = client.patch(f"/api/tasks/{tasks[0].pk}/", fields).json()
        body = done(client, "update", [{"id": str(tasks[0].pk), **fields}])
        assert body["failures"][0]["error"] == {
            name: alone[name] for name in ("code", "detail", "errors")
        }


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "do"),
        ({"do": "explode", "tasks": ["x"]}, "do"),
        ({"do": "delete"}, "tasks"),
        ({"do": "delete", "tasks": []}, "tasks"),
        ({"do": "delete", "tasks": {}}, "tasks"),
        ({"do": "delete", "tasks": None}, "tasks"),
        ({"do": "delete", "tasks": ["x"] * 101}, "tasks"),
        ({"do": "delete", "tasks": ["x"], "where": {"status": "open"}}, "tasks"),
        ({"do": "delete", "tasks": ["x"], "set": {"title": "x"}}, "set"),
        ({"do": "create", "where": {"status": "open"}}, "where"),
        ({"do": "update", "where": {"status": "open"}}, "set"),
        ({"do": "update", "where": {"status": "open"}, "set": {"priority": "x"}}, "set.priority"),
        ({"do": "update", "where": {"status": "open"}, "set": {}}, "set"),
        ({"do": "update", "where": {"status": "open"}, "set": "x"}, "set"),
        ({"do": "delete", "where": []}, "where"),
        ({"do": "delete", "where": {}}, "where"),
        ({"do": "delete", "where": {"status": "all"}}, "where"),
        ({"do": "delete", "where": {"status": "x"}}, "where.status"),
        ({"do": "delete", "where": {"status": ["all"]}}, "where.status"),
        ({"do": "delete", "where": {"search": "  "}}, "where.search"),
        ({"do": "delete", "where": {"search": {}}}, "where.search"),
        ({"do": "delete", "where": {"priority": 1}}, "where.priority"),
        ({"do": "delete", "where": {"search": ""}}, "where.search"),
        ({"do": "delete", "where": {"priority": None, "status": "open"}}, "where.priority"),
        ({"do": "delete", "where": {"prio": "high", "status": "open"}}, "where.prio"),
        ({"do": "delete", "where": {"ordering": "due"}}, "where.ordering"),
        ({"do": "delete", "tasks": ["x"], "propose": "yes"}, "propose"),
    ],
)
def test_what_is_no_batch_is_400_and_does_nothing(
    client: APIClient, tasks: list[Task], body: Any, field: str
) -> None:
    kept = rows()
    answer = client.post(BATCH, body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert rows() == kept


# By a filter


def test_a_filter_means_what_the_list_shows(client: APIClient, tasks: list[Task]) -> None:
    tasks[0].edit(API, priority="high")
    tasks[1].edit(API, priority="high")
    tasks[1].complete(API)

    assert titles(done(client, "complete", where={"priority": "high"})) == ["Milk"]
    assert len(done(client, "reopen", where={"priority": "high"})["done"]) == 2
    assert titles(done(client, "delete", where={"search": "egg", "status": "open"})) == ["Eggs"]
    assert titles(done(client, "update", where={"search": "soap"}, set={"notes": "x"})) == ["Soap"]


def test_the_filters_of_lists_tags_and_rules_are_in_it(client: APIClient, user: User) -> None:
    groceries = TaskList.add(user, API, name="Groceries")
    TaskFactory(user=user, title="Milk", list=groceries)
    TaskFactory(user=user, title="Rake", tags=["garden"])
    daily = Repeat.read({"every": "day"})
    TaskFactory(user=user, title="Bins", due_date=date(2031, 3, 3), repeats=daily)
    house = TaskFactory(user=user, title="House")
    TaskFactory(user=user, title="Box", parent=house)

    for where, title in [
        ({"list": str(groceries.pk)}, "Milk"),
        ({"tag": "#Garden", "list": "inbox"}, "Rake"),
        ({"repeating": True}, "Bins"),
        ({"repeating": "true"}, "Bins"),
        ({"parent": str(house.pk)}, "Box"),
        ({"created_since": "2020-01-01", "search": "house"}, "House"),
    ]:
        assert titles(done(client, "update", where=where, set={"priority": "low"})) == [title]
    moved = done(client, "update", where={"list": "inbox"}, set={"list": str(groceries.pk)})
    assert {task["list"] for task in moved["done"]} == {str(groceries.pk)}
    assert [task["title"] for task in moved["done"]] == ["Box", "House", "Bins", "Rake"]
    body = done(client, "create", [{"title": "Pears"}], set={"list": str(uuid4())})
    assert body["failures"][0]["error"]["errors"][0] == {
        "field": "list",
        "code": "not_found",
        "detail": "There is no such list.",
    }


def test_what_a_stranger_has_is_in_no_filter(
    client: APIClient, stranger: User, tasks: list[Task]
) -> None:
    TaskFactory(user=stranger, title="Milk")
    assert done(client, "delete", where={"search": "milk"})["total"] == 1


def test_a_filter_that_fits_nothing_does_nothing(client: APIClient, tasks: list[Task]) -> None:
    body = done(client, "delete", where={"search": "nowhere"})
    assert body == {"done": [], "failures": [], "total": 0, "act": None}


def test_more_than_a_hundred_is_400_and_says_how_many(client: APIClient, user: User) -> None:
    Task.objects.bulk_create(Task(user=user, title="Paint") for _ in range(137))
    answer = send(client, "delete", where={"search": "paint"})
    assert answer.status_code == 400
    assert "137 tasks match, and a batch takes 100" in answer.json()["detail"]
    assert not Task.objects.exclude(deleted_at=None).exists()


# With consent


def test_what_is_wide_is_asked_where_one_wants_to_be(client: APIClient, tasks: list[Task]) -> None:
    kept = rows()

    answer = send(client, "delete", [*ids(tasks), "x"], propose=True)

    assert answer.status_code == 202
    assert answer.json()["proposal"]["summary"].startswith("Delete 5 tasks: “Milk”, ")
    assert [each["item"] for each in answer.json()["failures"]] == [6]
    assert rows() == kept
    approved = client.post(f"/api/proposals/{answer.json()['proposal']['id']}/approve/")
    assert approved.status_code == 200
    assert len(client.post(f"/api/acts/{approved.json()['act']}/undo/").json()["undone"]) == 5


@pytest.mark.parametrize(("do", "number"), [("delete", 3), ("complete", 5)])
def test_what_is_not_wide_is_done(
    client: APIClient, tasks: list[Task], do: str, number: int
) -> None:
    assert len(done(client, do, ids(tasks)[:number], propose=True)["done"]) == number


def test_many_new_tasks_are_asked_too(client: APIClient) -> None:
    items = [{"title": f"Task {number}", "due_date": "2026-12-01"} for number in range(11)]
    answer = send(client, "create", items, propose=True)
    assert answer.status_code == 202
    proposal = answer.json()["proposal"]
    assert client.post(f"/api/proposals/{proposal['id']}/approve/").status_code == 200
    assert Task.objects.filter(due_date=date(2026, 12, 1)).count() == 11


def test_what_cannot_be_done_is_named_when_it_is_asked(
    client: APIClient, user: User, stranger: User
) -> None:
    """So that a yes does the rest, instead of nothing."""
    party = TaskFactory(user=user, title="Party")
    steps = [TaskFactory(user=user, title=f"Step {number}") for number in range(11)]
    items = [*ids([party, TaskFactory(user=stranger), *steps]), str(uuid4())]
    kept = rows()

    asked = send(client, "update", items, set={"parent": str(party.pk)}, propose=True)

    assert asked.status_code == 202
    assert rows() == kept
    failures = [(each["item"], each["error"]["code"]) for each in asked.json()["failures"]]
    assert failures == [(1, "invalid"), (2, "not_found"), (14, "not_found")]
    approved = client.post(f"/api/proposals/{asked.json()['proposal']['id']}/approve/")
    assert approved.status_code == 200
    assert client.get(f"/api/tasks/{party.pk}/").json()["steps"]["open"] == 11


@pytest.mark.parametrize(("status", "propose"), [("200", False), ("202", True)])
def test_the_document_tells_all_of_the_answer(
    client: APIClient, user: User, status: str, propose: bool
) -> None:
    document = SchemaGenerator().get_schema(None, public=True)
    answer_of_it = document["paths"][BATCH]["post"]["responses"][status]
    made: list[Task] = [TaskFactory(user=user, title=f"Task {number}") for number in range(11)]

    answer = send(client, "complete", [*ids(made), "x"], propose=propose)

    assert answer.status_code == int(status)
    schema = answer_of_it["content"]["application/json"]["schema"]
    assert not untold(answer.json(), schema, document["components"]["schemas"])


def untold(value: Any, schema: Any, schemas: Any) -> set[str]:
    """The names that are in an answer and not in the document."""
    while "properties" not in schema and schema.keys() & {"$ref", "anyOf", "allOf"}:
        [ref, *_] = schema.get("anyOf") or schema.get("allOf") or [schema]
        schema = schemas[ref["$ref"].rpartition("/")[2]]
    if isinstance(value, list):
        return {name for each in value for name in untold(each, schema["items"], schemas)}
    if not isinstance(value, dict) or "properties" not in schema:
        return set()
    known = schema["properties"]
    inner = [untold(value[name], known[name], schemas) for name in known.keys() & value.keys()]
    return set(value.keys() - known.keys()).union(*inner)


# Once


def test_under_a_key_it_is_done_once(client: APIClient) -> None:
    body = {"do": "create", "tasks": [{"title": "Milk"}]}
    first, again = (client.post(BATCH, body, headers={"Idempotency-Key": "k"}) for _ in "12")
    assert again.json() == first.json()
    assert again["Idempotency-Replayed"] == "true"
    assert Task.objects.count() == 1


def test_the_anonymous_get_401(anonymous: APIClient, db: None) -> None:
    assert send(anonymous, "delete", ["x"]).status_code == 401
