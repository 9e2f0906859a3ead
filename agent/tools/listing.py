"""The tools that look, and change nothing."""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, WithJsonSchema

from agent.tools.summaries import summary
from agent.tools.tool import (
    Day,
    Desk,
    Flag,
    InSmallLetters,
    ListName,
    Number,
    Priority,
    Result,
    Tag,
    TaskId,
    ToldElsewhere,
    Tool,
)
from todos.models import INBOX, Reminder, Task, TaskQuerySet
from todos.models.beside import tasks_by_day

LISTED_TASKS = 50
TOLD_ORDERINGS = "due, priority, -created_at, ..."


class ListTasks(Tool):
    """Look up tasks."""

    name = "list_tasks"
    changes = False
    status: Annotated[Literal["open", "done", "all", "deleted"], InSmallLetters] = "open"
    search: Annotated[str, Field(max_length=200)] = ""
    priority: Annotated[Priority, ToldElsewhere] | None = None
    due: Annotated[
        Literal["overdue", "today", "upcoming", "none"] | None,
        InSmallLetters,
    ] = None
    list: ListName | None = None
    tag: Tag | None = None
    parent: TaskId | None = None
    repeating: Flag | None = None
    ringing: Annotated[Literal["any", "due"] | None, InSmallLetters] = None
    due_from: Day | None = None
    due_to: Day | None = None
    completed_from: Day | None = None
    completed_to: Day | None = None
    created_from: Day | None = None
    created_to: Day | None = None
    ordering: Annotated[
        Literal[
            "due",
            "-due",
            "priority",
            "-priority",
            "created_at",
            "-created_at",
            "completed_at",
            "-completed_at",
            "title",
            "-title",
        ],
        InSmallLetters,
        WithJsonSchema({"type": "string", "description": TOLD_ORDERINGS}),
    ] = "due"
    offset: Annotated[Number, Field(ge=0, le=1_000_000)] = 0

    def act(self, desk: Desk) -> Result:
        shown = self._shown(desk)
        Reminder.objects.come_along(shown)
        made = bool(self.created_from or self.created_to or "created_at" in self.ordering)
        listed = [summary(task, desk.user, made=made) for task in shown]
        is_all = not self.offset and len(listed) < LISTED_TASKS
        total = len(listed) if is_all else self._tasks(desk).count()
        end = self.offset + LISTED_TASKS
        more = {"next_offset": end} if end < total else {}
        return (
            {"tasks": listed, "total": total}
            | more
            | (desk.ways_of(listed) if self.ringing else {})
        )

    def _shown(self, desk: Desk) -> Sequence[Task]:
        """What is asked for mostly has a query that is compiled once."""
        asked = self.model_dump(exclude_defaults=True)
        if asked.keys() <= {"status", "due"} and self.status != "deleted":
            now = desk.user.local_now()
            today, clock, status, due = now.date(), now.time(), self.status, self.due
            return tasks_by_day(desk.user, today, clock, status=status, due=due, limit=LISTED_TASKS)
        tasks = self._tasks(desk)
        if self.ordering == "due":  # along the index; there are no pages by keyset here
            tasks = tasks.in_due_order()
        return [*tasks[self.offset : self.offset + LISTED_TASKS]]

    def _tasks(self, desk: Desk) -> TaskQuerySet:
        rows = Task.objects.for_user(desk.user)
        if self.status == "deleted":
            rows = Task.objects.with_deleted_for_user(desk.user)
        places = {"list": self._list(desk), "parent": self._parent(desk)}
        filters = self.model_dump(exclude={"offset", "list", "parent"}) | places
        tasks = rows.listed(now=desk.user.local_now(), **filters)
        return tasks.select_related("list", "parent")

    def _list(self, desk: Desk) -> UUID | str | None:
        found = desk.list_named(self.list) if self.list else None
        return found.pk if found else self.list and INBOX

    def _parent(self, desk: Desk) -> UUID | None:
        return desk.task(self.parent, deleted_too=True).pk if self.parent else None


class ReadTask(Tool):
    """Tell whole notes and when made."""

    name = "read_task"
    changes = False
    task_id: TaskId

    def act(self, desk: Desk) -> Result:
        task = desk.task(self.task_id, deleted_too=True)
        return {"task": summary(task, desk.user, whole=True)}
