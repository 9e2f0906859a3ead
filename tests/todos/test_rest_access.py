"""Whose tasks can be seen and changed, and which of their fields."""

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.todos.calls import ROUTES, call, last_change, rows, url
from todos.models import Origin, Task

API = Origin("api")


@pytest.mark.parametrize(("method", "act"), ROUTES)
@pytest.mark.parametrize("deleted", [False, True])
def test_a_stranger_gets_404(
    client: APIClient, stranger_client: APIClient, task: Task, method: str, act: str, deleted: bool
):
    if deleted:
        task.remove(API)
    before = rows()
    answer = call(stranger_client, method, url(task, act))
    nobodys = call(stranger_client, method, f"/api/tasks/{uuid4()}/{act}")
    assert answer.status_code == nobodys.status_code == 404
    assert answer.json() == {**nobodys.json(), "request_id": answer.json()["request_id"]}
    assert answer.json()["code"] == "not_found"
    assert rows() == before


def test_a_stranger_does_not_see_it_in_the_list(stranger_client: APIClient, task: Task):
    assert stranger_client.get("/api/tasks/?search=old").json()["results"] == []


@pytest.mark.parametrize(("method", "act"), ROUTES)
def test_the_anonymous_get_401(anonymous: APIClient, task: Task, method: str, act: str):
    before = rows()
    answer = call(anonymous, method, url(task, act))
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    assert rows() == before


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_anonymous_have_no_list(anonymous: APIClient, db: None, method: str):
    assert call(anonymous, method, "/api/tasks/").status_code == 401


@pytest.mark.parametrize(("method", "act"), ROUTES)
@pytest.mark.parametrize("pk", ["x", "1", "%00", "0199a3c4-7d1e-7c3a-9b57", "a.b"])
def test_what_is_no_id_is_404_in_json(client: APIClient, method: str, act: str, pk: str):
    answer = call(client, method, f"/api/tasks/{pk}/{act}")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize(
    ("method", "act"),
    [("POST", ""), ("GET", "complete/"), ("GET", "restore/"), ("PUT", "history/")],
)
def test_other_methods_are_405(client: APIClient, task: Task, method: str, act: str):
    answer = call(client, method, url(task, act))
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("write", ["patch", "put"])
def test_what_is_not_the_users_to_set_is_ignored(
    client: APIClient, stranger: User, task: Task, write: str
):
    before = Task.objects.values().get()
    moment = "2020-01-01T00:00:00Z"
    answer = getattr(client, write)(
        url(task),
        {
            "title": "new",
            "notes": "kept",
            "due_date": "2026-11-20",
            "due_time": "17:30",
            "id": str(uuid4()),
            "user": stranger.pk,
            "user_id": stranger.pk,
            "created_at": moment,
            "updated_at": moment,
            "completed_at": moment,
            "deleted_at": moment,
            "origin": "admin",
            "is_staff": True,
        },
    )
    assert answer.status_code == 200
    after = Task.objects.values().get()
    assert after == {**before, "title": "new", "updated_at": after["updated_at"], "version": 2}
    assert after["updated_at"] > before["updated_at"]
    assert last_change(task)[3] == "api"


def test_a_task_deleted_between_reading_and_changing_is_404(
    client: APIClient, task: Task, monkeypatch
):
    lock = Task._lock

    def somebody_is_faster(self: Task, **options) -> None:
        monkeypatch.setattr(Task, "_lock", lock)
        Task.objects.get(pk=self.pk).remove(API)
        self._lock(**options)

    for method, act in ROUTES[1:-1]:
        if act == "restore/":
            continue
        monkeypatch.setattr(Task, "_lock", somebody_is_faster)
        answer = call(client, method, url(task, act))
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        client.post(url(task, "restore/"))
