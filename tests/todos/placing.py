"""Lists, tags and steps to try things with, and the rows that must be equal afterwards."""

from typing import Any

from accounts.models import User
from tests.factories import TaskFactory
from todos.models import Origin, Task, TaskChange, TaskList

MOVES_ON = ("updated_at", "version")


def a_list(user: User, name: str = "Home") -> TaskList:
    return TaskList.add(user, Origin("api"), name=name)


def with_steps(user: User, *titles: str, **fields: Any) -> tuple[Task, list[Task]]:
    task = TaskFactory(user=user, **{"title": "Move house"} | fields)
    return task, [TaskFactory(user=user, title=title, parent=task) for title in titles]


def exact(user: User) -> list[dict[str, Any]]:
    """All rows of lists and tasks that are there, but for when and how often they were changed."""
    return [
        {name: value for name, value in row.items() if name not in MOVES_ON}
        for model in (TaskList, Task)
        for row in model.objects.for_user(user).order_by("pk").values()
    ]


def undo(origin: Origin) -> list[TaskChange]:
    return TaskChange.objects.of_acts([origin.act]).undo(Origin("api"))


def shown(user: User) -> list[tuple[str, str | None, str | None, bool]]:
    """Title, list, whose step it is, and whether it is done."""
    tasks = Task.objects.for_user(user).order_by("title").select_related("list", "parent")
    return [
        (
            task.title,
            task.list and task.list.name,
            task.parent and task.parent.title,
            task.completed,
        )
        for task in tasks
    ]
