"""The tools that are offered: told, and called."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from django.db import transaction

from accounts.line import in_line
from accounts.scopes import MissingScope, Need
from agent import tools
from agent.offline.dates import Habits, LocalTime
from chat.consent import AsksFirst, Consent
from chat.doors.mcp import consent
from chat.doors.mcp.assistant import AskAssistant
from chat.doors.mcp.caller import Call, Caller
from chat.doors.mcp.faults import INVALID_PARAMS, Fault, Json
from chat.doors.mcp.results import done, failure
from chat.doors.mcp.schemas import ABOUT
from chat.told import lines_told_by
from chat.undo import left_of_turn, show_undone
from todos.models import Origin, TaskChange


class Offered(Protocol):
    """A tool: ``told`` is what ``tools/list`` has of it."""

    @property
    def need(self) -> Need: ...

    @property
    def told(self) -> Json: ...

    def call(self, call: Call) -> Json:
        """The result of ``tools/call``. Raises Fault."""


def offered(caller: Caller) -> list[Json]:
    """What they may call."""
    return [tool.told for tool in by_name().values() if not caller.refused(tool.need)]


def result_of(call: Call) -> Json:
    """Raises Fault where there is no such tool, and MissingScope (403)."""
    tool = by_name().get(call.name)
    if tool is None:
        raise Fault(INVALID_PARAMS, f"There is no such tool. There are: {', '.join(by_name())}.")
    if why := call.caller.refused(tool.need):
        raise MissingScope(why)
    return tool.call(call)


@dataclass(frozen=True, slots=True)
class TodoTool:
    """One of agent/tools, at work outside of any turn: each call is an act."""

    need: Need
    told: Json

    @classmethod
    def of(cls, specification: Json) -> "TodoTool":
        name = specification["name"]
        changes = tools.TOOLS[name].changes
        told = {
            "name": name,
            "description": specification["description"],
            "inputSchema": specification["parameters"],
        }
        need = Need.WRITE if changes else Need.READ
        return cls(need, told | ABOUT[name].told(changes=changes))

    def call(self, call: Call) -> Json:
        """What takes consent is rolled back, and asked about."""
        if call.state is not None:
            return consent.answered(call)
        caller = call.caller
        origin, asking = caller.origin(), Consent(caller.user)
        try:
            bound = tools.bind(call.name, call.arguments, _now(caller))
            with self._transaction(caller):
                result = bound.run(_desk(caller, origin))
                asking.check(call.name, bound, result, origin)
        except tools.ToolError as error:
            return failure(error)
        except AsksFirst as asked:
            with transaction.atomic():
                told = asking.propose(asked, caller.origin())
                return consent.ask(call, consent.bind(call, told["proposal"]["id"]))
        return done(_as_several(result) if _is_for_tasks(call.name) else result)

    def _transaction(self, caller: Caller) -> AbstractContextManager[None]:
        is_look = self.need is Need.READ
        return transaction.atomic() if is_look else in_line(caller.user.pk, whole=True)


def _desk(caller: Caller, origin: Origin) -> tools.Desk:
    """Nobody has said anything here, so nothing counts as said."""
    return tools.Desk(caller.user, origin, _show_undone, proposes=False)


def _show_undone(changes: Sequence[TaskChange]) -> int:
    show_undone(changes)
    return left_of_turn(changes)


def _now(caller: Caller) -> datetime:
    """On the person's own clock, with their habits."""
    return LocalTime.of(caller.user.local_now(), Habits.of(lines_told_by(caller.user)))


def _is_for_tasks(name: str) -> bool:
    return issubclass(tools.TOOLS[name], tools.ForTasks)


def _as_several(result: Json) -> Json:
    """In the one shape that the schema tells, also where the fields of one task were given."""
    key = "task" if "task" in result else "deleted"
    one = result.get(key)
    if not isinstance(one, dict):
        return result
    note = {"note": result["note"]} if "note" in result else {}
    rest = {name: value for name, value in result.items() if name not in (key, "note")}
    return {"tasks" if key == "task" else key: [one | note], "failures": []} | rest


@cache
def by_name() -> dict[str, Offered]:
    """In the order in which they are told."""
    told: list[Any] = [each["function"] for each in tools.specifications()]
    of_todos = {each["name"]: TodoTool.of(each) for each in told if each["name"] in ABOUT}
    return of_todos | {"ask_assistant": AskAssistant()}
