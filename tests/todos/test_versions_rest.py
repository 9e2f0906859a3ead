"""The ETag of a task is its version, and If-Match says which one is meant."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import SignIn
from tests.factories import TaskFactory
from tests.todos.at_once import at_once
from tests.todos.calls import rows, url
from todos.models import Origin, Task

API = Origin("api")
METHODS = ("PATCH", "PUT", "DELETE")


def send(client: APIClient, method: str, task: Task, tags: str, title: str = "new") -> Any:
    body = None if method == "DELETE" else {"title": title}
    call = getattr(client, method.lower())
    return call(url(task), body, headers={"If-Match": tags})


def test_every_answer_with_one_task_has_its_version(client: APIClient) -> None:
    made = client.post("/api/tasks/", {"title": "Milk"})
    task = Task.objects.get()
    told = [
        made,
        client.get(url(task)),
        client.patch(url(task), {"title": "Oat milk"}),
        client.put(url(task), {"title": "Milk"}),
        client.post(url(task, "complete/")),
        client.post(url(task, "reopen/")),
        client.patch(url(task), {"due_date": "2031-03-03", "repeats": {"every": "day"}}),
        client.post(url(task, "skip/")),
    ]
    client.delete(url(task))
    told.append(client.post(url(task, "restore/")))

    assert [answer["ETag"] for answer in told] == [
        f'"{version}"' for version in (1, 1, 2, 3, 4, 5, 6, 7, 9)
    ]
    assert [answer.json()["version"] for answer in told] == [1, 1, 2, 3, 4, 5, 6, 7, 9]


def test_an_answer_that_comes_again_has_the_version_of_then(client: APIClient) -> None:
    key = {"Idempotency-Key": "k"}
    client.post("/api/tasks/", {"title": "Milk"}, headers=key)
    client.patch(url(Task.objects.get()), {"title": "Oat milk"})
    assert client.post("/api/tasks/", {"title": "Milk"}, headers=key)["ETag"] == '"1"'


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("tags", ['"2"', "*", '"1", "2"', 'W/"2", "2"', ' "7" , "2" '])
def test_what_fits_is_done(client: APIClient, task: Task, method: str, tags: str) -> None:
    task.edit(API, priority="high")
    assert send(client, method, task, tags).status_code in (200, 204)
    assert Task.objects.get().version == 3


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("tags", ['"1"', '"3"', '"1", "3"', 'W/"2"', '"*"', '"02"', '"2 "'])
def test_what_does_not_fit_is_412_and_does_nothing(
    client: APIClient, task: Task, method: str, tags: str
) -> None:
    task.edit(API, priority="high")
    kept = rows()
    answer = send(client, method, task, tags)
    assert (answer.status_code, answer.json()["code"]) == (412, "changed_since")
    assert answer["Content-Type"] == "application/problem+json"
    assert rows() == kept


@pytest.mark.parametrize("tags", ["1", "", "W/1", "'1'", '"1'])
def test_what_is_no_tag_is_400(client: APIClient, task: Task, tags: str) -> None:
    answer = send(client, "PATCH", task, tags)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "If-Match")
    assert Task.objects.get().version == 1


def test_what_changes_nothing_keeps_its_version(client: APIClient, task: Task) -> None:
    assert send(client, "PATCH", task, '"1"', title=task.title)["ETag"] == '"1"'


def test_there_and_back_is_another_version(client: APIClient, task: Task) -> None:
    change = client.patch(url(task), {"title": "new"})
    act = client.get(url(task, "history/")).json()["results"][0]["act"]
    client.post(f"/api/acts/{act}/undo/")

    assert change["ETag"] == '"2"'
    assert client.get(url(task))["ETag"] == '"3"'
    assert send(client, "PATCH", task, '"1"').status_code == 412


@pytest.mark.django_db(transaction=True)
def test_of_many_who_mean_one_version_one_does_it(user: User, sign_in: SignIn) -> None:
    task = TaskFactory(user=user)
    clients = [sign_in(user) for _ in range(20)]

    answers = at_once(lambda n: send(clients[n], "PATCH", task, '"1"', f"by {n}"), 20)

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19
    task.refresh_from_db()
    assert (task.version, task.changes.filter(kind="updated").count()) == (2, 1)


# With consent


def test_one_task_is_not_wide(client: APIClient, task: Task) -> None:
    assert client.delete(f"{url(task)}?propose=true").status_code == 204
    assert Task.objects.get().deleted_at


def test_a_task_with_many_steps_is(client: APIClient, task: Task) -> None:
    for number in range(3):
        TaskFactory(user=task.user, title=f"Step {number}", parent=task)

    answer = client.delete(f"{url(task)}?propose=true")

    assert answer.status_code == 202
    assert answer.json()["proposal"]["summary"] == "Delete 1 task with 3 steps: “old”"
    assert not Task.objects.exclude(deleted_at=None).exists()
    client.post(f"/api/proposals/{answer.json()['proposal']['id']}/approve/")
    assert not Task.objects.filter(deleted_at=None).exists()


@pytest.mark.parametrize("said", ["yes", "1", "True"])
def test_propose_is_true_or_false(client: APIClient, task: Task, said: str) -> None:
    assert client.delete(f"{url(task)}?propose={said}").status_code == 400
    assert not Task.objects.get().deleted_at
