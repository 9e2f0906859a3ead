"""Wide changes that meet: one is done after the other, each whole, and none waits for ever."""

from typing import Any

import pytest

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.at_once import at_once
from todos import batch
from todos.models import AlreadyDecided, Origin, Proposal, Task, TaskChange, TaskList

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.no_cover]

MANY = 100


def test_a_hundred_who_say_yes_at_once_have_it_done_once(user: User) -> None:
    tasks = [TaskFactory(user=user, title=f"{n}") for n in range(4)]
    named = [str(task.pk) for task in tasks]
    asked = Proposal.make(user, {"do": "delete", "tasks": named}, Origin("chat")).pk
    proposals = [Proposal.objects.get(pk=asked) for _ in range(MANY)]

    outcomes = at_once(lambda number: proposals[number].approve(Origin("page")), MANY)

    assert sorted(len(outcome.done) for outcome in outcomes) == [0] * (MANY - 1) + [4]
    assert len({outcome.act for outcome in outcomes}) == 1
    assert TaskChange.objects.filter(kind="deleted").count() == 4


def test_of_a_yes_and_a_no_at_once_one_is_said(user: User) -> None:
    task = TaskFactory(user=user)
    asked = Proposal.make(user, {"do": "delete", "tasks": [str(task.pk)]}, Origin("chat")).pk

    def decide(number: int) -> str:
        proposal = Proposal.objects.get(pk=asked)
        try:
            proposal.approve(Origin("page")) if number % 2 else proposal.reject()
        except AlreadyDecided:
            return ""
        return "approved" if number % 2 else "rejected"

    said = set(at_once(decide, 8)) - {""}

    assert said == {Proposal.objects.get().status}
    assert (said == {"approved"}) == (Task.objects.get().deleted_at is not None)


def test_batches_over_the_same_tasks_in_another_order_are_all_done(user: User) -> None:
    keys = [str(TaskFactory(user=user).pk) for _ in range(MANY)]

    def change(number: int) -> Any:
        order = keys if number % 2 else keys[::-1]
        items = [{"id": key, "title": f"{number}"} for key in order]
        return batch.run(user, {"do": "update", "tasks": items}, Origin("api"))

    outcomes = at_once(change, 4)

    assert [(len(outcome.done), outcome.failures) for outcome in outcomes] == [(MANY, [])] * 4
    assert len(set(Task.objects.values_list("title", flat=True))) == 1


def test_a_list_that_is_deleted_while_tasks_go_into_it_leaves_none_in_it(user: User) -> None:
    task_list = TaskList.add(user, Origin("api"), name="Home")
    keys = [str(TaskFactory(user=user).pk) for _ in range(9)]
    items = [{"id": key, "list": str(task_list.pk)} for key in keys]

    def act(number: int) -> Any:
        if number:
            return batch.run(user, {"do": "update", "tasks": items}, Origin("api"))
        return TaskList.objects.get(pk=task_list.pk).remove(Origin("page"))

    at_once(act, 3)

    assert not Task.objects.filter(deleted_at=None, list__deleted_at__isnull=False).exists()
