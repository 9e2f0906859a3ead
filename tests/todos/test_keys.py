"""What a key may do with tasks over REST, and what its changes tell."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from rest_framework.test import APIClient

from accounts.keys import Key
from accounts.models import User
from tests.factories import TaskFactory
from tests.keys import client_with
from todos.models import Origin, Proposal, Task, TaskChange, TaskList

TASKS = "/api/tasks/"

pytestmark = pytest.mark.django_db


def a_file() -> SimpleUploadedFile:
    return SimpleUploadedFile("tasks.csv", b"title\nBread\n")


def refused(answer: Any) -> bool:
    return (answer.status_code, answer.json().get("code")) == (403, "missing_scope")


@pytest.fixture
def task(user: User) -> Task:
    return TaskFactory(user=user, title="Milk")


def test_a_key_that_reads_reads_and_changes_nothing(user: User, task: Task) -> None:
    reader = client_with(user, "read")

    assert reader.get(f"{TASKS}{task.pk}/").status_code == 200
    assert reader.post(f"{TASKS}read/", {"text": "Milk tomorrow"}).status_code == 200
    assert refused(reader.post(TASKS, {"title": "Bread"}))
    assert refused(reader.patch(f"{TASKS}{task.pk}/", {"title": "Bread"}))
    assert refused(reader.post("/api/chat/", {"message": "Add bread"}))
    assert TaskChange.objects.count() == 1


def test_what_a_key_changes_names_it_and_is_foreign(user: User, client: APIClient) -> None:
    made = client_with(user, "write").post(TASKS, {"title": "Bread"}).json()
    client.patch(f"{TASKS}{made['id']}/", {"notes": "rye"})

    mine, its = client.get(f"{TASKS}{made['id']}/history/").json()["results"]

    key = Key.objects.get()
    assert (its["source"], its["key"]) == ("api", {"id": str(key.pk), "name": key.name})
    assert mine["key"] is None
    assert Task.objects.get().foreign
    assert client.post(f"/api/acts/{its['act']}/undo/").status_code == 409


def test_no_key_that_may_not_delete_deletes_by_any_door(
    user: User, client: APIClient, task: Task
) -> None:
    keeper = client_with(user, "write", "no_delete")
    task_list = TaskList.add(user, Origin("api"), name="Home")
    other = TaskList.add(user, Origin("api"), name="Work")
    weekly = {"due_date": "2026-12-01", "repeats": {"words": "every week"}}
    made = keeper.post(TASKS, {"title": "Bread", **weekly}).json()
    act = task.changes.get().its_act

    answers = [
        keeper.delete(f"{TASKS}{task.pk}/"),
        keeper.delete(f"/api/lists/{task_list.pk}/"),
        keeper.post(f"/api/lists/{task_list.pk}/merge/", {"into": str(other.pk)}),
        keeper.post(f"{TASKS}batch/", {"do": "delete", "tasks": [made["id"]]}),
        keeper.post(f"{TASKS}batch/", {"do": "delete", "where": {"search": "Milk"}}),
        keeper.post(f"/api/acts/{act}/undo/"),
        keeper.post(f"/api/changes/{task.changes.get().pk}/undo/"),
    ]

    assert all(map(refused, answers))
    done = keeper.post(f"{TASKS}{made['id']}/complete/").json()
    assert refused(keeper.post(f"{TASKS}{made['id']}/reopen/"))  # what follows would go
    assert done["next"]
    asked = client.delete(f"{TASKS}{task.pk}/?propose=true")
    assert asked.status_code == 204  # the person's own hand
    assert Task.objects.exclude(deleted_at=None).get() == task


@pytest.mark.parametrize(
    ("do", "method", "path", "body"),
    [
        ("create", "post", "", {"title": "Bread", "tags": ["shop"], "due_date": "2026-12-01"}),
        ("update", "patch", "{id}/", {"title": "Bread"}),
        ("update", "put", "{id}/", {"title": "Bread"}),
        ("update", "patch", "{id}/", {"completed": True}),
        ("complete", "post", "{id}/complete/", {}),
        ("delete", "delete", "{id}/", {}),
        ("complete", "post", "batch/", {"do": "complete", "where": {"status": "open"}}),
        ("create", "post", "batch/", {"do": "create", "tasks": [{"title": "Bread"}]}),
    ],
)
def test_a_key_that_asks_gets_a_proposal_and_the_person_says_yes(
    user: User, client: APIClient, task: Task, do: str, method: str, path: str, body: Any
) -> None:
    asks = client_with(user, "write", "ask")
    before = list(Task.objects.values())

    answer = getattr(asks, method)(TASKS + path.replace("{id}", str(task.pk)), body)

    assert answer.status_code == 202, answer.content
    proposal = answer.json()["proposal"]
    assert proposal["operation"]["do"] == do
    assert list(Task.objects.values()) == before
    yes = f"/api/proposals/{proposal['id']}/approve/"
    assert refused(asks.post(yes))
    assert list(Task.objects.values()) == before

    assert client.post(yes).json()["status"] == "approved"

    lines = TaskChange.objects.filter(act=Proposal.objects.get().act)
    assert {line.key for line in lines} == {Key.objects.get().pk}
    assert list(Task.objects.values()) != before
    assert Task.objects.filter(foreign=True).exists() == ("Bread" in str(body))


def test_it_is_asked_for_nothing_that_is_so_already_or_cannot_be(user: User, task: Task) -> None:
    asks = client_with(user, "write", "ask")

    assert asks.post(f"{TASKS}{task.pk}/reopen/").status_code == 200
    assert asks.patch(f"{TASKS}{task.pk}/", {"title": "Milk"}).status_code == 200
    answer = asks.patch(f"{TASKS}{task.pk}/", {"repeats": {"words": "every week"}})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "repeats")
    assert asks.post(TASKS, {"title": "x", "list": str(task.pk)}).status_code == 400
    again = {"do": "reopen", "tasks": [str(task.pk)]}
    assert asks.post(f"{TASKS}batch/", again).json()["act"] is None
    assert not Proposal.objects.exists()


def test_what_is_so_no_more_when_it_is_done_was_not_asked(user: User, task: Task) -> None:
    asks = client_with(user, "write", "ask")

    def the_person_comes_in_between(execute: Any, sql: str, *rest: Any) -> Any:
        done = execute(sql, *rest)
        if sql.startswith("ROLLBACK TO"):
            task.complete(Origin("page"))
        return done

    with connection.execute_wrapper(the_person_comes_in_between):
        answer = asks.post(f"{TASKS}{task.pk}/reopen/")

    assert refused(answer)
    assert Task.objects.get().completed


def test_what_cannot_be_asked_for_is_refused_and_says_where_it_is_done(
    user: User, client: APIClient, task: Task
) -> None:
    asks = client_with(user, "write", "ask")
    task_list = TaskList.add(user, Origin("api"), name="Home")
    act = task.changes.get().its_act

    answers = [
        asks.post("/api/lists/", {"name": "Work"}),
        asks.patch(f"/api/lists/{task_list.pk}/", {"name": "Work"}),
        asks.patch("/api/tags/shop/", {"name": "market"}),
        asks.post(f"{TASKS}{task.pk}/skip/"),
        asks.post(f"{TASKS}catch-up/"),
        asks.post(f"{TASKS}{task.pk}/reminders/", {"before_minutes": 5}),
        asks.post(f"/api/acts/{act}/undo/"),
        asks.post("/api/import/", {"file": a_file()}, format="multipart"),
    ]

    assert all(map(refused, answers))
    preview = {"file": a_file(), "preview": "true"}
    assert asks.post("/api/import/", preview, format="multipart").json()["would_make"] == 1
    assert "signed in" in answers[0].json()["detail"]
    assert TaskChange.objects.count() == 2
    assert asks.delete(f"/api/lists/{task_list.pk}/").status_code == 202
