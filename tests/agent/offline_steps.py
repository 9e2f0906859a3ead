"""Prompts for the built-in assistant, and what it makes of them in one step."""

import json
from collections.abc import Generator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from agent import prompt, tools
from agent.events import TextDelta
from agent.llm import Message, Response
from agent.offline.assistant import OfflineLLM

NOW = datetime(2026, 11, 21, 12, 10, tzinfo=ZoneInfo("Europe/Berlin"))
MILK = {"id": "0190-1", "title": "Buy milk"}
REPORT = {"id": "0190-2", "title": "Write report", "due_date": "2026-11-25"}
BOB = {"id": "0190-3", "title": "Call Bob", "priority": "high"}


def user(text: str) -> Message:
    return {"role": "user", "content": prompt.stamped(text, NOW)}


def said(text: str) -> Message:
    return {"role": "assistant", "content": text}


def done(name: str, arguments: dict[str, Any], result: dict[str, Any]) -> list[Message]:
    """A tool call of an earlier step and its result, as a prompt tells them."""
    done.count += 1  # type: ignore[attr-defined]
    id = f"call_{done.count}"  # type: ignore[attr-defined]
    function = {"name": name, "arguments": json.dumps(arguments)}
    request = {"id": id, "type": "function", "function": function}
    return [
        {"role": "assistant", "content": None, "tool_calls": [request]},
        {"role": "tool", "tool_call_id": id, "content": json.dumps(result)},
    ]


done.count = 0  # type: ignore[attr-defined]


def created(task: dict[str, Any]) -> list[Message]:
    return done("create_task", {"title": task["title"]}, {"task": task})


def listed(*tasks: dict[str, Any], **arguments: Any) -> list[Message]:
    return done("list_tasks", arguments, {"tasks": list(tasks), "total": len(tasks)})


def stream(*messages: Message | list[Message]) -> Generator[TextDelta, None, Response]:
    told: list[Message] = [{"role": "system", "content": prompt.INSTRUCTIONS}]
    for message in messages:
        told += message if isinstance(message, list) else [message]
    return OfflineLLM().stream(told, tools.specifications())


def step(*messages: Message | list[Message]) -> Response:
    stepping = stream(*messages)
    while True:
        try:
            next(stepping)
        except StopIteration as stop:
            response: Response = stop.value
            return response


def requests(*messages: Message | list[Message]) -> list[tuple[str, dict[str, Any]]]:
    response = step(*messages)
    assert not response.text
    return [(asked.name, json.loads(asked.arguments)) for asked in response.tool_requests]


def words(*messages: Message | list[Message]) -> str:
    response = step(*messages)
    assert not response.tool_requests
    return response.text
