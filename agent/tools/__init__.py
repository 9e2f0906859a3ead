"""The tools of the assistant.

Each tool is one class: its name, docstring and fields are what the model is told, its fields are
how arguments are checked, and ``run`` is what it does, at the ``Desk`` of the turn. Begin with
``tool``; ``calls`` has the table of them all, ``naming`` finds the task that words name.
"""

from agent.tools.calls import (
    ASKED_OR_LEFT,
    KEPT_RAW_ARGUMENTS,
    LARGEST_ARGUMENTS,
    TOOLS,
    UNKEPT,
    asks_again,
    bind,
    changed_tasks,
    changes,
    has_changed,
    read_arguments,
    takes,
)
from agent.tools.changing import CreateTask
from agent.tools.keeping import Remember
from agent.tools.listing import LISTED_TASKS
from agent.tools.lists import EditList
from agent.tools.reminding import rings
from agent.tools.schemas import specifications
from agent.tools.several import MOST_AT_ONCE, ForTasks, Several
from agent.tools.tool import Desk, Result, Tool, ToolError
from agent.tools.undoing import UndoLast

__all__ = [
    "ASKED_OR_LEFT",
    "KEPT_RAW_ARGUMENTS",
    "LARGEST_ARGUMENTS",
    "LISTED_TASKS",
    "MOST_AT_ONCE",
    "TOOLS",
    "UNKEPT",
    "CreateTask",
    "Desk",
    "EditList",
    "ForTasks",
    "Remember",
    "Result",
    "Several",
    "Tool",
    "ToolError",
    "UndoLast",
    "asks_again",
    "bind",
    "changed_tasks",
    "changes",
    "has_changed",
    "read_arguments",
    "rings",
    "specifications",
    "takes",
]
