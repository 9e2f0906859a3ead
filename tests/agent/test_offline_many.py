"""Many tasks at once, over the real way of a turn."""

import pytest

from accounts.models import User
from conversations.models import Conversation, ToolCall
from tests.agent.dialogue import say
from todos.models import Origin, Task, TaskChange

pytestmark = pytest.mark.django_db(transaction=True)


def tasks(user: User, count: int) -> list[Task]:
    return [Task.add(user, Origin("api"), title=f"Task {n}") for n in range(1, count + 1)]


def test_all_of_sixty_are_named_and_completed_by_one_act(user: User) -> None:
    tasks(user, 60)
    talk = Conversation(user=user)

    assert "mark 60 tasks as done" in say(talk, user, "complete all")
    assert Task.objects.filter(completed_at=None).count() == 60
    answer = say(talk, user, "yes")

    assert not Task.objects.filter(completed_at=None).exists()
    assert "are finished" in answer
    assert TaskChange.objects.filter(kind="completed").values("act").distinct().count() == 1
    assert say(talk, user, "undo")
    assert Task.objects.filter(completed_at=None).count() == 60


def test_more_than_a_hundred_are_told_truly_and_left_alone(user: User) -> None:
    tasks(user, 103)

    answer = say(Conversation(user=user), user, "complete all")

    assert "103 tasks" in answer
    assert not Task.objects.exclude(completed_at=None).exists()


def test_twenty_lines_are_twenty_tasks_and_one_call(user: User) -> None:
    lines = "\n".join(f"- thing {n}" for n in range(1, 21))

    answer = say(Conversation(user=user), user, f"add these:\n{lines}")

    assert "Added 20 tasks" in answer
    assert Task.objects.for_user(user).count() == 20
    assert ToolCall.objects.filter(name="create_task").count() == 1
