"""Many tasks at once, over the real way of a turn."""

from datetime import date

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

    assert "Complete 60 tasks" in say(talk, user, "complete all")
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


@pytest.mark.parametrize(
    ("said", "field", "value"),
    [
        ("complete buy milk", "completed", True),
        ("move buy milk to 2030-01-05", "due_date", date(2030, 1, 5)),
        ("make buy milk high priority", "priority", "high"),
        ("delete buy milk and pay rent", "deleted", True),
    ],
)
def test_the_open_one_is_found_behind_many_that_are_done(
    user: User, said: str, field: str, value: object
) -> None:
    done = {"title": "Buy milk", "due_date": date(2026, 1, 1), "completed": True}
    for _ in range(55):
        Task.add(user, Origin("api"), **done)
    task = Task.add(user, Origin("api"), title="Buy milk")
    Task.add(user, Origin("api"), title="Pay rent")

    say(Conversation(user=user), user, said)

    task.refresh_from_db()
    found = task.deleted_at is not None if field == "deleted" else getattr(task, field)
    assert found == value
    assert Task.objects.filter(title="Buy milk", deleted_at=None).exclude(pk=task.pk).count() == 55


def test_deleted_tasks_are_all_counted(user: User) -> None:
    for task in tasks(user, 63):
        task.remove(Origin("api"))

    talk = Conversation(user=user)
    answer = say(talk, user, "restore everything")

    assert "Restore 63 tasks" in answer
    assert answer.count("?") == 1
    say(talk, user, "yes")
    assert Task.objects.filter(deleted_at=None).count() == 63


def test_what_is_open_is_told_where_many_of_its_name_are_done(user: User) -> None:
    for _ in range(55):
        Task.add(user, Origin("api"), title="Buy milk", due_date=date(2026, 1, 1), completed=True)
    Task.add(user, Origin("api"), title="Buy milk", priority="high")

    answer = say(Conversation(user=user), user, "is buy milk on my list?")

    assert "high priority" in answer
