"""The conversation so far: the messages of a prompt, read into turns."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from agent.llm import Message


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
    """What the user said, the calls made for it in order, and the reply (not yet: "")."""

    said: str
    calls: list[Call] = field(default_factory=list)
    reply: str = ""


def read(messages: Iterable[Message]) -> list[Turn]:
    """The turns told in ``messages``; the last one is to be answered."""
    turns: list[Turn] = []
    requests: dict[str, dict[str, Any]] = {}
    for message in messages:
        match message["role"]:
            case "user":
                turns.append(Turn(str(message["content"])))
            case "assistant" if turns:
                turns[-1].reply = message.get("content") or ""
                requests |= {
                    asked["id"]: asked["function"] for asked in message.get("tool_calls", [])
                }
            case "tool" if turns:
                asked = requests[message["tool_call_id"]]
                arguments, result = _object(asked["arguments"]), _object(message["content"])
                turns[-1].calls.append(Call(asked["name"], arguments, result))
    return turns


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
