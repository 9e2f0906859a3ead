"""Handles: short names for the ids of tasks, in all that a model reads and writes.

A handle, such as ``qkd472``, is made of the id alone, so a conversation tells a task by the same
one each time; of two ids that share it, the one told later gets a longer one. Records, events and
the API have whole ids: ``Handles`` maps both ways, at the one door to the model.
"""

import json
import re
from collections.abc import Callable
from hashlib import blake2b
from typing import Any
from uuid import UUID

from agent import loose
from agent.llm import Message
from text import as_json

LETTERS = "bcdfghjkmnpqrstvwxz"
DIGITS = "0123456789"
GROUP = 3
"""Characters of one kind in a row: many models read three digits at once.

No vowels, so that it is no word; digits, so that it is hardly a title; but never digits alone,
which people and models take for a place in a list.
"""
SHORTEST = 2 * GROUP
HANDLE = re.compile(rf"(?:[{LETTERS}]{{3}}[{DIGITS}]{{3}})+(?:[{LETTERS}]{{3}})?")
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
ONE = frozenset({"id", "task_id", "parent"})
MANY = "task_ids"
LISTS = (MANY, "tasks")
IN_JSON = re.compile(rf'((?<!\\)"(?:{"|".join(sorted(ONE))})":\s*")((?i:{ID.pattern}))(?=")')
"""An id by itself: within a text of JSON quotes are escaped, so nothing else looks like it."""
AROUND = " \t\r\n\"'`“”‘’«»#()[]{}<>"


def is_handle(text: str) -> bool:
    """Whether it has the form of one, whatever it stands for."""
    return HANDLE.fullmatch(_bare(text)) is not None


def handle_of(id: UUID, length: int = SHORTEST) -> str:
    """As many characters as are asked for, up to 30; one of some seven million at the shortest."""
    number = int.from_bytes(blake2b(id.bytes, digest_size=16).digest())
    characters = []
    for place in range(length):
        alphabet = DIGITS if place // GROUP % 2 else LETTERS
        number, character = divmod(number, len(alphabet))
        characters.append(alphabet[character])
    return "".join(characters)


class Handles:
    """The handles of one prompt, which knows those of the ids that it has told, in their order."""

    def __init__(self) -> None:
        self._ids: dict[str, str] = {}
        self._handles: dict[str, str] = {}

    def tell(self, messages: list[Message]) -> list[Message]:
        """The same messages with handles in calls and their results; sentences stay as they are."""
        return [self._told(message) for message in messages]

    def whole(self, arguments: dict[str, Any]) -> dict[str, Any]:
        """Arguments of the model with the ids that its handles stand for; all else as it is."""
        lists = {name: _opened(arguments[name]) for name in LISTS if name in arguments}
        mapped: dict[str, Any] = _with_ids(arguments | lists, self._id)
        return mapped

    def _told(self, message: Message) -> Message:
        if message["role"] == "tool":
            return message | {"content": self._shortened(message["content"])}
        if "tool_calls" not in message:
            return message
        return message | {"tool_calls": [self._request(asked) for asked in message["tool_calls"]]}

    def _request(self, asked: dict[str, Any]) -> dict[str, Any]:
        function = asked["function"]
        return asked | {
            "function": function | {"arguments": self._shortened(function["arguments"])}
        }

    def _shortened(self, text: str) -> str:
        """Of JSON; text without an id stays as it is."""
        if f'"{MANY}"' not in text:
            return IN_JSON.sub(lambda found: found[1] + self._handle(found[2]), text)
        try:
            return as_json(_with_ids(json.loads(text), self._handle))
        except (ValueError, RecursionError):
            return text

    def _handle(self, id: str) -> str:
        if not ID.fullmatch(id):
            return id
        id = id.lower()
        if id not in self._handles:
            length = SHORTEST
            while (handle := handle_of(UUID(id), length)) in self._ids:
                length += GROUP
            self._ids[handle], self._handles[id] = id, handle
        return self._handles[id]

    def _id(self, handle: str) -> str:
        return self._ids.get(_bare(handle), handle)


def _opened(value: Any) -> Any:
    """A list that was written as a text of JSON."""
    try:
        return loose.read(value) if isinstance(value, str) and value.strip()[:1] == "[" else value
    except ValueError:
        return value


def _bare(handle: str) -> str:
    return handle.strip(AROUND).lower()


def _with_ids(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value in which the ids of tasks, and nothing else, are changed."""
    if isinstance(value, list):
        return [_with_ids(each, change) for each in value]
    if not isinstance(value, dict):
        return value
    changed = {}
    for name, each in value.items():
        if name in ONE and isinstance(each, str):
            each = change(each)
        elif name == MANY and isinstance(each, list):
            each = [change(id) if isinstance(id, str) else id for id in each]
        changed[name] = _with_ids(each, change)
    return changed
