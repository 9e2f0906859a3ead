"""All that was done with a key is taken back: acts, newest first; what has moved on is left."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.keys import Key
from accounts.models import User
from tests.factories import TaskFactory
from tests.keys import client_with
from todos.models import Origin, Task, TaskChange

TASKS = "/api/tasks/"

pytestmark = pytest.mark.django_db


def take_back(client: APIClient, **body: Any) -> Any:
    answer = client.post(f"/api/keys/{Key.objects.get().pk}/undo/", body)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_acts_of_the_key_alone_go_back_and_only_once(client: APIClient, user: User) -> None:
    milk = TaskFactory(user=user, title="Milk")
    writer = client_with(user, "write")
    writer.patch(f"{TASKS}{milk.pk}/", {"title": "Oat milk"})
    writer.post(f"{TASKS}batch/", {"do": "create", "tasks": [{"title": "a"}, {"title": "b"}]})
    writer.patch(f"{TASKS}{milk.pk}/", {"priority": "high"})
    client.post(TASKS, {"title": "Mine"})
    Key.objects.revoke()

    told = take_back(client)

    assert [each["kind"] for each in told["undone"]] == ["updated", "created", "created", "updated"]
    assert {each["key"]["name"] for each in told["undone"]} == {"A client"}
    assert told["left"] == []
    kept = Task.objects.for_user(user).order_by("title").values_list("title", "priority")
    assert list(kept) == [("Milk", "none"), ("Mine", "none")]
    lines = TaskChange.objects.count()
    assert take_back(client) == {"undone": [], "left": []}
    assert TaskChange.objects.count() == lines


def test_what_has_moved_on_is_left_whole_and_told_and_the_rest_goes(
    client: APIClient, user: User
) -> None:
    writer = client_with(user, "write")
    moved, other = (writer.post(TASKS, {"title": name}).json()["id"] for name in ("a", "b"))
    both = {"do": "complete", "tasks": [moved, other]}
    act = writer.post(f"{TASKS}batch/", both).json()["act"]
    notes = writer.patch(f"{TASKS}{moved}/", {"notes": "rye"})["X-Act"]
    client.patch(f"{TASKS}{moved}/", {"completed": False, "title": "mine"})

    told = take_back(client)

    assert {each["act"] for each in told["undone"]} == {notes}
    assert [each["changed"] for each in told["left"]] == [[moved], [other], [moved]]
    assert told["left"][0]["act"] == act
    assert not Task.objects.get(pk=moved).completed
    assert Task.objects.get(pk=other).completed


def test_it_goes_back_to_a_time_and_no_further(client: APIClient, user: User) -> None:
    writer = client_with(user, "write")
    earlier, later = (writer.post(TASKS, {"title": name}).json()["id"] for name in ("a", "b"))
    hour = timezone.now() - timedelta(hours=1)
    TaskChange.objects.filter(task=earlier).update(created_at=hour)

    told = take_back(client, since=(hour + timedelta(minutes=1)).isoformat())

    assert [each["task"] for each in told["undone"]] == [later]
    assert [each["task"] for each in take_back(client, since=None)["undone"]] == [earlier]
    answer = client.post(f"/api/keys/{Key.objects.get().pk}/undo/", {"since": "yesterday"})
    assert answer.status_code == 400


def test_it_takes_few_statements_for_many_acts(client: APIClient, user: User) -> None:
    key = user.make_key("x", ["write"])
    for number in range(60):
        Task.add(user, Origin.by(key, "mcp"), title=f"task {number}")

    with CaptureQueriesContext(
        connection,
    ) as queries:
        told = take_back(client)

    assert len(told["undone"]) == 60
    assert len(queries) < 30


def test_no_key_does_it(user: User) -> None:
    writer = client_with(user, "write")

    answer = writer.post(f"/api/keys/{Key.objects.get().pk}/undo/", {})

    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
