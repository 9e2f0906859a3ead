"""The tools that look, and change nothing."""

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
from todos.models import INBOX, Reminder, Task

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
        rows = Task.objects.for_user(desk.user)
        if self.status == "deleted":
            rows = Task.objects.with_deleted_for_user(desk.user)
        places = {"list": self._list(desk), "parent": self._parent(desk)}
        filters = self.model_dump(exclude={"offset", "list", "parent"}) | places
        tasks = rows.listed(now=desk.user.local_now(), **filters).select_related("list", "parent")
        if self.ordering == "due":  # along the index; there are no pages by keyset here
            tasks = tasks.in_due_order()
        end = self.offset + LISTED_TASKS
        made = bool(self.created_from or self.created_to or "created_at" in self.ordering)
        shown = [*tasks[self.offset : end]]
        Reminder.objects.come_along(shown)
        listed = [summary(task, desk.user, made=made) for task in shown]
        is_all = not self.offset and len(listed) < LISTED_TASKS
        total = len(listed) if is_all else tasks.count()
        more = {"next_offset": end} if end < total else {}
        return (
            {"tasks": listed, "total": total}
            | more
            | (desk.ways_of(listed) if self.ringing else {})
        )

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
