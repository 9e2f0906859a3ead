"""The tools that change tasks."""

from typing import Annotated

from agent.tools.several import ForTasks, OnTasks
from agent.tools.summaries import summary, told
from agent.tools.tool import (
    Day,
    Desk,
    Flag,
    Notes,
    Priority,
    Result,
    TimeOfDay,
    Title,
    ToldElsewhere,
    ToolError,
)
from todos.models import Task


class CreateTask(ForTasks):
    """Add tasks: 'I need to ...', 'put ... on my list'."""

    name = "create_task"
    several = "tasks"
    title: Title
    notes: Notes = ""
    due_date: Day | None = None
    due_time: TimeOfDay | None = None
    priority: Priority = "none"
    completed: Flag = False

    def act(self, desk: Desk) -> Result:
        return {"task": summary(Task.add(desk.user, desk.origin, **dict(self)), desk.user)}


class UpdateTask(OnTasks):
    """Change tasks: 'push it to friday', 'note that ...'.

    notes replaces the old, append_notes adds; due_date null clears.
    """

    name = "update_task"
    several = "tasks"
    null_means_clear = frozenset({"due_date", "due_time"})
    title: Title | None = None
    notes: Notes | None = None
    append_notes: Notes | None = None
    due_date: Day | None = None
    due_time: TimeOfDay | None = None
    priority: Annotated[Priority, ToldElsewhere] | None = None

    def act_on(self, task: Task, desk: Desk) -> Result:
        changes = {field: getattr(self, field) for field in self.model_fields_set - {"task_id"}}
        if not changes:
            raise ToolError("Name at least one field to change.")
        if {"notes", "append_notes"} <= set(changes):
            raise ToolError("Give either notes, which replaces them, or append_notes.")
        changed = task.edit(desk.origin, **changes)
        return told(task, desk.user, "" if changed else "Nothing was different.")


class CompleteTask(OnTasks):
    """Mark as done: 'I bought the milk'."""

    name = "complete_task"
    meant = "open"

    def act_on(self, task: Task, desk: Desk) -> Result:
        note = "" if task.complete(desk.origin) else "It was done before."
        return told(task, desk.user, note)


class ReopenTask(OnTasks):
    """Mark as not done after all."""

    name = "reopen_task"
    meant = "done"

    def act_on(self, task: Task, desk: Desk) -> Result:
        note = "" if task.reopen(desk.origin) else "It was open already."
        return told(task, desk.user, note)


class DeleteTask(OnTasks):
    """Delete: 'drop the gym'; not for what is done."""

    name = "delete_task"

    def act_on(self, task: Task, desk: Desk) -> Result:
        task.remove(desk.origin)
        return {"deleted": summary(task, desk.user)}


class RestoreTask(OnTasks):
    """Bring deleted tasks back."""

    name = "restore_task"
    meant = "deleted"

    def act_on(self, task: Task, desk: Desk) -> Result:
        note = "" if task.restore(desk.origin) else "It was not deleted."
        return told(task, desk.user, note)
