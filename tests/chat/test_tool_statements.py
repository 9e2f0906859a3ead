"""What a tool call costs: its statements of data beyond those of a plain turn."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import Plays
from tests.factories import TaskFactory
from tests.fakes import call
from todos.models import Origin, Task, TaskList

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.only_on("postgresql")]

OF_TRANSACTIONS = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
COSTS: list[tuple[int, str, dict[str, Any]]] = [
    # The fence, which waits in line; what is read; what is written, with its record.
    (2, "create_task", {"title": "Gym", "due_date": "2030-01-05", "tags": "sport"}),
    (3, "create_task", {"title": "Gym", "list": "Home"}),
    (3, "complete_task", {"task_id": "open"}),
    (3, "reopen_task", {"task_id": "done"}),
    (3, "update_task", {"task_id": "open", "title": "Oat milk", "due_date": "2030-01-05"}),
    (3, "delete_task", {"task_id": "open"}),
    (3, "restore_task", {"task_id": "gone"}),
    (3, "list_tasks", {}),
    (3, "list_tasks", {"search": "milk", "due": "none"}),
    (3, "read_task", {"task_id": "open"}),
    (3, "edit_list", {"do": "create", "list": "Trip"}),
    # And the tasks with these words.
    (4, "complete_task", {"task_id": "milk"}),
    # Tasks and lists; tasks and how often they were moved.
    (4, "list_lists", {}),
    (4, "plan", {"span": "now"}),
    # Each task is written by itself, for each may fail by itself.
    (5, "create_task", {"tasks": [{"title": "A"}, {"title": "B"}, {"title": "C"}]}),
    (5, "complete_task", {"task_ids": ["open", "other"]}),
]


@pytest.fixture
def ids(user: User) -> dict[str, str]:
    TaskList.add(user, Origin("page"), name="Home")
    rows = {name: TaskFactory(user=user, title=f"{name} milk") for name in ("open", "other")}
    rows["done"] = TaskFactory(user=user, title="Done", completed=True)
    rows["gone"] = TaskFactory(user=user, title="Gone")
    rows["gone"].remove(Origin("page"))
    rows["milk"] = TaskFactory(user=user, title="Milk")
    return {name: "milk" if name == "milk" else str(row.pk) for name, row in rows.items()}


@pytest.mark.parametrize(
    ("most", "name", "arguments"), COSTS, ids=[f"{name}-{told}" for _, name, told in COSTS]
)
def test_a_tool_call_costs_few_statements(
    client: APIClient, plays: Plays, ids: dict[str, str], most: int, name: str, arguments: Any
) -> None:
    given = {key: _with(ids, value) for key, value in arguments.items()}
    _statements(client, plays, ["Yes."])
    plain = _statements(client, plays, ["Yes."])
    taken = _statements(client, plays, [call(name, **given)], ["Done."])

    beyond = taken[len(plain) // 2 :]
    assert len(taken) - len(plain) == most, "\n".join(beyond)


def test_it_costs_the_same_among_many_tasks(client: APIClient, plays: Plays, user: User) -> None:
    [task] = TaskFactory.create_batch(1, user=user)
    steps = [[call("complete_task", task_id=str(task.pk))], ["Done."]]
    _statements(client, plays, ["Yes."])
    among_few = _statements(client, plays, *steps)
    task.reopen(Origin("page"))
    Task.objects.bulk_create(Task(user=user, title=f"Task {n}", notes="x") for n in range(300))

    assert len(_statements(client, plays, *steps)) == len(among_few)


def _with(ids: dict[str, str], value: Any) -> Any:
    if isinstance(value, list):
        return [_with(ids, each) for each in value]
    return ids.get(value, value) if isinstance(value, str) else value


def _statements(client: APIClient, plays: Plays, *steps: Any) -> list[str]:
    plays(*steps)
    with CaptureQueriesContext(connection) as captured:
        answer = client.post("/api/chat/", {"message": "Do that with my milk, for Home."})
    calls = answer.json()["assistant_message"]["tool_calls"]
    assert all(each["status"] == "succeeded" for each in calls), calls
    told = [query["sql"] for query in captured]
    return [sql for sql in told if not sql.startswith(OF_TRANSACTIONS)]
