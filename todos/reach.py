"""What an operation would change, looked up before it is done."""

from collections.abc import Callable
from dataclasses import dataclass, field

from accounts.models import User
from todos.batch import Operation, key_of, lists_of, named
from todos.consent import is_wide
from todos.models.task import Task
from todos.models.task_list import TaskList


@dataclass(frozen=True, slots=True)
class Reach:
    """The operation without what is already so, or is not there; and with the names of its lists.

    ``steps`` go along with ``named``; what is to be made are tasks that are not saved.
    """

    operation: Operation
    named: list[Task] = field(default_factory=list)
    steps: list[Task] = field(default_factory=list)
    lists: list[TaskList] = field(default_factory=list)

    @property
    def tasks(self) -> list[Task]:
        return self.named + self.steps

    @property
    def is_nothing(self) -> bool:
        return not (self.tasks or self.lists)

    @property
    def is_wide(self) -> bool:
        """Tasks that move out of a list are changed; a list that goes with its tasks is deleted."""
        is_kept = self.operation["do"] == "delete_list" and self.operation["tasks"] == "keep"
        return is_wide("update" if is_kept else self.operation["do"], len(self.tasks))


def reach(user: User, operation: Operation) -> Reach:
    """Its tasks and lists are kept from others until the transaction ends."""
    if operation["do"] == "create":
        made = [Task(user=user, title=item["title"]) for item in operation["tasks"]]
        return Reach(operation, made)
    if operation["do"] in ("delete_list", "merge_list"):
        return _of_list(user, operation)
    return _of_tasks(user, operation)


def _of_tasks(user: User, operation: Operation) -> Reach:
    rows = Task.objects.with_deleted_for_user(user).held(named(operation))
    found = [(item, rows[key]) for item in operation["tasks"] if (key := key_of(item)) in rows]
    kept = [(item, row) for item, row in found if IS_TO_DO[operation["do"]](row)]
    tasks = [row for _, row in kept]
    steps = [step for step in _steps(user, operation["do"], tasks) if step not in tasks]
    return Reach(operation | {"tasks": [item for item, _ in kept]}, tasks, steps)


IS_TO_DO: dict[str, Callable[[Task], bool]] = {
    "update": lambda task: not task.deleted_at,
    "complete": lambda task: not task.deleted_at and not task.completed,
    "reopen": lambda task: not task.deleted_at and task.completed,
    "delete": lambda task: not task.deleted_at,
    "restore": lambda task: bool(task.deleted_at),
}


def _steps(user: User, do: str, tasks: list[Task]) -> list[Task]:
    """Those that are deleted or done along with the tasks."""
    steps = Task.objects.for_user(user).steps_of(tasks)
    return list(steps if do == "delete" else steps.with_status("open") if do == "complete" else ())


def _of_list(user: User, operation: Operation) -> Reach:
    rows = TaskList.objects.for_user(user).held(lists_of(operation))
    lists = [row for key in dict.fromkeys(lists_of(operation)) if (row := rows.get(key))]
    if len(lists) < len(set(lists_of(operation))):
        return Reach(operation)
    tasks = Task.objects.for_user(user).in_list(lists[0].pk)
    names = [row.name for row in lists]
    return Reach(operation | {"names": names}, list(tasks.order_by("pk")), [], lists)
