"""Calls that a model writes into its answer, because its server did not see that they are calls.

Each maker has marks of its own for them: https://github.com/vllm-project/vllm/tree/main/vllm (its
tool parsers) reads most of them. Here the marks are passed over, and what is left must be calls of
known tools whose arguments bind, up to the end of the answer.

Titles, notes and earlier messages are data: what stands in them is never taken for a call when the
model repeats it, and neither is the example that somebody asked for. In doubt it stays text.
"""

import ast
import json
import re
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache, cached_property
from html import unescape
from itertools import islice
from typing import Any
from unicodedata import category, normalize

from agent import loose
from agent.events import TextDelta
from agent.llm import Message, Response, ToolRequest
from text import paired

NAME = r"[A-Za-z_][\w-]{0,63}"
WORDS_OF_MARKS = (
    r"tool|function|call|invoke|action|plugin|python_tag"
    r"|channel|constrain|message|start|end|eo[tms]"
)
MARK = (
    rf"<(?=[^<>\n]{{0,60}}(?i:{WORDS_OF_MARKS}))[^<>=\"\n]{{1,60}}>|</s>"
    r"|\[/?TOOL_CALLS?\]|\[ARGS\]|\[CALL_ID\]\w{1,64}"
)
SKIPPED = re.compile(
    rf"\s+|[;,]|{MARK}|```\w{{0,20}}|functools(?=\[)"
    r"|(?:json|code|function|assistant)(?=\s{0,9}<)|commentary(?=\s{0,9}(?:<|json|code))"
)
IN_THE_WAY = re.compile(rf"{MARK}|```")
PREFIX = r"<(?:[｜|]?\w{1,20}[｜|:])?(?:function|invoke|tool_call)(?:=|\s+name\s?=\s?)[\"']?"
TAGGED = re.compile(rf"{PREFIX}(?P<name>{NAME})[\"']?\s?>")
NAMED = re.compile(
    rf"(?:(?:assistant|commentary|analysis)\s+)?(?:to=)?(?:(?:functions?|default_api)\.|call:)?"
    rf"(?P<name>{NAME})(?::\d{{1,4}})?(?=\s{{0,9}}(?:[<{{\[`]|$))"
)
IN_PYTHON = re.compile(rf"\[?\s?(?:{NAME}\.)?{NAME}\(")
OPENING = rf"(?!\[/|<[^<>\n]{{0,60}}(?i:/|end))(?:{MARK})"
MARKED = re.compile(rf"(?:```\w{{0,20}}\s+)?(?:{MARK}|{PREFIX})")
MARKED_BEFORE = re.compile(rf"(?:{MARK})\s*\Z")

ARGUMENT = re.compile(
    r"\s*(?:<(?:[｜|]?\w{1,20}[｜|:])?parameter(?:=(?P<key>\w{1,64})"
    r"|\s+name\s?=\s?\"(?P<named>\w{1,64})\"[^<>]{0,60})>(?P<value>[^<]*(?:<(?!/)[^<]*)*)"
    r"</[^<>\n]{0,30}parameter>"
    r"|<arg_key>\s*(?P<arg>\w{1,64})\s*</arg_key>\s*<arg_value>(?P<told>[^<]*(?:<(?!/)[^<]*)*)"
    r"</arg_value>)"
)
ESCAPED = re.compile(
    r"(?:<escape>)?(\w{1,64})(?:<escape>)?:(?:<escape>([^<]*)<escape>|([^<,{}]*)),?"
)

NAMES = ("name", "tool", "tool_name", "function", "function_name", "action")
ARGUMENTS = ("arguments", "parameters", "args", "input", "tool_input", "action_input")
WINDOW = 200
"""Characters of a line that tell whether a call may begin with it."""
LONGEST = 250_000
MOST_BEGINNINGS = 20
"""Lines of one answer that are looked at as the beginning of a call."""
BLANKS = re.compile(rf"\s{{0,{WINDOW}}}")

ENDS = frozenset({"length", "content_filter"})
ABOUT_CALLS = re.compile(r"\b(?:tool|function|api)[ _-]?calls?\b|\bjson\b|\bxml\b|\bsyntax\b", re.I)
SHOWN = re.compile(r"\b(?:examples?|samples?|for instance|would look|looks? like this)\b", re.I)
"""Words of somebody who wants to see a call, or shows one."""

UNSEEN = re.compile(r"\\{1,99}[nrtbf]|[\s\\\"'`“”‘’]")
UNICODE = re.compile(r"\\{1,99}u([0-9a-fA-F]{4})")
CLOSING = "})]> "


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
    if text.startswith("{<escape>", place) or "<escape>" in text[place : place + WINDOW]:
        end = text.index("}", place) + 1
        pairs = ESCAPED.findall(text[place + 1 : end - 1])
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
    if not isinstance(call, ast.Call) or call.args:
        raise ValueError("no call by names")
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    arguments = {keyword.arg or "": ast.literal_eval(keyword.value) for keyword in call.keywords}
    return WrittenCall(name, json.dumps(arguments), source)


@cache
def _beginnings(names: tuple[str, ...]) -> re.Pattern[str]:
    """How a line may begin in which tools of these names are called."""
    key = "|".join((*NAMES, *ARGUMENTS, "tool_calls", "function_call", "type", "id"))
    called = rf"(?:{NAME}\.)?(?:{'|'.join(map(re.escape, names))})"
    return re.compile(
        rf"(?:```\w{{0,20}}\s{{1,9}})?(?:{OPENING}|{PREFIX}|to=functions|(?:functools)?\[?\s{{0,9}}"
        rf"(?:\{{\s{{0,9}}[\"']?(?:{key})\b|{called}[(\s]))"
    )


class _Hold:
    """Text, held back from where a call may begin; a mark may be split over pieces."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._begins = _beginnings(names)
        self._firsts = (*(f"{name}(" for name in names), "functools[", "default_api.", "to=f")
        self._parts: list[str] = []
        self._size = 0
        self._line = ""
        self._in_line = False

    def feed(self, text: str) -> str:
        """What of it, and of what was held, can be told."""
        if self._parts:
            self._parts.append(text)
            self._size += len(text)
            return self.rest() if self._size > LONGEST else ""
        text, self._line, place = self._line + text, "", 0
        while True:
            if self._in_line:
                place = text.find("\n", place)
                if place < 0:
                    return text
                self._in_line = False
            start = self._start_of(text, place)
            window = text[start : start + WINDOW]
            if self._may_begin(window) and len(window) < WINDOW:
                self._line = text[place:]
                return text[:place]
            if self._may_begin(window) and self._begins.match(window):
                self._parts = [text[place:]]
                return text[:place]
            self._in_line, place = True, start

    def rest(self) -> str:
        held = "".join([*self._parts, self._line])
        self._parts, self._line, self._in_line = [], "", True
        return held

    def beginnings(self, text: str) -> list[int]:
        """The first places in a text where a call may begin a line."""
        starts = (self._start_of(text, line.end()) for line in re.finditer(r"^", text, re.M))
        found = (start for start in starts if self._begins.match(text, start))
        return list(islice(found, MOST_BEGINNINGS))

    def _start_of(self, text: str, place: int) -> int:
        blanks = BLANKS.match(text, place)
        return blanks.end() if blanks else place

    def _may_begin(self, window: str) -> bool:
        return window[:1] in ("", "<", "[", "{", "`") or any(
            window.startswith(first) or first.startswith(window) for first in self._firsts
        )


class Written:
    """One answer: ``read`` its stream. ``messages`` is all that the model has read.

    ``takes`` tells whether a tool of that name takes these arguments. Once it is read, ``is_vain``
    tells whether the model has written a command that was not taken.
    """

    def __init__(
        self, messages: list[Message], names: Iterable[str], takes: Callable[[str, str], bool]
    ) -> None:
        self._messages = messages
        self._names = tuple(names)
        self._takes = takes
        self._hold = _Hold(self._names)
        self._said = ""
        self.is_vain = False

    def read(
        self, stream: Generator[TextDelta, None, Response]
    ) -> Generator[TextDelta, None, Response]:
        """The same answer, in which calls that are written are calls."""
        said: list[str] = []
        with closing(stream):
            while True:
                try:
                    text = self._hold.feed(next(stream).text)
                except StopIteration as stop:
                    response: Response = stop.value
                    break
                if text:
                    said.append(text)
                    yield TextDelta(text)
        self._said = "".join(said)
        before, calls = self._judged(self._hold.rest(), response)
        if before:
            yield TextDelta(before)
        if not calls:
            return response
        requests = [ToolRequest(call.name, call.arguments) for call in calls]
        text = f"{self._said}{before}"
        return replace(response, text=text, tool_requests=requests, finish_reason="tool_calls")

    def _judged(self, held: str, response: Response) -> tuple[str, list[WrittenCall]]:
        """What of the held text is words, and the calls behind that."""
        if not held or response.tool_requests or response.lacks_tools:
            return held, []
        for start in self._hold.beginnings(held):
            is_marked = MARKED.match(held, start) is not None
            try:
                calls, is_whole = read_calls(held, start), response.finish_reason not in ENDS
            except NoCalls as broken:
                calls, is_whole = broken.calls, False
            if self._has_read(held[start:], calls):
                continue
            before = f"{self._said}{held[:start]}"
            if is_whole and self._are_meant(calls, is_marked) and not self._is_shown(before):
                return held[:start].rstrip(), calls
            self.is_vain |= self._is_command(held[start:], calls, is_marked)
        self.is_vain &= not self._is_asked
        return held, []

    def _are_meant(self, calls: list[WrittenCall], is_marked: bool) -> bool:
        return all(
            (is_marked or call.arguments) and self._takes(call.name, call.arguments)
            for call in calls
        )

    def _is_command(self, text: str, calls: list[WrittenCall], is_marked: bool) -> bool:
        begin = text[:WINDOW]
        is_named = any(name in begin for name in self._names) or (is_marked and "name" in begin)
        return is_named or any(call.arguments for call in calls)

    def _is_shown(self, before: str) -> bool:
        """Whether the person wants to see a call, or the model shows one, or is amid of one."""
        shows = SHOWN.search(self._asked) or SHOWN.search(before)
        return bool(self._is_asked or shows or MARKED_BEFORE.search(before[-WINDOW:]))

    @cached_property
    def _asked(self) -> str:
        asked = (each["content"] for each in reversed(self._messages) if each["role"] == "user")
        return next(asked, "")

    @cached_property
    def _is_asked(self) -> bool:
        """Whether the person speaks of calls themselves."""
        is_named = any(name in self._asked for name in self._names)
        return is_named or ABOUT_CALLS.search(self._asked) is not None

    def _has_read(self, text: str, calls: list[WrittenCall]) -> bool:
        """Whether the model repeats what it has read: the text, a call, the arguments alone, or
        line by line what stands in several places.
        """
        sources = [call.source for call in calls] or text.splitlines()[:1]
        arguments = (call.arguments if call.arguments.strip(" {}") else call.name for call in calls)
        if any(map(self._is_read, (text, *sources, *arguments))):
            return True
        return any(all(map(self._is_read, each.splitlines())) for each in sources)

    def _is_read(self, text: str) -> bool:
        return _bare(text).rstrip(CLOSING) in self._read

    @cached_property
    def _read(self) -> str:
        """What is data of all that was read; what stands in its own calls is in their results."""
        contents = (each["content"] for each in self._messages if each["role"] != "system")
        return _bare("\n".join(contents))


def _bare(text: str) -> str:
    """As it looks, in one case, without blanks and quotes and what JSON and HTML do to them."""
    letters = paired(UNICODE.sub(lambda match: chr(int(match[1], 16)), text))
    looks = normalize("NFKC", unescape(letters)).casefold()
    return UNSEEN.sub("", "".join(each for each in looks if category(each) != "Cf"))
