"""The tools that change tasks."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated, Any

from agent.tools.reminding import Wanted
from agent.tools.several import ForTasks, OnTasks
from agent.tools.skipping import Skip
from agent.tools.summaries import summary, told
from agent.tools.tool import (
    Day,
    Desk,
    Flag,
    ListName,
    Minutes,
    Notes,
    Priority,
    Reminders,
    Result,
    RuleChange,
    RuleWords,
    Tags,
    TaskId,
    TimeOfDay,
    Title,
    ToldElsewhere,
    ToolError,
)
from todos.models import Reminder, Task
from todos.reminding import Habits, Occasion
from todos.repeating import Repeat
from todos.rules import RuleBroken

NOT_SAID = object()


class CreateTask(ForTasks):
    """Add tasks: 'I need to ...'; repeats: 'every other tuesday'."""

    name = "create_task"
    several = "tasks"
    title: Title
    notes: Notes = ""
    due_date: Day | None = None
    due_time: TimeOfDay | None = None
    priority: Priority = "none"
    repeats: RuleWords | None = None
    duration_minutes: Minutes | None = None
    list: ListName | None = None
    tags: Tags = ()
    parent: TaskId | None = None
    reminders: Reminders | None = None
    completed: Flag = False

    def act(self, desk: Desk) -> Result:
        fields = _with_place(_with_rule(dict(self), None, desk), desk)
        fields = _with_reminders(fields, None, desk)
        return {"task": summary(Task.add(desk.user, desk.origin, **fields), desk.user)}


class UpdateTask(OnTasks):
    """Change tasks: notes replaces, append_notes adds, tags and reminders add ('-a' removes);
    null clears. repeats 'skip'."""

    name = "update_task"
    several = "tasks"
    steps_too = False
    null_means_clear = frozenset(
        {"due_date", "due_time", "repeats", "duration_minutes", "list", "tags", "parent"}
        | {"reminders"}
    )
    title: Title | None = None
    notes: Notes | None = None
    append_notes: Notes | None = None
    due_date: Day | None = None
    due_time: TimeOfDay | None = None
    priority: Annotated[Priority, ToldElsewhere] | None = None
    repeats: RuleChange | None = None
    duration_minutes: Minutes | None = None
    list: ListName | None = None
    tags: Tags | None = None
    parent: TaskId | None = None
    reminders: Reminders | None = None

    def act_on(self, task: Task, desk: Desk) -> Result:
        changes = {field: getattr(self, field) for field in self.model_fields_set - {"task_id"}}
        if not changes:
            raise ToolError("Name at least one field to change.")
        if {"notes", "append_notes"} <= set(changes):
            raise ToolError("Give either notes, which replaces them, or append_notes.")
        changed = self._skip(task, changes, desk)
        if changes:
            changes = _with_place(_with_rule(changes, task.due_date, desk), desk)
            if "tags" in changes:
                said = ("-",) if changes["tags"] is None else changes["tags"]
                changes["tags"] = _tagged(task.tags, said)
            rang = _due_of(task) if self.reminders else []
            changes = _with_reminders(changes, task, desk)
            changed = task.edit(desk.origin, **changes) or changed
            for reminder in rang:  # it rings again, or no more
                reminder.dismiss()
        return told(task, desk.user, "" if changed else "Nothing was different.")

    def _skip(self, task: Task, changes: dict[str, Any], desk: Desk) -> bool:
        """If that is what they ask for, which is then taken from them."""
        skip = Skip.read(changes.get("repeats") or "", desk.user.local_now().date())
        if skip is None:
            return False
        del changes["repeats"]
        return skip.run(task, desk.origin)


class CompleteTask(OnTasks):
    """Mark as done: 'I bought the milk'."""

    name = "complete_task"
    meant = "open"

    def act_on(self, task: Task, desk: Desk) -> Result:
        note = "" if task.complete(desk.origin) else "It was done before."
        result = told(task, desk.user, note)
        if following := task.successor:
            result["task"]["next"] = summary(following, desk.user)
        return result


class ReopenTask(OnTasks):
    """Mark as not done."""

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


def _with_place(fields: dict[str, Any], desk: Desk) -> dict[str, Any]:
    """The rows of a list and a parent that are named. Raises ToolError."""
    if fields.get("list") is not None:
        fields = fields | {"list": desk.list_for(fields["list"])}
    if fields.get("parent") is not None:
        fields = fields | {"parent": desk.task(fields["parent"], "open")}
    return fields


def _tagged(tags: Sequence[str], said: Sequence[str]) -> list[str]:
    """With those that are said, without those that have a minus; a minus alone takes all."""
    away = {name.removeprefix("-") for name in said if name.startswith("-")}
    kept = [name for name in tags if name not in away and "" not in away]
    return [*kept, *(name for name in said if not name.startswith("-"))]


def _with_reminders(fields: dict[str, Any], task: Task | None, desk: Desk) -> dict[str, Any]:
    """As a task takes them, of words; without words those there are, or the usual one."""
    said = fields.pop("reminders", NOT_SAID)
    if said is NOT_SAID or (said is None and task is None):
        return fields
    day, at = (fields.get(name, getattr(task, name, None)) for name in ("due_date", "due_time"))
    occasion = Occasion(desk.user.local_now(), day, at, Habits.of(desk.user))
    alone = bool(fields.get("repeats") or (task and (task.repeats or _due_of(task))))
    wanted = Wanted(occasion, task.reminders if task else (), alone)
    return fields | {"reminders": wanted.asks(said or ("none",))}


def _due_of(task: Task) -> list[Reminder]:
    """Those that rang, and nobody answered."""
    return [row for row in task.ringing.values() if row.status == "due"]


def _with_rule(fields: dict[str, Any], day: date | None, desk: Desk) -> dict[str, Any]:
    """The rule, of its words; what has no day gets the first one by the rule that is to come."""
    if fields.get("repeats") is None:
        return fields
    repeat = Repeat.read({"words": fields["repeats"]})
    if not (fields.get("due_date") or day):
        now, at = desk.user.local_now(), fields.get("due_time")
        passed = at is not None and at <= now.time()
        fields |= {"due_date": repeat.first_day(now.date() + timedelta(days=passed))}
        if fields["due_date"] is None:
            raise RuleBroken("repeats", "no_next_day", "It ends before its first day.")
    return fields | {"repeats": repeat}
