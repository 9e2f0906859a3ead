"""Taking back what was done."""

from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import ToolCall
from tests.conftest import Plays
from tests.factories import TaskFactory
from tests.fakes import call
from todos.models import Origin, Task, TaskChange

pytestmark = pytest.mark.django_db(transaction=True)


def undo(client: APIClient, change: TaskChange):
    return client.post(f"/api/changes/{change.pk}/undo/")


@pytest.mark.parametrize(
    ("change", "field", "before"),
    [
        (lambda task: task.edit(Origin("api"), title="Bread"), "title", "Milk"),
        (lambda task: task.edit(Origin("api"), due_date=None), "due_time", "17:00:00"),
        (lambda task: task.complete(Origin("api")), "completed_at", "None"),
        (lambda task: task.remove(Origin("api")), "deleted_at", "None"),
    ],
)
def test_a_change_is_taken_back(client: APIClient, user: User, change, field, before) -> None:
    task = TaskFactory(user=user, title="Milk", due_date="2026-12-03", due_time="17:00")
    change(task)

    answer = undo(client, task.changes.newest_first()[0])

    task.refresh_from_db()
    assert (answer.status_code, answer.json()["undone"]) == (200, True)
    assert str(getattr(task, field)) == before
    assert task.changes.newest_first()[0].kind == "undone"


def test_a_created_task_goes_away_again_and_an_undone_undo_brings_it_back(
    client: APIClient, user: User
) -> None:
    task = TaskFactory(user=user)

    undo(client, task.changes.get())
    task.refresh_from_db()
    assert task.deleted_at is not None
    undo(client, task.changes.newest_first()[0])

    task.refresh_from_db()
    assert task.deleted_at is None


def test_undoing_twice_is_undoing_once(client: APIClient, user: User) -> None:
    task = TaskFactory(user=user, title="Milk")
    task.edit(Origin("api"), title="Bread")
    change = task.changes.newest_first()[0]

    assert [undo(client, change).status_code for _ in range(2)] == [200, 200]

    assert task.changes.filter(kind="undone").count() == 1


def test_a_task_that_has_moved_on_is_left_alone(client: APIClient, user: User) -> None:
    task = TaskFactory(user=user, title="Milk")
    task.edit(Origin("api"), title="Bread")
    change = task.changes.newest_first()[0]
    task.edit(Origin("api"), title="Butter")

    answer = undo(client, change)

    task.refresh_from_db()
    assert (answer.status_code, answer.json()["code"]) == (409, "changed_since")
    assert task.title == "Butter"
    assert not task.changes.filter(kind="undone").exists()


def test_all_that_a_reply_did_is_taken_back_and_its_calls_show_it(
    client: APIClient, user: User, plays: Plays
) -> None:
    old = TaskFactory(user=user, title="Old")
    complete = call("complete_task", task_id=str(old.pk))
    plays([call("create_task", title="New"), complete, call("list_tasks")], ["Done."])
    body = client.post("/api/chat/", {"message": "do it"}).json()
    reply = body["assistant_message"]["id"]

    answer = client.post(f"/api/messages/{reply}/undo/")

    assert answer.status_code == 200
    assert [change["kind"] for change in answer.json()] == ["completed", "created"]
    assert {change["conversation_id"] for change in answer.json()} == {body["conversation_id"]}
    old.refresh_from_db()
    assert old.completed_at is None
    assert [task.title for task in Task.objects.for_user(user)] == ["Old"]
    shown = client.get(f"/api/conversations/{body['conversation_id']}/").json()["messages"][1]
    assert [made["undone"] for made in shown["tool_calls"]] == [True, True, False]
    assert client.post(f"/api/messages/{reply}/undo/").json() == []


def test_a_reply_is_taken_back_whole_or_not_at_all(
    client: APIClient, user: User, plays: Plays
) -> None:
    plays([call("create_task", title="A"), call("create_task", title="B")], ["Added."])
    body = client.post("/api/chat/", {"message": "a and b"}).json()
    Task.objects.get(title="A").edit(Origin("api"), title="Mine now")

    answer = client.post(f"/api/messages/{body['assistant_message']['id']}/undo/")

    assert answer.status_code == 409
    assert Task.objects.for_user(user).count() == 2
    assert not ToolCall.objects.exclude(undone_at=None).exists()


def test_a_reply_of_a_deleted_conversation_is_not_to_be_found(
    client: APIClient, plays: Plays
) -> None:
    plays([call("create_task", title="Milk")], ["Added milk."])
    said = client.post("/api/chat/", {"message": "Milk"}).json()
    client.delete(f"/api/conversations/{said['conversation_id']}/")

    answer = client.post(f"/api/messages/{said['assistant_message']['id']}/undo/")

    assert answer.status_code == 404
    assert Task.objects.get().deleted_at is None


def test_a_stranger_gets_404(
    client: APIClient, stranger_client: APIClient, user: User, plays: Plays, anonymous: APIClient
) -> None:
    plays([call("create_task", title="A")], ["Added."])
    reply = client.post("/api/chat/", {"message": "a"}).json()["assistant_message"]["id"]
    change = TaskChange.objects.get()

    for theirs, none in [
        (f"/api/changes/{change.pk}/undo/", f"/api/changes/{uuid4()}/undo/"),
        (f"/api/messages/{reply}/undo/", f"/api/messages/{uuid4()}/undo/"),
    ]:
        answers = [stranger_client.post(url) for url in (theirs, none)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].json()["detail"] == answers[1].json()["detail"]
        assert anonymous.post(theirs).status_code == 401

    assert Task.objects.get().deleted_at is None
