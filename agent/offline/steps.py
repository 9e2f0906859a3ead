"""Plans: what an intent takes, step by step.

A plan is a generator. It yields the tool calls of its next step, gets them back with their results,
and returns what it was made for. So it reads as if tools were called in place, and yet it can be
played again from the calls that a conversation already has: that is how an assistant without a
memory of its own goes on in the middle of an answer.
"""

import json
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Generic, TypeVar

from agent.llm import ToolRequest
from agent.offline.talk import Call
from agent.tools import MOST_AT_ONCE, TOOLS, ForTasks, Tool, changes

Returned = TypeVar("Returned")


@dataclass(frozen=True, slots=True)
class Request:
    """A tool call that a plan wants to be made."""

    name: str
    arguments: dict[str, Any]

    def was(self, call: Call) -> bool:
        """Whether an earlier attempt at the same message has made this call already.

        A change is never made twice, however it was worded; a look is as good as its arguments.
        """
        if self.name != call.name:
            return False
        if not changes(self.name):
            return self.arguments == call.arguments
        return bool(self.arguments.get("task_id") == call.arguments.get("task_id"))

    def as_tool_request(self) -> ToolRequest:
        return ToolRequest(self.name, json.dumps(self.arguments, ensure_ascii=False))


Plan = Generator[list[Request], list[Call], Returned]


@dataclass(frozen=True, slots=True)
class Played(Generic[Returned]):
    """How far a plan came: what it asks for next, or (with no requests) what it returned."""

    requests: list[Request]
    returned: Returned | None
    unused: list[Call]
    """Calls that the plan had no use for."""


def packed(requests: list[Request]) -> list[Request]:
    """The same, with neighbours that use one tool on several tasks as one request."""
    return [
        one
        for name, group in groupby(requests, key=lambda request: request.name)
        for one in _together(TOOLS.get(name), list(group))
    ]


def _together(tool: type[Tool] | None, requests: list[Request]) -> list[Request]:
    if tool is None or not issubclass(tool, ForTasks) or len(requests) == 1:
        return requests
    items = [tool.item_of(request.arguments) for request in requests]
    return [
        Request(tool.name, {tool.several: items[start : start + MOST_AT_ONCE]})
        for start in range(0, len(items), MOST_AT_ONCE)
    ]


def play(plan: Plan[Returned], calls: Iterable[Call]) -> Played[Returned]:
    """Run ``plan`` as far as ``calls``, made for it before, will take it."""
    unused = list(calls)
    try:
        requests = next(plan)
        while True:
            results = [_take(request, unused) for request in requests]
            made = [result for result in results if result]
            if len(made) < len(requests):
                missing = [asked for asked, made in zip(requests, results, strict=True) if not made]
                return Played(missing, None, unused)
            requests = plan.send(made)
    except StopIteration as end:
        return Played([], end.value, unused)


def _take(request: Request, unused: list[Call]) -> Call | None:
    for call in unused:
        if request.was(call):
            unused.remove(call)
            return call
    return None
