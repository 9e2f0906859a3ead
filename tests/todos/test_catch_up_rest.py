"""What is overdue is due today, by one request; and each change tells the act that undoes it."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.calls import url
from todos.models import Origin, Task, TaskList

pytestmark = pytest.mark.django_db


def test_all_that_is_overdue_is_one_act(client: APIClient, user: User, stranger: User) -> None:
    today = user.local_now().date()
    home = TaskList.add(user, Origin("api"), name="Home")
    for owner, days, where in [(user, 3, home), (user, 2, None), (user, 0, None), (stranger, 3, 0)]:
        TaskFactory(user=owner, due_date=today - timedelta(days=days), list=where or None)

    told = client.post("/api/tasks/catch-up/", {"list": str(home.pk)})
    assert told.data["moved"] == 1
    told = client.post("/api/tasks/catch-up/")

    assert told.data == {"moved": 1, "act": told.data["act"]}
    assert str(told.data["act"]) == told["X-Act"]
    assert {task.due_date for task in Task.objects.for_user(user)} == {today}
    assert not Task.objects.for_user(stranger).filter(due_date=today).exists()
    assert client.post("/api/tasks/catch-up/").data == {"moved": 0, "act": None}
    client.post(f"/api/acts/{told['X-Act']}/undo/")
    assert Task.objects.for_user(user).due("overdue", user.local_now()).count() == 1


@pytest.mark.parametrize("body", [{"list": "attic"}, {"tag": "two words"}])
def test_bad_input_is_400(client: APIClient, body: dict[str, str]) -> None:
    assert client.post("/api/tasks/catch-up/", body).status_code == 400


def test_each_change_tells_the_act_that_undoes_it(client: APIClient) -> None:
    key = {"Idempotency-Key": "1"}
    made = client.post("/api/tasks/", {"title": "Milk"}, headers=key)
    again = client.post("/api/tasks/", {"title": "Milk"}, headers=key)
    assert made["X-Act"] == again["X-Act"]
    task = Task.objects.get()

    acts = [
        client.patch(url(task), {"title": "Oat milk"}),
        client.post(url(task, "complete/")),
        client.post(url(task, "reopen/")),
        client.delete(url(task)),
        client.post(url(task, "restore/")),
    ]
    known = {str(change.act) for change in task.changes.all()}
    assert {answer["X-Act"] for answer in [made, *acts]} == known

    for nothing in (
        client.get(url(task)),
        client.post(url(task, "reopen/")),
        client.patch(url(task), {"title": "Oat milk"}),
        client.patch(url(task), {"title": ""}),
    ):
        assert "X-Act" not in nothing
    client.post(f"/api/acts/{acts[0]['X-Act']}/undo/")
    task.refresh_from_db()
    assert task.title == "Milk"
