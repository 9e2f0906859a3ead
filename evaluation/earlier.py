"""The assistant of what was said earlier: it does and answers what the case tells."""

import json
from collections.abc import Callable, Generator
from itertools import groupby
from operator import itemgetter
from typing import Any

from agent.events import TextDelta
from agent.llm import Message, Response, ToolRequest, wait_on
from evaluation.cases import Change
from evaluation.rows import Row
from evaluation.verdict import Shelf

ON_IDS = {
    "done": "complete_task",
    "open": "reopen_task",
    "deleted": "delete_task",
    "restored": "restore_task",
}


class Earlier:
    """A language model that makes these requests, all in one step, and then answers."""

    model = "earlier"

    def __init__(self, requests: list[ToolRequest], answer: str) -> None:
        self._requests = requests
        self._answer = answer

    def stream(
        self,
        messages: list[Message],
        tools: list[dict[str, Any]],
        idle: Callable[[], None] = wait_on,
    ) -> Generator[TextDelta, None, Response]:
        if self._requests:
            requests, self._requests = self._requests, []
            return Response("", requests, "tool_calls", self.model)
        yield TextDelta(self._answer)
        return Response(self._answer, model=self.model)


def requests(outcome: list[Change], shelf: Shelf, *, exactly: bool) -> list[ToolRequest]:
    """The calls that lead to it: one for all rows of a kind, so that they are one act.

    Raises ValueError for a row that is not there, or not the only one.
    """
    calls = [_call(change, shelf, exactly=exactly) for change in outcome if change.kind != "same"]
    return [
        _request(tool, [item for _, item in group])
        for tool, group in groupby(calls, key=itemgetter(0))
    ]


def _call(change: Change, shelf: Shelf, *, exactly: bool) -> tuple[str, Any]:
    if change.which is None:
        return "create_task", _fields(change.row)
    task = shelf.find(change.which, exactly=exactly)
    if task is None:
        raise ValueError(f"“{change.which.titles[0]}” is not one row")
    if change.row:
        return "update_task", {"task_id": str(task.pk), **_fields(change.row)}
    return ON_IDS[change.kind], str(task.pk)


def _request(tool: str, items: list[Any]) -> ToolRequest:
    several = "task_ids" if tool in ON_IDS.values() else "tasks"
    if len(items) > 1:
        return ToolRequest(tool, json.dumps({several: items}))
    return ToolRequest(tool, json.dumps(_one(items[0])))


def _one(item: Any) -> dict[str, Any]:
    return item if isinstance(item, dict) else {"task_id": item}


def _fields(row: Row | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "title": row.titles[0],
        "notes": "\n".join(row.notes),
        "due_date": row.due_date.isoformat() if row.due_date else None,
        "due_time": row.due_time.isoformat("minutes") if row.due_time else None,
        "priority": row.priority,
    }
