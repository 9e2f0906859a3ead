"""The table of tools, and how a model's request becomes a tool that is ready to run."""

import json
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import ValidationError

from agent import loose
from agent.tools.changing import (
    CompleteTask,
    CreateTask,
    DeleteTask,
    ReopenTask,
    RestoreTask,
    UpdateTask,
)
from agent.tools.keeping import Remember
from agent.tools.listing import ListTasks, ReadTask
from agent.tools.lists import EditList, ListLists
from agent.tools.moments import MOMENTS, Moments
from agent.tools.planning import Plan
from agent.tools.several import MOST_AT_ONCE, ForTasks, Several
from agent.tools.tool import Tool, ToolError
from agent.tools.undoing import UndoLast
from text import clean_json, clean_text

LARGEST_ARGUMENTS = 200_000
"""Characters; notes of 10,000, each of them escaped, fit in."""

KEPT_RAW_ARGUMENTS = 4_000
"""Bytes."""

UNKEPT = "it has a character that cannot be kept, NUL or half of a pair; write it without"

UNREAD = "Write the arguments anew, as one whole JSON object in double quotes, each name once."

TEXTS = frozenset({"task_id", "title", "notes", "append_notes", "search", "said"})
"""The arguments in which a word is a word, whatever it is."""

NOTES_ALONE = frozenset({"task_id", "notes"})
"""Where a model writes "" for an argument, it leaves it out; but with no others "" clears notes."""

GO_WITH_THE_DAY = frozenset({"due_time", "repeats"})
"""What a task without a day cannot have either."""

NOTHING = frozenset(
    {"none", "null", "nil", "undefined", "n/a", "unset", "not set", "no date", "no due date"}
    | {"no day", "no deadline", "no time", "no due time"}
)
"""Words for no value at all, in small letters, as models write them."""
MEANT = frozenset({("priority", "none"), ("due", "none"), ("reminders", "none")})
"""Where one of these words is a value."""

WRAPPINGS = 4
"""Texts and lists around an object, one in another, that are taken off."""

Bound = TypeVar("Bound", bound=Tool)

TOOLS: dict[str, type[Tool]] = {
    tool.name: tool
    for tool in (
        CreateTask,
        ListTasks,
        ReadTask,
        UpdateTask,
        CompleteTask,
        ReopenTask,
        DeleteTask,
        RestoreTask,
        ListLists,
        EditList,
        UndoLast,
        Plan,
        Remember,
    )
}


def changes(name: str) -> bool:
    """Whether a call of this tool that succeeds has changed something."""
    return name not in TOOLS or TOOLS[name].changes


def has_changed(name: str, result: Any) -> bool:
    """Whether a call that succeeded with this result has changed something."""
    return changes(name) and ASKED_OR_LEFT.isdisjoint(result if isinstance(result, dict) else ())


def changed_tasks(result: Any) -> list[str]:
    """The ids of the tasks that a call has changed with this result."""
    told = result if isinstance(result, dict) else {}
    found = told.get("undone", told.get("deleted", told.get("task", told.get("tasks"))))
    each_told = found if isinstance(found, list) else [found]
    tasks = [each.get("task", each) for each in each_told if isinstance(each, dict)]
    return [task["id"] for task in tasks if isinstance(task, dict) and "id" in task]


ASKED_OR_LEFT = frozenset({"proposal", "untouched"})
"""What a result tells in place of what it would have done."""


def read_arguments(name: str, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments of a request for the tool ``name``, and what the record has of them.

    That is as much as the tool takes, without what cannot be kept. What is no JSON object, however
    loosely it is written, is its beginning, as ``raw``; of a long one that the tool does not take
    the record has no more.
    """
    kept = clean_text(text).encode()
    raw = {"raw": kept[:KEPT_RAW_ARGUMENTS].decode(errors="ignore")}
    if len(text) > LARGEST_ARGUMENTS:
        return raw, raw
    try:
        arguments = _the_object(text)
        readable = clean_json(arguments)
    except ValueError:
        return raw, raw
    is_short = len(kept) <= KEPT_RAW_ARGUMENTS
    return arguments, readable if is_short or takes(name, arguments, datetime.now(UTC)) else raw


def _the_object(text: str) -> dict[str, Any]:
    """The one that it holds. Some models send an empty one before, some the same again.

    Raises ValueError.
    """
    values = [_opened(value) for value in loose.read_all(text)]
    told = [value for value in values if value] or [{}]
    if not all(value == told[0] for value in told):
        raise ValueError("these are several")
    return told[0]


def _opened(value: Any) -> dict[str, Any]:
    """Out of a text of JSON, and of a list that holds nothing else. Raises ValueError."""
    for _wrapping in range(WRAPPINGS):
        if isinstance(value, str):
            [value] = loose.read_all(value) or [None]
        elif isinstance(value, list) and len(value) == 1:
            [value] = value
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise ValueError("it is no object")
    return value


def takes(name: str, arguments: dict[str, Any], now: datetime) -> bool:
    """Whether there is such a tool and it takes these arguments."""
    try:
        bound = bind(name, arguments, now)
    except ToolError:
        return False
    return isinstance(bound, Tool) or any(isinstance(tool, Tool) for tool in bound.tools)


def bind(name: str, arguments: dict[str, Any], now: datetime) -> Tool | Several:
    """The tool, ready to run, for one task or several.

    ``now`` is the user's local time when they wrote what is answered: days and times in words
    follow from it. Raises ToolError, which names every wrong argument. Of several, one that is
    right is enough.
    """
    if name not in TOOLS:
        raise ToolError(f"There is no tool of that name. The tools are: {', '.join(TOOLS)}.")
    if arguments.keys() == {"raw"}:
        raise ToolError(UNREAD)
    tool = TOOLS[name]
    if not issubclass(tool, ForTasks) or tool.several not in arguments:
        return _one(tool, arguments, now)
    one = {argument: value for argument, value in arguments.items() if argument != tool.several}
    items, has_one = arguments[tool.several], any(value not in (None, "") for value in one.values())
    if items in (None, "") or (items == [] and has_one):
        return _one(tool, one, now)
    if has_one:
        raise ToolError(f"Give either {tool.several} or the fields of one task, not both.")
    return _several(tool, items, now)


def asks_again(bound: Tool | Several, name: str, arguments: dict[str, Any], now: datetime) -> bool:
    """Whether these arguments ask the tool ``name`` for what is asked for by ``bound``."""
    try:
        before = bind(name, arguments, now)
    except ToolError:  # of an earlier version
        return False
    one = bound.asked if isinstance(bound, Several) else [bound.asked]
    other = before.asked if isinstance(before, Several) else [before.asked]
    return one == other


def _several(tool: type[ForTasks], items: Any, now: datetime) -> Several:
    if isinstance(items, str) and items.lstrip().startswith("["):
        items = _list_of(items)
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_AT_ONCE:
        raise ToolError(f"{tool.several}: give a list of 1 to {MOST_AT_ONCE}, and call again.")
    tools: list[ForTasks | ToolError] = []
    for item in items:
        try:
            tools.append(_one(tool, tool.fields_of(item), now))
        except ToolError as error:
            tools.append(error)
    return Several(items, tools)


def _list_of(text: str) -> Any:
    try:
        return loose.read(text)
    except ValueError:
        return text


def _one(tool: type[Bound], arguments: dict[str, Any], now: datetime) -> Bound:
    unkept = [each for each in arguments.items() if clean_json([*each]) != [*each]]
    if unkept:
        raise ToolError("; ".join(f"{clean_text(argument)}: {UNKEPT}" for argument, _ in unkept))
    moments, given, faults = Moments(now), _given(tool, arguments), []
    try:
        given = moments.understood(given)
    except ToolError as error:
        faults.append(str(error))
        given = {argument: value for argument, value in given.items() if argument not in MOMENTS}
    try:
        bound = tool.model_validate_json(json.dumps(given))
    except ValidationError as error:
        told = error.errors(include_url=False, include_input=False)
        faults += [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in told]
    if faults:
        raise ToolError("; ".join(faults))
    bound.tell(moments.taken)
    return bound


def _given(tool: type[Tool], arguments: dict[str, Any]) -> dict[str, Any]:
    """Without those that are there only to say that they are left out.

    Where something else is asked, and null stands for what cannot be cleared or for several things
    that do not go with each other, it clears nothing.
    """
    nothing = {
        name
        for name, value in arguments.items()
        if isinstance(value, str)
        and name not in TEXTS
        and value.strip().lower() in NOTHING
        and (name, value.strip().lower()) not in MEANT
    }
    values = arguments | dict.fromkeys(nothing)
    nulls = {name for name, value in arguments.items() if value is None}
    asked = arguments.keys() - nulls
    with_the_day = GO_WITH_THE_DAY if "due_date" in nulls else frozenset()
    are_many = len(nulls - with_the_day) > 1 or nulls - tool.null_means_clear
    are_fillers = bool(are_many and asked - {"task_id"})
    clear = frozenset() if are_fillers else tool.null_means_clear
    return {
        name: value
        for name, value in values.items()
        if value is not None or name in clear
        if value != "" or asked == NOTES_ALONE or _is_required(tool, name)
    }


def _is_required(tool: type[Tool], argument: str) -> bool:
    field = tool.model_fields.get(argument)
    return field is not None and field.is_required()
