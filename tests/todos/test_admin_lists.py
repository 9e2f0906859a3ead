"""Operators look at lists, and delete and restore them, as everywhere."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import User
from tests.factories import TaskFactory, UserFactory
from tests.todos.placing import a_list, with_steps
from tests.todos.test_admin import CHANGES, PROPOSALS, TASKS, operator
from todos.models import Origin, Proposal, Task, TaskList
from todos.models.proposal import Status

__all__ = ["operator"]

LISTS = "/admin/todos/tasklist/"


@pytest.fixture
def user(db: None) -> User:
    return UserFactory(username="ada")


def run(client: Client, act: str, *lists: TaskList) -> Any:
    return client.post(LISTS, {"action": act, "_selected_action": [each.pk for each in lists]})


def found(client: Client, path: str) -> int:
    return int(client.get(path).context["cl"].result_count)


def test_lists_are_found_and_shown_and_not_changed(operator: Client, user: User) -> None:
    home = a_list(user, "Home <b>")
    a_list(UserFactory(), "Work")
    page = operator.get(f"{LISTS}{home.pk}/change/").content.decode()

    assert "Home &lt;b&gt;" in page
    assert 'name="_save"' not in page
    assert [found(operator, f"{LISTS}?q={text}") for text in ("home", "ada", "%00")] == [1, 1, 2]
    assert found(operator, f"{LISTS}?deleted_at__isempty=0") == 0
    assert operator.post(f"{LISTS}{home.pk}/change/", {"name": "x"}).status_code == 403
    assert found(operator, f"{CHANGES}?q=home") == 1


def test_lists_are_deleted_and_restored(operator: Client, user: User) -> None:
    home = a_list(user)
    TaskFactory(user=user, list=home)

    run(operator, "remove", home)
    run(operator, "remove", home)  # once more is no change
    assert Task.objects.for_user(user).get().list is None
    run(operator, "restore", home)

    lines = home.changes.newest_first()
    assert [(line.kind, line.source) for line in lines][:2] == [
        ("restored", "admin"),
        ("deleted", "admin"),
    ]


def test_a_list_whose_name_is_taken_is_named_and_stays(operator: Client, user: User) -> None:
    home = a_list(user)
    home.remove(Origin("api"))
    a_list(user, "HOME")

    answer = run(operator, "restore", home)

    assert [str(each) for each in get_messages(answer.wsgi_request)] == [
        "There is another list “Home”."
    ]
    assert TaskList.objects.get(pk=home.pk).deleted_at


def test_tasks_are_narrowed_by_their_place_and_tags(operator: Client, user: User) -> None:
    with_steps(user, "Pack", list=a_list(user), tags=["move"])
    TaskFactory(user=user, title="Rent")
    queries = {
        "?list__isempty=0": 2,
        "?tags__isempty=0": 1,
        "?tags__isempty=1": 2,
        "?parent__isempty=0": 1,
        "?q=move": 1,
        "?q=home": 2,
    }

    assert {query: found(operator, TASKS + query) for query in queries} == queries
    page = operator.get(f"{TASKS}?tags__isempty=0").content.decode()
    assert "move" in page
    assert "Home" in page


def test_the_queries_do_not_grow(
    operator: Client, user: User, django_assert_max_num_queries: Any
) -> None:
    a_list(user)
    with django_assert_max_num_queries(20) as few:
        operator.get(LISTS)
    for number in range(20):
        TaskFactory(user=user, list=a_list(user, f"List {number}"))
    with django_assert_max_num_queries(len(few)):
        operator.get(LISTS)


@pytest.mark.parametrize("also", [0, 1])
def test_a_task_and_its_steps_go_and_come_back_together(
    operator: Client, user: User, also: int
) -> None:
    """Though the steps are newer, and so stand before it; and also if they are not selected."""
    task, steps = with_steps(user, "Pack", "Rent")
    selected = [row.pk for row in (task, *steps[:also])]

    for act in ("remove", "restore"):
        operator.post(TASKS, {"action": act, "_selected_action": selected})

    assert set(Task.objects.for_user(user).filter(parent=task)) == set(steps)


def test_proposals_are_found_by_the_status_that_is_shown(operator: Client, user: User) -> None:
    delete = {"do": "delete", "tasks": [str(TaskFactory(user=user).pk)]}
    late, fresh = (Proposal.make(user, delete, Origin("api")) for _ in "12")
    Proposal.objects.filter(pk=late.pk).update(expires_at=late.created_at)
    fresh.reject()

    shown = {status: found(operator, f"{PROPOSALS}?status={status}") for status in Status.values}

    assert shown == {"open": 0, "approved": 0, "rejected": 1, "expired": 1, "outdated": 0}
