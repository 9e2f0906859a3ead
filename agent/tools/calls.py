"""The table of tools, and how a model's request becomes a tool that is ready to run."""

import json
from math import isfinite
from typing import Any, TypeVar

from pydantic import ValidationError

from agent.tools.changing import (
    CompleteTask,
    CreateTask,
    DeleteTask,
    ReopenTask,
    RestoreTask,
    UpdateTask,
)
from agent.tools.listing import ListTasks, ReadTask
from agent.tools.several import MOST_AT_ONCE, ForTasks, Several
from agent.tools.tool import Tool, ToolError
from agent.tools.undoing import UndoLast
from text import clean_json, clean_text

LARGEST_ARGUMENTS = 200_000
"""Characters; notes of 10,000, each of them escaped, fit in."""

KEPT_RAW_ARGUMENTS = 4_000
"""Bytes."""

UNKEPT = "it has a character that cannot be kept, NUL or half of a pair; write it without"

TEXTS = frozenset({"task_id", "title", "notes", "append_notes", "search"})
"""The arguments whose value may be empty; for others models write "" where they leave them out."""

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
        UndoLast,
    )
}


def changes(name: str) -> bool:
    """Whether a call of this tool that succeeds has changed something."""
    return name not in TOOLS or TOOLS[name].changes


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
        bound = bind(name, arguments)
    except ToolError:
        return False
    return isinstance(bound, Tool) or any(isinstance(tool, Tool) for tool in bound.tools)


def _finite(number: str) -> float:
    value = float(number)
    if not isfinite(value):
        raise ValueError(f"{number} is too large; no database keeps it")
    return value


def bind(name: str, arguments: dict[str, Any]) -> Tool | Several:
    """The tool, ready to run, for one task or several.

    Raises ToolError, which names every wrong argument. Of several, one that is right is enough.
    """
    if name not in TOOLS:
        raise ToolError(f"There is no tool of that name. The tools are: {', '.join(TOOLS)}.")
    tool = TOOLS[name]
    if issubclass(tool, ForTasks) and arguments.get(tool.several) is not None:
        return _several(tool, arguments)
    return _one(tool, arguments)


def _several(tool: type[ForTasks], arguments: dict[str, Any]) -> Several:
    if len([value for value in arguments.values() if value is not None]) > 1:
        raise ToolError(f"Give either {tool.several} or the fields of one task, not both.")
    items = arguments[tool.several]
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_AT_ONCE:
        raise ToolError(f"{tool.several}: give a list of 1 to {MOST_AT_ONCE}, and call again.")
    tools: list[ForTasks | ToolError] = []
    for item in items:
        try:
            tools.append(_one(tool, tool.fields_of(item)))
        except ToolError as error:
            tools.append(error)
    return Several(items, tools)


def _one(tool: type[Bound], arguments: dict[str, Any]) -> Bound:
    unkept = [each for each in arguments.items() if clean_json([*each]) != [*each]]
    if unkept:
        raise ToolError("; ".join(f"{clean_text(argument)}: {UNKEPT}" for argument, _ in unkept))
    given = {
        argument: value
        for argument, value in arguments.items()
        if value is not None or argument in tool.null_means_clear
        if value != "" or argument in TEXTS
    }
    try:
        return tool.model_validate_json(json.dumps(given))
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise ToolError(
            "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
        ) from None
