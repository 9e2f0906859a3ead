"""An act is taken back whole: all that one request, or one tool call, has changed."""

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


def say(client: APIClient, text: str = "do it") -> dict:
    return client.post("/api/chat/", {"message": text}).json()["assistant_message"]


def three(plays: Plays) -> None:
    tasks = [{"title": title, "completed": title == "B"} for title in "ABC"]
    plays([call("create_task", tasks=tasks)], ["Added."])


def test_all_that_one_call_has_changed_is_one_act(client: APIClient, plays: Plays) -> None:
    three(plays)
    [made] = say(client)["tool_calls"]

    answer = client.post(f"/api/acts/{made['id']}/undo/")

    undone = answer.json()["undone"]
    assert [change["kind"] for change in undone] == ["created", "completed", "created", "created"]
    assert {change["act"] for change in undone} == {made["id"]}
    assert not Task.objects.filter(deleted_at=None).exists()
    assert ToolCall.objects.get().undone_at is not None
    assert client.post(f"/api/acts/{made['id']}/undo/").json() == {"undone": []}


def test_each_address_takes_the_whole_act_back(client: APIClient, plays: Plays) -> None:
    three(plays)
    reply = say(client)
    change = TaskChange.objects.filter(kind="completed").get()

    answer = client.post(f"/api/changes/{change.pk}/undo/")

    assert (answer.status_code, answer.json()["undone"]) == (200, True)
    assert not Task.objects.filter(deleted_at=None).exists()
    assert client.post(f"/api/messages/{reply['id']}/undo/").json() == []


def test_a_reply_of_several_acts_is_taken_back_by_its_address(
    client: APIClient, user: User, plays: Plays
) -> None:
    old = TaskFactory(user=user)
    ids = [str(old.pk), str(TaskFactory(user=user).pk)]
    plays([call("create_task", title="New"), call("complete_task", task_ids=ids)], ["Done."])
    reply = say(client)

    undone = client.post(f"/api/messages/{reply['id']}/undo/").json()

    assert [change["kind"] for change in undone] == ["completed", "completed", "created"]
    assert Task.objects.for_user(user).with_status("open").count() == 2


def test_an_act_whose_task_has_moved_on_stays_whole_and_the_task_is_named(
    client: APIClient, plays: Plays
) -> None:
    three(plays)
    [made] = say(client)["tool_calls"]
    moved = Task.objects.get(title="B")
    moved.edit(Origin("page"), title="Mine now")

    answer = client.post(f"/api/acts/{made['id']}/undo/")

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "changed_since")
    assert problem["changed"] == [str(moved.pk)]
    assert Task.objects.filter(deleted_at=None).count() == 3
    assert not TaskChange.objects.exclude(undone_at=None).exists()


def test_a_request_is_one_act_however_much_it_changes(client: APIClient, user: User) -> None:
    task = TaskFactory(user=user, title="Milk")
    client.patch(f"/api/tasks/{task.pk}/", {"title": "Bread", "completed": True})
    act = client.get(f"/api/tasks/{task.pk}/history/").json()["results"][0]["act"]

    undone = client.post(f"/api/acts/{act}/undo/").json()["undone"]

    assert [change["kind"] for change in undone] == ["completed", "updated"]
    task.refresh_from_db()
    assert (task.title, task.completed) == ("Milk", False)


def test_two_requests_are_two_acts(client: APIClient, user: User) -> None:
    task = TaskFactory(user=user)
    for what in ("complete", "reopen", "complete"):
        client.post(f"/api/tasks/{task.pk}/{what}/")

    acts = [each["act"] for each in client.get(f"/api/tasks/{task.pk}/history/").json()["results"]]

    assert len(set(acts)) == 4


def test_a_row_from_before_there_were_acts_stands_alone(client: APIClient, user: User) -> None:
    task = TaskFactory(user=user, title="Milk")
    task.edit(Origin("api"), title="Bread")
    task.complete(Origin("api"))
    TaskChange.objects.update(act=None)
    change = TaskChange.objects.get(kind="completed")
    told = client.get(f"/api/tasks/{task.pk}/history/").json()["results"][0]

    assert told["act"] == str(change.pk)
    undone = client.post(f"/api/acts/{change.pk}/undo/").json()["undone"]

    assert [each["kind"] for each in undone] == ["completed"]
    task.refresh_from_db()
    assert (task.title, task.completed) == ("Bread", False)


def test_what_was_undone_can_be_brought_back_as_an_act(client: APIClient, plays: Plays) -> None:
    three(plays)
    [made] = say(client)["tool_calls"]
    client.post(f"/api/acts/{made['id']}/undo/")
    act = TaskChange.objects.filter(kind="undone").first().act

    client.post(f"/api/acts/{act}/undo/")

    assert Task.objects.filter(deleted_at=None).count() == 3
    assert Task.objects.get(title="B").completed


def test_an_act_of_somebody_else_is_not_to_be_found(
    client: APIClient, stranger_client: APIClient, anonymous: APIClient, plays: Plays
) -> None:
    three(plays)
    [made] = say(client)["tool_calls"]

    theirs, none = (stranger_client.post(f"/api/acts/{act}/undo/") for act in (made["id"], uuid4()))

    assert (theirs.status_code, none.status_code) == (404, 404)
    assert theirs.json()["detail"] == none.json()["detail"]
    assert anonymous.post(f"/api/acts/{made['id']}/undo/").status_code == 401
    assert Task.objects.filter(deleted_at=None).count() == 3
