"""``/api/proposals/``."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from tests.conftest import SignIn
from tests.factories import TaskFactory
from tests.todos.at_once import at_once
from tests.todos.calls import rows
from todos.models import Origin, Proposal, Reminder, Task, TaskChange

API = Origin("api")
NAMES = ("Milk", "Bread", "Eggs", "Soap")


@pytest.fixture
def tasks(user: User) -> list[Task]:
    return [TaskFactory(user=user, title=name) for name in NAMES]


@pytest.fixture
def proposal(tasks: list[Task]) -> Proposal:
    operation = {"do": "delete", "tasks": [str(task.pk) for task in tasks]}
    return Proposal.make(tasks[0].user, operation, Origin("chat", conversation_id=uuid4()))


def decide(client: APIClient, proposal: Any, how: str = "approve") -> Any:
    key = proposal["id"] if isinstance(proposal, dict) else proposal.pk
    return client.post(f"/api/proposals/{key}/{how}/")


def test_it_is_told_whole(client: APIClient, proposal: Proposal, tasks: list[Task]) -> None:
    body = client.get(f"/api/proposals/{proposal.pk}/").json()

    assert body == {
        "id": str(proposal.pk),
        "status": "open",
        "summary": "Delete 4 tasks: “Milk”, “Bread”, “Eggs”, “Soap”",
        "operation": {"do": "delete", "tasks": [str(task.pk) for task in tasks]},
        "tasks": [{"id": str(task.pk), "title": task.title, "version": 1} for task in tasks],
        "conversation_id": str(proposal.conversation_id),
        "source": "chat",
        "created_at": body["created_at"],
        "expires_at": body["expires_at"],
        "decided_at": None,
        "act": None,
    }
    assert client.get("/api/proposals/").json()["results"] == [body]


def test_the_list_is_narrowed_by_status(client: APIClient, proposal: Proposal) -> None:
    def found(status: str) -> int:
        return len(client.get(f"/api/proposals/?status={status}").json()["results"])

    assert (found("open"), found("rejected"), found("")) == (1, 0, 1)
    decide(client, proposal, "reject")
    assert (found("open"), found("rejected")) == (0, 1)
    answer = client.get("/api/proposals/?status=maybe")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "status")


def test_a_yes_is_told_and_may_be_repeated(client: APIClient, proposal: Proposal) -> None:
    first = decide(client, proposal)
    kept = rows()
    again = decide(client, proposal)

    assert (first.status_code, first.json()["status"]) == (200, "approved")
    assert first.json()["decided_at"]
    assert again.json() == first.json()
    assert rows() == kept
    assert Task.objects.filter(deleted_at=None).count() == 0
    assert {change.source for change in TaskChange.objects.filter(kind="deleted")} == {"api"}


def test_a_no_is_told_and_may_be_repeated(client: APIClient, proposal: Proposal) -> None:
    kept = rows()
    for _ in range(2):
        answer = decide(client, proposal, "reject")
        assert (answer.status_code, answer.json()["status"]) == (200, "rejected")
    assert rows() == kept


@pytest.mark.parametrize(("first", "then"), [("approve", "reject"), ("reject", "approve")])
def test_it_is_decided_once(client: APIClient, proposal: Proposal, first: str, then: str) -> None:
    decide(client, proposal, first)
    kept = rows()
    answer = decide(client, proposal, then)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")
    assert rows() == kept


@pytest.mark.parametrize("how", ["approve", "reject"])
def test_what_has_expired_is_409(user: User, sign_in: SignIn, proposal: Proposal, how: str) -> None:
    kept = rows()
    with time_machine.travel(timezone.now() + timedelta(days=1, seconds=1), tick=False):
        answer = decide(sign_in(user), proposal, how)
        shown = sign_in(user).get(f"/api/proposals/{proposal.pk}/").json()
    assert (answer.status_code, answer.json()["code"]) == (409, "expired")
    assert shown["status"] == "expired"
    assert rows() == kept


def test_where_a_task_moved_on_there_is_a_new_one(
    client: APIClient, proposal: Proposal, tasks: list[Task]
) -> None:
    tasks[0].edit(API, title="Oat milk")
    kept = rows()

    answer = decide(client, proposal)

    assert (answer.status_code, answer.json()["code"]) == (409, "outdated")
    renewed = answer.json()["proposal"]
    assert renewed["tasks"][0] == {"id": str(tasks[0].pk), "title": "Oat milk", "version": 2}
    assert renewed["summary"].endswith("Changed since: “Milk” is now “Oat milk”")
    assert rows() == kept
    assert decide(client, proposal).json()["proposal"] == renewed
    assert decide(client, proposal, "reject").json()["code"] == "outdated"
    assert decide(client, renewed).status_code == 200
    assert Task.objects.filter(deleted_at=None).count() == 0


def test_where_all_is_gone_there_is_none(
    client: APIClient, proposal: Proposal, tasks: list[Task]
) -> None:
    for task in tasks:
        task.remove(API)
    assert decide(client, proposal).json()["proposal"] is None


def test_nothing_of_it_can_be_altered(client: APIClient, proposal: Proposal) -> None:
    for method in (client.put, client.patch, client.delete):
        assert method(f"/api/proposals/{proposal.pk}/", {"status": "open"}).status_code == 405
    answer = client.post(
        f"/api/proposals/{proposal.pk}/reject/",
        {"operation": {"do": "restore"}, "tasks": [], "expires_at": "2036-01-01T00:00:00Z"},
    )
    assert answer.json()["operation"] == proposal.operation


@pytest.mark.django_db(transaction=True)
def test_of_a_hundred_who_say_yes_at_once_one_does_it(
    user: User, sign_in: SignIn, proposal: Proposal
) -> None:
    clients = [sign_in(user) for _ in range(100)]

    answers = at_once(lambda number: decide(clients[number], proposal), 100)

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["act"] for answer in answers}) == 1
    assert TaskChange.objects.filter(kind="deleted").count() == 4


@pytest.mark.parametrize(("do", "day"), [("create", None), ("update", "2031-05-01")])
def test_a_reminder_is_counted_from_when_it_was_asked_for(
    sign_in: SignIn, user: User, do: str, day: str | None
) -> None:
    fields = {"due_date": day, "reminders": [{"words": "in an hour"}, {"before_minutes": 5}]}
    made = [TaskFactory(user=user) for _ in range(11 if do == "update" else 0)]
    items = [{"id": str(task.pk)} for task in made] or [{"title": str(n)} for n in range(11)]
    body = {"do": do, "tasks": items, "set": fields, "propose": True}
    with time_machine.travel("2031-04-10T12:30:00Z", tick=False):
        asked = sign_in(user).post("/api/tasks/batch/", body).json()["proposal"]
    with time_machine.travel("2031-04-10T13:00:00Z", tick=False):
        assert decide(sign_in(user), asked).json()["status"] == "approved"

    rows_by_moment = Reminder.objects.exclude(moment=None).order_by("moment")
    assert {f"{row.moment:%d %H:%M}" for row in rows_by_moment[:11]} == {"10 13:30"}
    assert do == "create" or "in an hour" in asked["summary"]


@pytest.mark.django_db(transaction=True)
def test_of_yes_and_no_at_once_one_holds(user: User, sign_in: SignIn, proposal: Proposal) -> None:
    clients = [sign_in(user) for _ in range(8)]

    answers = at_once(
        lambda number: decide(clients[number], proposal, ("approve", "reject")[number % 2]), 8
    )

    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [409] * 4
    done = Task.objects.exclude(deleted_at=None).count()
    assert (Proposal.objects.get().status, done) in (("approved", 4), ("rejected", 0))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_again", range(4))
def test_a_change_at_the_same_moment_comes_before_or_after(
    user: User, sign_in: SignIn, proposal: Proposal, tasks: list[Task], _again: int
) -> None:
    deciding, editing = sign_in(user), sign_in(user)

    def act(number: int) -> Any:
        if number == 0:
            return decide(deciding, proposal)
        return editing.patch(f"/api/tasks/{tasks[-1].pk}/", {"notes": "x"})

    yes, edit = at_once(act, 2)

    gone = Task.objects.exclude(deleted_at=None).count()
    assert (yes.status_code, edit.status_code, gone) in ((409, 200, 0), (200, 404, 4))
