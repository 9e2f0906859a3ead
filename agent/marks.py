"""Calls in text, in the marks that the templates of makers give them.

https://github.com/vllm-project/vllm/tree/main/vllm (its tool parsers) reads most of them. Here the
marks are passed over, and what is left must be calls, up to the end of the text.
"""

import ast
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from agent import loose
from text.expressions import expression

NAME = r"[A-Za-z_][\w-]{0,63}"
WORDS_OF_MARKS = (
    r"tool|function|call|invoke|action|plugin|python_tag"
    r"|channel|constrain|message|start|end|eo[tms]"
)
MARK = (
    rf"<(?=[^<>\n]{{0,60}}(?i:{WORDS_OF_MARKS}))[^<>=\"\n]{{1,60}}>|</s>"
    r"|\[/?TOOL_CALLS?\]|\[ARGS\]|\[CALL_ID\]\w{1,64}"
)
SKIPPED = expression(
    rf"\s+|[;,]|{MARK}|```\w{{0,20}}|functools(?=\[)"
    r"|(?:json|code|function|assistant)(?=\s{0,9}<)|commentary(?=\s{0,9}(?:<|json|code))"
)
IN_THE_WAY = expression(rf"{MARK}|```")
PREFIX = r"<(?:[｜|]?\w{1,20}[｜|:])?(?:function|invoke|tool_call)(?:=|\s+name\s?=\s?)[\"']?"
TAGGED = expression(rf"{PREFIX}(?P<name>{NAME})[\"']?\s?>")
NAMED = expression(
    rf"(?:(?:assistant|commentary|analysis)\s+)?(?:to=)?(?:(?:functions?|default_api)\.|call:)?"
    rf"(?P<name>{NAME})(?::\d{{1,4}})?(?=\s{{0,9}}(?:[<{{\[`]|$))"
)
IN_PYTHON = expression(rf"\[?\s?(?:{NAME}\.)?{NAME}\(")
OPENING = rf"(?!\[/|<[^<>\n]{{0,60}}(?i:/|end))(?:{MARK})"

ARGUMENT = expression(
    r"\s*(?:<(?:[｜|]?\w{1,20}[｜|:])?parameter(?:=(?P<key>\w{1,64})"
    r"|\s+name\s?=\s?\"(?P<named>\w{1,64})\"[^<>]{0,60})>(?P<value>[^<]*(?:<(?!/)[^<]*)*)"
    r"</[^<>\n]{0,30}parameter>"
    r"|<arg_key>\s*(?P<arg>\w{1,64})\s*</arg_key>\s*<arg_value>(?P<told>[^<]*(?:<(?!/)[^<]*)*)"
    r"</arg_value>)"
)
QUOTE = r"(?:<escape>|<\|\"\|>)"
QUOTED = expression(rf"{QUOTE}?(\w{{1,64}}){QUOTE}?:(?:{QUOTE}([^<]*){QUOTE}|([^<,{{}}]*)),?")
"""A name and its value, as functiongemma and Gemma 4 quote them."""

NAMES = ("name", "tool", "tool_name", "function", "function_name", "action")
ARGUMENTS = ("arguments", "parameters", "args", "input", "tool_input", "action_input")
WINDOW = 200
"""Characters of a line that tell whether a call may begin with it."""


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """``arguments`` is its JSON text, unchecked, "" if none are there; ``source`` is all of it."""

    name: str
    arguments: str
    source: str


class NoCalls(Exception):
    """The text is not calls alone, or half a call; ``calls`` are those before that."""

    def __init__(self, calls: list[WrittenCall]) -> None:
        self.calls = calls


def read_calls(text: str, start: int = 0) -> list[WrittenCall]:
    """The calls that ``text`` is from ``start`` to its end. Raises NoCalls."""
    calls: list[WrittenCall] = []
    place = _skip(text, start)
    try:
        while place < len(text):
            found, place = _read_one(text, place)
            calls += found
            place = _skip(text, place)
    except (ValueError, RecursionError, MemoryError):  # of Python or JSON that nests too deeply
        raise NoCalls(calls) from None
    if not calls:
        raise NoCalls([])
    return calls


def _skip(text: str, place: int) -> int:
    while match := SKIPPED.match(text, place):
        place = match.end()
    return place


def _read_one(text: str, start: int) -> tuple[list[WrittenCall], int]:
    """The calls that begin at ``start``, and where they end. Raises ValueError."""
    if IN_PYTHON.match(text, start):
        return _read_python(text, start)
    if text[start] in "{[":
        value, end = loose.read_from(text, start)
        source = text[start:end]
        return [WrittenCall(*each, source) for each in _calls_in(value)], end
    head = TAGGED.match(text, start) or NAMED.match(text, start)
    if head is None:
        raise ValueError("nothing of a call")
    arguments, end = _read_arguments(text, head.end())
    return [WrittenCall(head["name"], arguments, text[start:end])], end


def _read_arguments(text: str, start: int) -> tuple[str, int]:
    """As JSON text; an object, or one value after the other between marks."""
    place = _skip(text, start)
    if text.startswith("{", place) and re.search(QUOTE, text[place : place + WINDOW]):
        end = text.index("}", place) + 1
        pairs = QUOTED.findall(text[place + 1 : end - 1])
        return json.dumps({name: told or bare for name, told, bare in pairs}), end
    if text.startswith("{", place):
        end = loose.read_from(text, place)[1]
        return text[place:end], end
    values = {}
    place = start
    while match := ARGUMENT.match(text, place):
        name = match["key"] or match["named"] or match["arg"]
        values[name] = (match["value"] or match["told"] or "").strip("\n")
        place = match.end()
    return json.dumps(values), place


def _calls_in(value: Any) -> Iterator[tuple[str, str]]:
    """Name and arguments of each call in a value of JSON. Raises ValueError for anything else."""
    if isinstance(value, list):
        for each in value:
            yield from _calls_in(each)
        return
    if not isinstance(value, dict):
        raise ValueError("no call")
    if "tool_calls" in value:
        yield from _calls_in(value["tool_calls"])
        return
    inner = value.get("function", value.get("function_call"))
    call = inner if isinstance(inner, dict) else value
    names = [call[key] for key in NAMES if isinstance(call.get(key), str)]
    given = [call[key] for key in ARGUMENTS if key in call]
    if not (names or given) and len(call) == 1:
        names, given = list(call), list(call.values())
    if not names or len(given) > 1:
        raise ValueError("no call")
    arguments = given[0] if given else ""
    text = arguments if isinstance(arguments, str) else json.dumps(arguments)
    yield names[0].removeprefix("functions."), text


def _read_python(text: str, start: int) -> tuple[list[WrittenCall], int]:
    """``[name(key="value")]``, as Llama 4 and Gemma write it. Raises ValueError."""
    end = min((mark.start() for mark in IN_THE_WAY.finditer(text, start)), default=len(text))
    try:
        tree = ast.parse(text[start:end].strip(), mode="eval").body
    except SyntaxError:
        raise ValueError("no Python") from None
    calls = tree.elts if isinstance(tree, ast.List) else [tree]
    return [_python_call(call, text[start:end]) for call in calls], end


def _python_call(call: ast.expr, source: str) -> WrittenCall:
    if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "print" and call.args:
        call = call.args[0]  # Gemini shows what came of it
    if not isinstance(call, ast.Call) or call.args:
        raise ValueError("no call by names")
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    arguments = {keyword.arg or "": ast.literal_eval(keyword.value) for keyword in call.keywords}
    return WrittenCall(name, json.dumps(arguments), source)
