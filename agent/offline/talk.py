"""The conversation so far: the messages of a prompt, read into turns."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from agent import prompt
from agent.llm import Message
from agent.offline.dates import LocalTime
from agent.tools import ASKED_OR_LEFT, TOOLS, ForTasks


@dataclass(frozen=True, slots=True)
class Call:
    """A tool call that was made, and what came of it."""

    name: str
    arguments: dict[str, Any]
    result: dict[str, Any]

    @property
    def error(self) -> str:
        """Why nothing was done; empty when it was."""
        error = self.result.get("error", "")
        return error if isinstance(error, str) else json.dumps(error)


@dataclass(slots=True)
class Turn:
    """What the user said and when, the calls made for it in order, and the reply (not yet: "")."""

    at: datetime
    said: str
    calls: list[Call] = field(default_factory=list)
    reply: str = ""
    decided: list[Call] = field(default_factory=list)
    """What the message has answered, done or left by the server before it was read here."""


def read(messages: Iterable[Message]) -> list[Turn]:
    """The turns told in ``messages``; the last one is to be answered. Raises ValueError.

    Of each the time knows the habits of the user, as they are now.
    """
    turns: list[Turn] = []
    requests: dict[str, dict[str, Any]] = {}
    messages = list(messages)
    habits = prompt.habits_in(messages)
    for message in messages:
        match message["role"]:
            case "user":
                at, said = prompt.read_stamped(message["content"])
                turns.append(Turn(LocalTime.of(at, habits), said))
            case "assistant" if turns:
                pieces = turns[-1].reply, message.get("content")
                turns[-1].reply = "\n\n".join(filter(None, pieces))
                requests |= {
                    asked["id"]: asked["function"] for asked in message.get("tool_calls", [])
                }
            case "tool" if turns:
                asked = requests[message["tool_call_id"]]
                arguments, result = _object(asked["arguments"]), _object(message["content"])
                call = Call(asked["name"], arguments, result)
                turns[-1].calls += _one_by_one(call)
                turns[-1].decided += [call] if "answers" in result else []
    return turns


def _one_by_one(call: Call) -> list[Call]:
    """A call for several tasks as calls for one each, in their order: so plans ask for them."""
    tool = TOOLS.get(call.name)
    items = call.arguments.get(tool.several) if tool and issubclass(tool, ForTasks) else None
    if not (tool and issubclass(tool, ForTasks) and isinstance(items, list)):
        return [call]
    failures = {each.get("item"): each.get("error", "") for each in _objects(call, "failures")}
    done = iter(_objects(call, "deleted") or _objects(call, "tasks"))
    key = "deleted" if "deleted" in call.result else "task"
    instead = {name: call.result[name] for name in ASKED_OR_LEFT if name in call.result}
    calls = []
    for place, item in enumerate(items, 1):
        error = call.error or failures.get(place, "")
        task = {} if error else next(done, {})
        beside = {name: task[name] for name in ("note",) if name in task}
        beside |= {name: call.result[name] for name in ("rings_on", "hint") if name in call.result}
        result = {"error": error} if error else instead or {key: task} | beside
        calls.append(Call(call.name, tool.fields_of(item), result))
    return calls


def _objects(call: Call, key: str) -> list[dict[str, Any]]:
    told = call.result.get(key)
    return [each for each in told if isinstance(each, dict)] if isinstance(told, list) else []


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
