"""Tools and other hands change the same tasks at the same moment."""

import pytest

from accounts.line import in_line
from accounts.models import User
from tests.agent.test_tools import use
from tests.factories import TaskFactory, UserFactory
from tests.todos.at_once import at_once
from todos.models import Origin, Task, TaskChange

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10


def test_a_tool_and_a_request_for_one_task_wait_for_each_other() -> None:
    pk = TaskFactory(user=UserFactory()).pk

    def by_tool(user: User) -> None:
        with in_line(user.pk, whole=True):
            use(user, "update_task", task_id=str(pk), append_notes="tool")

    def by_hand(user: User) -> None:
        Task.objects.get(pk=pk).edit(Origin("api"), append_notes="hand")

    def act(number: int) -> None:
        user = User.objects.get()
        for _ in range(ROUNDS):
            (by_tool if number % 2 else by_hand)(user)

    at_once(act)

    assert len(Task.objects.get().notes.split()) == 4 * ROUNDS
    assert TaskChange.objects.count() == 4 * ROUNDS + 1
