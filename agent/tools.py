"""The tools of the assistant.

Each tool is one class: its name, docstring and fields are what the model is told, its fields are
how arguments are checked, and ``run`` is what it does, for the user of the turn alone.
"""

import json
from datetime import date, time
from functools import cache
from math import isfinite
from typing import Annotated, Any, ClassVar, Literal

from django.core.exceptions import ValidationError as InvalidId
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from accounts.models import User
from text import clean_json, clean_text, is_blank, one_line
from todos.models import ChangedSince, Origin, Task, TaskChange
from todos.spelling import read_day, read_time

LISTED_TASKS = 50
LARGEST_ARGUMENTS = 200_000
"""Characters; notes of 10,000, each of them escaped, fit in."""

KEPT_RAW_ARGUMENTS = 4_000
"""Bytes."""

UNKEPT = "it has a character that cannot be kept, NUL or half of a pair; write it without"

Result = dict[str, Any]


class ToolError(Exception):
    """Why a tool did nothing, in a sentence that the model can read and act on."""


def _visible_line(title: str) -> str:
    if is_blank(title):
        raise ValueError("there is nothing to see in it")
    return one_line(title)


Title = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_visible_line),
]
Notes = Annotated[str, StringConstraints(max_length=10_000)]
Day = Annotated[date, BeforeValidator(read_day), Field(description="Local day, YYYY-MM-DD.")]
TimeOfDay = Annotated[
    time,
    BeforeValidator(read_time),
    Field(description="Local time, HH:MM. Only together with a day."),
]
Priority = Literal["none", "low", "medium", "high"]


class Tool(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: ClassVar[str]
    # For all other arguments models write null where they mean to leave them out.
    null_means_clear: ClassVar[frozenset[str]] = frozenset()

    def run(self, user: User, origin: Origin) -> Result:
        """Do it, inside the caller's transaction. Raises ToolError, and then changes nothing."""
        raise NotImplementedError


class CreateTask(Tool):
    """Create one task; call it once for each task."""

    name = "create_task"
    title: Title
    notes: Notes = ""
    due_date: Day | None = None
    due_time: TimeOfDay | None = None
    priority: Priority = "none"

    def run(self, user: User, origin: Origin) -> Result:
        if self.due_time and not self.due_date:
            raise ToolError("due_time needs a due_date.")
        return {"task": summary(Task.add(user, origin, **dict(self)))}


class ListTasks(Tool):
    """List the user's tasks, earliest due first. Other tools take the ids of the result."""

    name = "list_tasks"
    status: Literal["open", "done", "all"] = "open"
    search: Annotated[str, Field(max_length=200, description="Words of the title or notes.")] = ""
    priority: Priority | None = None
    due: Annotated[
        Literal["overdue", "today", "upcoming", "none"] | None,
        Field(description="today includes overdue; none: tasks without a day."),
    ] = None
    due_from: Day | None = None
    due_to: Day | None = None

    def run(self, user: User, origin: Origin) -> Result:
        tasks = Task.objects.for_user(user).with_status(self.status).search(self.search)
        tasks = tasks.due_between(self.due_from, self.due_to)
        if self.priority:
            tasks = tasks.filter(priority=self.priority)
        if self.due:
            tasks = tasks.due(self.due, user.local_now())
        listed = [summary(task) for task in tasks.in_due_order()[:LISTED_TASKS]]
        total = len(listed) if len(listed) < LISTED_TASKS else tasks.count()
        return {"tasks": listed, "total": total}


class TaskTool(Tool):
    """A tool that acts on one task."""

    task_id: Annotated[
        str, Field(max_length=100, description="The id of a task, from an earlier result.")
    ]

    def run(self, user: User, origin: Origin) -> Result:
        try:
            return self.act(Task.objects.for_user(user).get(pk=self.task_id), origin)
        except (InvalidId, Task.DoesNotExist):
            raise ToolError("There is no such task. List the tasks to see their ids.") from None

    def act(self, task: Task, origin: Origin) -> Result:
        """Raises Task.DoesNotExist when somebody else deletes it at this moment."""
        raise NotImplementedError


class UpdateTask(TaskTool):
    """Change fields of one task: rename, reschedule, prioritise. Null clears its due date."""

    name = "update_task"
    null_means_clear = frozenset({"due_date", "due_time"})
    title: Title | None = None
    notes: Notes | None = None
    due_date: Day | None = None
    due_time: TimeOfDay | None = None
    priority: Priority | None = None

    def act(self, task: Task, origin: Origin) -> Result:
        changes = {field: getattr(self, field) for field in self.model_fields_set - {"task_id"}}
        if not changes:
            raise ToolError("Name at least one field to change.")
        if self.due_time and not changes.get("due_date", task.due_date):
            raise ToolError("due_time needs a due_date.")
        changed = task.edit(origin, **changes)
        return told(task, "" if changed else "Nothing was different.")


class CompleteTask(TaskTool):
    """Mark one task as done."""

    name = "complete_task"

    def act(self, task: Task, origin: Origin) -> Result:
        return told(task, "" if task.complete(origin) else "It was done before.")


class ReopenTask(TaskTool):
    """Mark one task as not done after all."""

    name = "reopen_task"

    def act(self, task: Task, origin: Origin) -> Result:
        return told(task, "" if task.reopen(origin) else "It was open already.")


class DeleteTask(TaskTool):
    """Delete one task; the user can restore it. Only when asked to delete, not when it is done."""

    name = "delete_task"

    def act(self, task: Task, origin: Origin) -> Result:
        task.remove(origin)
        return {"deleted": summary(task)}


class UndoLast(Tool):
    """Take back your latest change in this conversation; call it again for the one before.

    The result tells under left how many more changes were made for the same message.
    """

    name = "undo_last"
    _taken_back: TaskChange

    @property
    def taken_back(self) -> TaskChange:
        """What :meth:`run` has taken back."""
        return self._taken_back

    def run(self, user: User, origin: Origin) -> Result:
        change = TaskChange.objects.for_user(user).last_by_chat(origin.conversation_id)
        if change is None:
            raise ToolError("There is nothing to undo in this conversation.")
        task = change.task
        try:
            undone = change.undo(origin)
        except ChangedSince:
            raise ToolError(
                f"“{task.title}” has been changed elsewhere since, and is left as it is now."
            ) from None
        if not undone:
            raise ToolError("The user has taken that back a moment ago.")
        self._taken_back = change
        return {"undone": change.kind, "deleted" if task.deleted_at else "task": summary(task)}


TOOLS: dict[str, type[Tool]] = {
    tool.name: tool
    for tool in (CreateTask, ListTasks, UpdateTask, CompleteTask, ReopenTask, DeleteTask, UndoLast)
}


def told(task: Task, note: str) -> Result:
    return {"task": summary(task)} | ({"note": note} if note else {})


def summary(task: Task) -> Result:
    """A task as the model sees it: short, and without what is not set."""
    fields = {
        "id": str(task.pk),
        "title": task.title,
        "notes": task.notes[:200],
        "due_date": task.due_date and task.due_date.isoformat(),
        "due_time": task.due_time and task.due_time.isoformat("minutes"),
        "priority": task.priority if task.priority != "none" else None,
        "completed": task.completed,
    }
    return {name: value for name, value in fields.items() if value}


def read_arguments(name: str, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments of a request for the tool ``name``, and what the record has of them.

    That is as much as the tool takes, without what cannot be kept. What is no JSON object is its
    beginning, as ``raw``; of a long one that the tool does not take the record has no more.
    """
    kept = clean_text(text).encode()
    raw = {"raw": kept[:KEPT_RAW_ARGUMENTS].decode(errors="ignore")}
    if len(text) > LARGEST_ARGUMENTS:
        return raw, raw
    try:
        arguments = json.loads(text or "{}", parse_constant=_finite, parse_float=_finite)
        readable = clean_json(arguments)
    except (ValueError, RecursionError):
        return raw, raw
    if not isinstance(arguments, dict):
        return raw, raw
    is_short = len(kept) <= KEPT_RAW_ARGUMENTS
    return arguments, readable if is_short or _takes(name, arguments) else raw


def _takes(name: str, arguments: dict[str, Any]) -> bool:
    try:
        bind(name, arguments)
    except ToolError:
        return False
    return True


def _finite(number: str) -> float:
    value = float(number)
    if not isfinite(value):
        raise ValueError(f"{number} is too large; no database keeps it")
    return value


def bind(name: str, arguments: dict[str, Any]) -> Tool:
    """The tool, ready to run. Raises ToolError, which names every wrong argument."""
    if name not in TOOLS:
        raise ToolError(f"There is no tool of that name. The tools are: {', '.join(TOOLS)}.")
    unkept = [each for each in arguments.items() if clean_json([*each]) != [*each]]
    if unkept:
        raise ToolError("; ".join(f"{clean_text(argument)}: {UNKEPT}" for argument, _ in unkept))
    tool = TOOLS[name]
    given = {
        argument: value
        for argument, value in arguments.items()
        if value is not None or argument in tool.null_means_clear
    }
    try:
        return tool.model_validate_json(json.dumps(given))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise ToolError(
            "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
        ) from None


@cache
def specifications() -> list[dict[str, Any]]:
    """The tools in the form of the Chat Completions protocol; made once, for it takes 3 ms."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.__doc__,
                "parameters": _parameters(tool),
            },
        }
        for tool in TOOLS.values()
    ]


def _parameters(tool: type[Tool]) -> dict[str, Any]:
    schema = tool.model_json_schema()
    for described in schema["properties"].values():
        described.pop("title", None)
    return {key: value for key, value in schema.items() if key not in ("title", "description")}
