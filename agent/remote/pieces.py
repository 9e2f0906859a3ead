"""The tool calls of an answer, put together from the pieces in which they come.

The protocol gives each call an index and an id, its name once and its arguments bit by bit. Servers
leave out the index or the id, write the index as a text, give all calls the same one, repeat name
and id with each piece or cut the name, and tell the arguments anew, longer each time.
"""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from agent import beside
from agent.llm import ToolRequest
from text import paired

NO_ARGUMENTS = ("", "{}")
FLAT = ("name", "arguments")
"""What a call has itself where the server puts no function around it, as Cloudflare does."""

WORD = re.compile(r"\w+")


@dataclass(slots=True)
class _Call:
    """A tool call as far as it has come; ``place`` is its index, "" where the server gives none."""

    place: str
    id: str
    name: str
    arguments: str
    beside: dict[str, Any] = field(default_factory=dict)


class Calls:
    """``fold`` each piece. ``names`` are those of the tools, which tell a name from half of one."""

    def __init__(self, names: Collection[str]) -> None:
        self._names = names
        self._calls: list[_Call] = []

    def __bool__(self) -> bool:
        return bool(self._calls)

    def requests(self) -> list[ToolRequest]:
        return [
            ToolRequest(self._tool(call.name), paired(call.arguments), call.id, call.beside)
            for call in self._calls
        ]

    def _tool(self, name: str) -> str:
        """The one tool that a name tells, beside which models and servers leave marks: gpt-oss its
        ``functions.`` and ``<|channel|>``, Gemini ``default_api.``; else the name as it is.
        """
        told = [word for word in WORD.findall(name) if word in self._names]
        return told[0] if len(told) == 1 else name

    def fold(self, piece: dict[str, Any]) -> None:
        """``piece`` is of one call, as the protocol has it. Raises TypeError for wrong types."""
        new = _read(piece)
        call = self._call_of(new)
        if call is None or not self._continues(new, call):
            if new.name or new.arguments or new.id:
                self._calls.append(new)
            return
        call.id = call.id or new.id
        call.name = _joined_names(call.name, new.name)
        call.arguments = _joined_arguments(call.arguments, new.arguments)
        call.beside |= new.beside

    def _call_of(self, new: _Call) -> _Call | None:
        """The one whose piece it may be: of the same place, else of the same id, else the last."""
        latest = reversed(self._calls)
        if new.place:
            return next((call for call in latest if call.place == new.place), None)
        by_id = (call for call in latest if call.id == new.id) if new.id else iter(())
        return next(by_id, self._calls[-1] if self._calls else None)

    def _continues(self, new: _Call, call: _Call) -> bool:
        """Whether ``new`` is more of ``call``. Only what has a name can be a call of its own."""
        if not (new.name and call.name):
            return True
        if new.id and call.id and new.id != call.id:
            return False
        if new.name != call.name:
            return self._is_half(call, new)
        if not new.arguments or not _is_complete(call.arguments):
            return True
        if new.arguments == call.arguments or new.arguments in NO_ARGUMENTS:
            return bool(new.id) or new.arguments not in NO_ARGUMENTS
        return call.arguments in NO_ARGUMENTS

    def _is_half(self, call: _Call, new: _Call) -> bool:
        """Whether it is with ``new`` alone that the name becomes that of a tool."""
        name = _joined_names(call.name, new.name)
        unknown = call.name not in self._names and not call.arguments
        return unknown and any(known.startswith(name) for known in self._names)


def _read(piece: dict[str, Any]) -> _Call:
    index, id = piece.get("index"), piece.get("id")
    function = piece.get("function") or {each: piece.get(each) for each in FLAT}
    if not isinstance(function, dict):
        raise TypeError("a function is an object")
    name, arguments = function.get("name") or "", function.get("arguments")
    if not isinstance(name, str):
        raise TypeError("a name is a text")
    if not isinstance(arguments, str):
        arguments = json.dumps(arguments) if arguments else ""
    return _Call(
        place=str(index) if isinstance(index, int | str) else "",
        id=id if isinstance(id, str) else "",
        name=name,
        arguments=arguments,
        beside=beside.unknown(piece, beside.IN_A_CALL),
    )


def _joined_names(so_far: str, more: str) -> str:
    return more if more.startswith(so_far) else so_far if so_far.endswith(more) else so_far + more


def _joined_arguments(so_far: str, more: str) -> str:
    """Some tell an empty object first, some at the end, and some all from the beginning again."""
    if not more:
        return so_far
    if so_far.strip() in NO_ARGUMENTS and more.strip():
        return more
    if more in NO_ARGUMENTS and _is_complete(so_far):
        return so_far
    if so_far.lstrip().startswith("{") and more.startswith(so_far):
        return more
    return so_far + more


def _is_complete(arguments: str) -> bool:
    if not arguments.rstrip().endswith("}"):
        return False  # the common case, without parsing
    try:
        json.loads(arguments)
    except (ValueError, RecursionError):
        return False
    return True
