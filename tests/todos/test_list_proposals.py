"""Whole lists, and what a proposal says in words."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.calls import rows
from todos import batch
from todos.models import Origin, Outdated, Proposal, Task, TaskChange, TaskList

API = Origin("api")


@pytest.fixture
def groceries(user: User) -> TaskList:
    made = TaskList.add(user, API, name="Groceries")
    for title in ("Milk", "Bread"):
        TaskFactory(user=user, title=title, list=made)
    return made


@pytest.fixture
def home(user: User) -> TaskList:
    return TaskList.add(user, API, name="Home")


def propose(user: User, do: str, **more: Any) -> Proposal:
    made = Proposal.make(user, {"do": do} | more, Origin("chat"))
    return Proposal.objects.get(pk=made.pk)


def kept_in(place: TaskList | None) -> list[str]:
    rows = Task.objects.filter(list=place, deleted_at=None).order_by("pk")
    return list(rows.values_list("title", flat=True))


def test_a_list_goes_with_its_tasks(user: User, groceries: TaskList) -> None:
    proposal = propose(user, "delete_list", list=str(groceries.pk), tasks="delete")
    assert proposal.summary == "Delete the list “Groceries” with its 2 tasks: “Milk”, “Bread”"
    assert len(proposal.tasks) == 2

    outcome = proposal.approve(Origin("api"))

    assert [bool(task.deleted_at) for task in outcome.done] == [True, True]
    assert TaskList.objects.exclude(deleted_at=None).get() == groceries
    TaskChange.objects.for_user(user).of_acts([outcome.act]).undo(API)
    assert kept_in(groceries) == ["Milk", "Bread"]


def test_a_list_goes_and_its_tasks_stay(user: User, groceries: TaskList) -> None:
    proposal = propose(user, "delete_list", list=str(groceries.pk), tasks="keep")
    assert proposal.summary.startswith(
        "Delete the list “Groceries” and move its 2 tasks to the Inbox: "
    )
    proposal.approve(Origin("api"))
    assert kept_in(None) == ["Milk", "Bread"]


def test_a_list_is_merged_into_another(user: User, groceries: TaskList, home: TaskList) -> None:
    proposal = propose(user, "merge_list", list=str(groceries.pk), into=str(home.pk))
    assert proposal.summary.startswith(
        "Delete the list “Groceries” and move its 2 tasks into “Home”: "
    )
    proposal.approve(Origin("api"))
    assert kept_in(home) == ["Milk", "Bread"]


@pytest.mark.parametrize("moved", ["renamed", "one more", "one less", "one changed"])
def test_where_the_list_has_moved_on_it_is_asked_anew(
    user: User, groceries: TaskList, moved: str
) -> None:
    proposal = propose(user, "delete_list", list=str(groceries.pk), tasks="delete")
    milk = Task.objects.get(title="Milk")
    if moved == "renamed":
        groceries.rename(API, "Food")
    elif moved == "one more":
        TaskFactory(user=user, title="Eggs", list=groceries)
    elif moved == "one less":
        milk.edit(API, list=None)
    else:
        milk.edit(API, title="Oat milk")
    kept = rows()

    with pytest.raises(Outdated) as outdated:
        proposal.approve(Origin("api"))

    assert rows() == kept
    said = outdated.value.renewed.summary.partition("Changed since: ")[2]
    assert (
        said
        == {
            "renamed": "“Groceries” is now “Food”",
            "one more": "“Eggs” is new in it",
            "one less": "“Milk” was changed",
            "one changed": "“Milk” is now “Oat milk”",
        }[moved]
    )
    outdated.value.renewed.approve(Origin("api"))


def test_a_list_that_is_gone_is_nothing_to_decide(user: User, groceries: TaskList) -> None:
    proposal = propose(user, "delete_list", list=str(groceries.pk), tasks="delete")
    groceries.remove(API)
    with pytest.raises(Outdated) as outdated:
        proposal.approve(Origin("api"))
    assert outdated.value.renewed is None


def test_the_list_of_a_stranger_is_none(user: User, stranger: User, groceries: TaskList) -> None:
    kept = rows()
    operation = {"do": "delete_list", "list": str(groceries.pk), "tasks": "delete"}
    outcome = batch.run(stranger, operation, Origin("api"))
    assert [each.code for each in outcome.failures] == ["not_found"]
    assert rows() == kept


def test_the_steps_that_go_along_are_in_it(user: User) -> None:
    move = TaskFactory(user=user, title="Move house")
    steps = [TaskFactory(user=user, title=title, parent=move) for title in ("Box", "Van", "Key")]
    steps[0].complete(API)
    named = [str(move.pk), str(steps[1].pk)]

    deleting = propose(user, "delete", tasks=named)
    completing = propose(user, "complete", tasks=named)

    assert deleting.summary == "Delete 2 tasks with 2 steps: “Move house”, “Van”"
    assert [task["title"] for task in deleting.tasks] == ["Move house", "Van", "Box", "Key"]
    assert [task["title"] for task in completing.tasks] == ["Move house", "Van", "Key"]
    assert Proposal.if_wide(user, {"do": "delete", "tasks": named[:1]}, API) is not None
    assert len(deleting.approve(Origin("api")).done) == 2
    assert Task.objects.filter(deleted_at=None).count() == 0


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (
            [{"due_date": "2026-12-01", "priority": "high"}] * 2,
            "due date 2026-12-01, priority high",
        ),
        ([{"due_date": None, "due_time": None}] * 2, "no due date, no due time"),
        ([{"title": "A"}, {"title": "B"}], "each its title"),
        ([{"tags": ["home", "work"], "duration_minutes": 30}] * 2, "duration 30, tags home, work"),
        ([{"completed": True, "priority": "none"}] * 2, "done, no priority"),
        ([{"notes": "x"}, {}], "each its notes"),
        ([{"append_notes": "x"}] * 2, "more notes"),
        ([{"list": None}] * 2, "to the Inbox"),
        ([{"repeats": {"every": "day"}, "due_date": "2026-12-01"}] * 2, "repeats every day"),
    ],
)
def test_it_says_what_all_of_them_get(user: User, fields: list[dict], words: str) -> None:
    items = [{"id": str(TaskFactory(user=user, title="x").pk)} | each for each in fields]
    summary = propose(user, "update", tasks=items).summary
    assert summary.startswith("Change 2 tasks (")
    assert words in summary


def test_it_says_the_name_of_the_list_they_move_to(user: User, home: TaskList) -> None:
    items = [{"id": str(TaskFactory(user=user).pk), "list": str(home.pk)} for _ in range(11)]
    proposal = Proposal.if_wide(user, {"do": "update", "tasks": items}, API)
    assert proposal.summary.startswith("Change 11 tasks (to the list “Home”): ")
    proposal.approve(Origin("api"))
    assert len(kept_in(home)) == 11


def test_where_that_list_is_gone_nothing_is_done(user: User, home: TaskList) -> None:
    items = [{"id": str(TaskFactory(user=user).pk), "list": str(home.pk)} for _ in range(11)]
    proposal = propose(user, "update", tasks=items)
    home.remove(API)
    kept = rows()
    with pytest.raises(Outdated) as outdated:
        proposal.approve(Origin("api"))
    assert outdated.value.renewed is None
    assert rows() == kept


@pytest.mark.parametrize(
    ("tasks", "number", "wide"), [("keep", 10, False), ("keep", 11, True), ("delete", 1, True)]
)
def test_how_wide_a_list_is(
    user: User, home: TaskList, tasks: str, number: int, wide: bool
) -> None:
    for _ in range(number):
        TaskFactory(user=user, list=home)
    operation = {"do": "delete_list", "list": str(home.pk), "tasks": tasks}
    assert (Proposal.if_wide(user, operation, API) is not None) is wide


def test_a_list_is_deleted_over_rest_by_consent(client: APIClient, groceries: TaskList) -> None:
    url = f"/api/lists/{groceries.pk}/"
    asked = client.delete(f"{url}?tasks=delete&propose=true")

    assert asked.status_code == 202
    assert asked.json()["proposal"]["summary"].startswith("Delete the list “Groceries” with its 2 ")
    assert len(kept_in(groceries)) == 2
    client.post(f"/api/proposals/{asked.json()['proposal']['id']}/approve/")
    assert kept_in(groceries) == []
    client.post(f"{url}restore/")
    assert client.delete(f"{url}?propose=true").status_code == 204
    assert kept_in(None) == ["Milk", "Bread"]


def test_a_list_costs_as_many_statements_however_long_it_is(user: User) -> None:
    numbers = set()
    for length in (4, 40):
        made = TaskList.add(user, API, name=f"{length} tasks")
        for _ in range(length):
            TaskFactory(user=user, list=made)
        proposal = propose(user, "delete_list", list=str(made.pk), tasks="delete")
        with CaptureQueriesContext(connection) as queries:
            proposal.approve(Origin("api"))
        numbers.add(len(queries))
    assert len(numbers) == 1


@pytest.mark.parametrize(("source", "foreign"), [("chat", False), ("key", True)])
def test_words_of_others_stay_foreign_whoever_says_yes(
    user: User, source: str, foreign: bool
) -> None:
    items = [{"title": f"Task {number}", "due_date": "2026-12-01"} for number in range(11)]
    made = Proposal.make(user, {"do": "create", "tasks": items}, Origin(source))
    made.approve(Origin("page"))
    assert set(Task.objects.values_list("foreign", "due_date")) == {(foreign, date(2026, 12, 1))}
