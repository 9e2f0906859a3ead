"""The tools that change tasks."""

from agent.tools.several import ForTasks, OnTasks
from agent.tools.summaries import summary, told
from agent.tools.tool import Day, Desk, Flag, Notes, Priority, Result, TimeOfDay, Title, ToolError
from todos.models import Task


class CreateTask(ForTasks):
    """Create a task, or several at once as tasks."""

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
    """Change fields of a task, or of several as tasks: rename, reschedule, prioritise.

    append_notes adds a paragraph to the notes; notes replaces them. Null clears a due date.
    """

    name = "update_task"
    several = "tasks"
    null_means_clear = frozenset({"due_date", "due_time"})
    title: Title | None = None
    notes: Notes | None = None
    append_notes: Notes | None = None
    due_date: Day | None = None
    due_time: TimeOfDay | None = None
    priority: Priority | None = None

    def act_on(self, task: Task, desk: Desk) -> Result:
        changes = {field: getattr(self, field) for field in self.model_fields_set - {"task_id"}}
        if not changes:
            raise ToolError("Name at least one field to change.")
        if {"notes", "append_notes"} <= set(changes):
            raise ToolError("Give either notes, which replaces them, or append_notes.")
        changed = task.edit(desk.origin, **changes)
        return told(task, desk.user, "" if changed else "Nothing was different.")


class CompleteTask(OnTasks):
    """Mark a task as done, or several as task_ids."""

    name = "complete_task"
    meant = "open"

    def act_on(self, task: Task, desk: Desk) -> Result:
        note = "" if task.complete(desk.origin) else "It was done before."
        return told(task, desk.user, note)


class ReopenTask(OnTasks):
    """Mark a task as not done after all, or several as task_ids."""

    name = "reopen_task"
    meant = "done"

    def act_on(self, task: Task, desk: Desk) -> Result:
        note = "" if task.reopen(desk.origin) else "It was open already."
        return told(task, desk.user, note)


class DeleteTask(OnTasks):
    """Delete a task, or several as task_ids. Only when asked to delete, not when it is done."""

    name = "delete_task"

    def act_on(self, task: Task, desk: Desk) -> Result:
        task.remove(desk.origin)
        return {"deleted": summary(task, desk.user)}


class RestoreTask(OnTasks):
    """Bring a deleted task back, or several as task_ids; list_tasks finds them as deleted."""

    name = "restore_task"
    meant = "deleted"

    def act_on(self, task: Task, desk: Desk) -> Result:
        note = "" if task.restore(desk.origin) else "It was not deleted."
        return told(task, desk.user, note)
