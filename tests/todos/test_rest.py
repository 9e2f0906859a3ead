from datetime import time
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.calls import ROUTES, WAIT, call, last_change, url
from todos.models import Origin, Task

API = Origin("api")


# Each endpoint works


def test_a_new_task_is_answered_with_all_that_it_is(client: APIClient, user: User):
    body = {
        "title": "  Call the dentist ",
        "notes": "  - ask\r\n    about ツ\u202e ",
        "due_date": "2026-11-20",
        "due_time": "17:30",
        "priority": "high",
    }
    answer = client.post("/api/tasks/", body)
    assert answer.status_code == 201
    task = Task.objects.get()
    assert answer.json() == {
        **body,
        "id": str(task.pk),
        "title": "Call the dentist",
        "duration_minutes": None,
        "list": None,
        "tags": [],
        "parent": None,
        "steps": {"open": 0, "done": 0},
        "repeats": None,
        "reminders": [],
        "series": None,
        "completed": False,
        "completed_at": None,
        "created_at": f"{task.created_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "updated_at": f"{task.updated_at:%Y-%m-%dT%H:%M:%S.%fZ}",
        "version": 1,
    }
    assert task.user == user
    assert last_change(task) == (
        "created",
        {},
        {**body, "title": "Call the dentist", "repeats": None},
        "api",
    )


def test_a_title_is_enough(client: APIClient):
    answer = client.post("/api/tasks/", {"title": "Call"}).json()
    assert {name: answer[name] for name in ("notes", "due_date", "due_time", "priority")} == {
        "notes": "",
        "due_date": None,
        "due_time": None,
        "priority": "none",
    }


def test_one_task_is_read(client: APIClient, task: Task):
    answer = client.get(url(task))
    assert answer.status_code == 200
    assert answer.json()["title"] == "old"
    assert answer.json()["due_time"] == "17:30"
    assert answer.json() == client.get("/api/tasks/").json()["results"][0]


def test_paths_do_without_their_last_slash(client: APIClient, task: Task):
    assert client.get(f"/api/tasks/{task.pk}").json()["title"] == "old"
    assert client.post("/api/tasks", {"title": "new"}).status_code == 201


def test_patch_changes_what_it_names(client: APIClient, task: Task):
    answer = client.patch(url(task), {"title": "new"})
    assert answer.status_code == 200
    expected = {"title": "new", "notes": "kept", "due_time": "17:30"}
    assert {name: answer.json()[name] for name in expected} == expected
    assert answer.json() == client.get(url(task)).json()
    assert last_change(task) == ("updated", {"title": "old"}, {"title": "new"}, "api")


def test_put_sets_what_it_does_not_name_to_the_default(client: APIClient, task: Task):
    task.complete(API)
    answer = client.put(url(task), {"title": "new"})
    assert answer.status_code == 200
    expected = {"title": "new", "notes": "", "due_date": None, "due_time": None, "completed": True}
    assert {name: answer.json()[name] for name in expected} == expected


def test_what_get_answers_can_be_put(client: APIClient, task: Task):
    task.complete(API)
    before = client.get(url(task)).json()
    assert client.put(url(task), before).json() == before


def test_clearing_the_date_clears_the_time(client: APIClient, task: Task):
    answer = client.patch(url(task), {"due_date": None}).json()
    assert (answer["due_date"], answer["due_time"]) == (None, None)


def test_a_deleted_task_is_out_of_sight_and_can_be_restored(client: APIClient, task: Task):
    before = client.get(url(task)).json()
    answer = client.delete(url(task))
    assert (answer.status_code, answer.content) == (204, b"")
    assert last_change(task)[0::3] == ("deleted", "api")
    assert client.get("/api/tasks/").json()["results"] == []
    for method, act in ROUTES:
        if act != "restore/":
            assert call(client, method, url(task, act)).status_code == 404
    answer = client.post(url(task, "restore/"))
    assert answer.status_code == 200
    after = answer.json()
    assert after == {**before, "updated_at": after["updated_at"], "version": 3}
    assert last_change(task)[0::3] == ("restored", "api")
    assert client.get(url(task)).json() == answer.json()


def test_restoring_twice_is_restoring_once(client: APIClient, task: Task):
    before = client.get(url(task)).json()
    for _ in range(2):
        answer = client.post(url(task, "restore/"))
        assert (answer.status_code, answer.json()) == (200, before)
    assert last_change(task)[0] == "created"


def test_a_task_is_completed_and_reopened_any_number_of_times(client: APIClient, task: Task):
    first = client.post(url(task, "complete/"))
    assert first.status_code == 200
    assert first.json()["completed"] is True
    assert first.json()["completed_at"] is not None
    assert client.post(url(task, "complete/")).json() == first.json()
    for _ in range(2):
        answer = client.post(url(task, "reopen/"))
        assert answer.status_code == 200
        assert (answer.json()["completed"], answer.json()["completed_at"]) == (False, None)
    assert [change.kind for change in task.changes.newest_first()] == [
        "reopened",
        "completed",
        "created",
    ]


def test_completed_can_be_set_beside_other_fields(client: APIClient, task: Task):
    answer = client.patch(url(task), {"completed": True, "title": "new"}).json()
    assert (answer["completed"], answer["title"]) == (True, "new")
    assert client.patch(url(task), {"completed": True}).json() == answer
    assert client.patch(url(task), {"completed": False}).json()["completed_at"] is None
    kinds = [change.kind for change in task.changes.newest_first()]
    assert kinds == ["reopened", "completed", "updated", "created"]
    assert client.post("/api/tasks/", {"title": "x", "completed": True}).json()["completed"] is True


def test_the_history_tells_every_change_newest_first(client: APIClient, task: Task):
    call_id = uuid4()
    task.edit(Origin("chat", call_id, act=call_id), due_time=time(9, 0))
    client.post(url(task, "complete/"))
    answer = client.get(url(task, "history/")).json()
    completed, updated, created = answer["results"]
    assert (answer["next"], answer["previous"]) == (None, None)
    assert updated == {
        "id": str(task.changes.get(kind="updated").pk),
        "task": str(task.pk),
        "list": None,
        "kind": "updated",
        "before": {"due_time": "17:30"},
        "after": {"due_time": "09:00"},
        "source": "chat",
        "format": "",
        "act": str(call_id),
        "tool_call_id": str(call_id),
        "conversation_id": None,
        "key": None,
        "undone": False,
        "created_at": updated["created_at"],
    }
    now = client.get(url(task)).json()
    assert completed["after"] == {"completed_at": now["completed_at"]}
    assert completed["created_at"].endswith("Z")
    assert completed["tool_call_id"] is None
    assert created["after"] == {
        **{name: now[name] for name in created["after"]},
        "due_time": "17:30",
    }


def test_the_history_comes_in_pages(client: APIClient, task: Task):
    for number in range(4):
        task.edit(API, title=f"{number}")
    page = client.get(url(task, "history/") + "?limit=3").json()
    rest = client.get(page["next"]).json()
    told = [change["after"]["title"] for change in page["results"] + rest["results"]]
    assert told == ["3", "2", "1", "0", "old"]


# What it costs: one query is the authentication


def test_a_list_is_one_query_whatever_its_length(
    client: APIClient, user: User, django_assert_num_queries
):
    for number in (1, 99):
        TaskFactory.create_batch(number, user=user)
        with django_assert_num_queries(2):
            page = client.get("/api/tasks/?limit=100&status=open&search=task&ordering=due")
    assert len(page.json()["results"]) == 100


@pytest.mark.parametrize(
    ("method", "act", "queries"),
    [
        ("GET", "", 2),
        ("GET", "history/", 3),
        # Then: begin, read again under lock (with its steps), change, journal, end; on PostgreSQL
        # it waits in line, and change and journal are one.
        ("PATCH", "", 7),
        ("PUT", "", 7),
        ("DELETE", "", 7),
        ("POST", "complete/", 7),
        # Then: begin, wait, read again under lock, end.
        ("POST", "reopen/", 5 + WAIT),
        ("POST", "restore/", 5 + WAIT),
    ],
)
def test_the_queries_of_one_task(
    client: APIClient, task: Task, method: str, act: str, queries: int, django_assert_num_queries
):
    with django_assert_num_queries(queries):
        assert call(client, method, url(task, act)).status_code < 300


def test_the_queries_of_a_new_task(client: APIClient, django_assert_num_queries):
    with django_assert_num_queries(5):
        client.post("/api/tasks/", {"title": "x"})
