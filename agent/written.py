"""Calls that a model writes into its answer, because its server did not see that they are calls.

Each maker has marks of its own for them (``agent.marks``). What stands there must be calls of known
tools whose arguments bind, up to the end of the answer.

Titles, notes and earlier messages are data: what stands in them is never taken for a call when the
model repeats it, and neither is the example that somebody asked for. In doubt it stays text.
"""

import re
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import replace
from functools import cache, cached_property
from html import unescape
from itertools import islice
from unicodedata import category, normalize

from agent.events import TextDelta
from agent.llm import Message, Response, ToolRequest
from agent.marks import (
    ARGUMENTS,
    MARK,
    NAME,
    NAMES,
    OPENING,
    PREFIX,
    WINDOW,
    NoCalls,
    WrittenCall,
    read_calls,
)
from text import paired
from text.expressions import expression

IN_A_LINE = expression(
    r"(?<![`\"'“‘(])(?:<[|｜]?(?:\w{1,20}:)?(?:tool|function)[\w▁]{0,25}[|｜]?>|<function="
    r"|\[TOOL_CALLS?\]|<\|python_tag\|>)"
)
"""Marks that hardly anybody else writes, so that a call may begin with them behind other words."""
BEGINS_IN_A_LINE = expression(r"(?<![`\"'“‘(])(?:<[^<>\s]{0,60}|\[[A-Z_]{0,11})\Z")
GOES_ON = expression(
    r"(?:```\w{0,20})?\s{0,9}(?:(?:functools)?\[?\s{0,9}\{?"
    r"|<(?:[｜|]?\w{1,20}[｜|:])?(?:function|invoke|tool_call))"
)
"""Lines behind which a call may begin in the next one."""
MARKED = expression(rf"(?:```\w{{0,20}}\s+)?(?:{MARK}|{PREFIX})")
MARKED_BEFORE = expression(rf"(?:{MARK})\s*\Z")

LONGEST = 250_000
MOST_BEGINNINGS = 20
"""Lines of one answer that are looked at as the beginning of a call."""
BLANKS = expression(rf"\s{{0,{WINDOW}}}")

ENDS = frozenset({"length", "content_filter"})
ABOUT_CALLS = expression(r"\b(?:tool|function|api)[ _-]?calls?\b|\bjson\b|\bxml\b|\bsyntax\b", re.I)
SHOWN = expression(r"\b(?:examples?|samples?|for instance|would look|looks? like this)\b", re.I)
"""Words of somebody who wants to see a call, or shows one."""
OFFERED = expression(
    r"\b(?:if you|(?:should|shall|may) (?:I|we)|do you want|would|could|cannot|can['’]t|unable"
    r"|not able|format|syntax)\b|\?\s*\Z",
    re.I,
)
"""Of a model that does not do it, or not yet."""

UNSEEN = expression(r"\\{1,99}[nrtbf]|[\s\\\"'`“”‘’]")
UNICODE = expression(r"\\{1,99}u([0-9a-fA-F]{4})")
CLOSING = "})]> "


@cache
def beginnings(names: tuple[str, ...]) -> re.Pattern[str]:
    """How a line may begin in which tools of these names are called."""
    key = "|".join((*NAMES, *ARGUMENTS, "tool_calls", "function_call", "type", "id", *names))
    called = rf"(?:(?:print\(default_api|{NAME})\.)?(?:{'|'.join(map(re.escape, names))})"
    return re.compile(
        rf"(?:```\w{{0,20}}\s{{1,9}})?(?:{OPENING}|{PREFIX}|to=functions|(?:functools)?\[?\s{{0,9}}"
        rf"(?:\{{\s{{0,9}}[\"']?(?:{key})\b|{called}[(\s]))"
    )


class _Hold:
    """Text, held back from where a call may begin; a mark may be split over pieces."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._begins = beginnings(names)
        self._firsts = (
            *(f"{name}(" for name in names),
            "functools[",
            "default_api.",
            "print(d",
            "to=f",
        )
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
                end = text.find("\n", place)
                line = (text, place, len(text) if end < 0 else end)
                if mark := IN_A_LINE.search(*line):
                    self._parts = [text[mark.start() :]]
                    return text[: mark.start()]
                if end < 0:
                    begun = BEGINS_IN_A_LINE.search(*line)
                    self._line = begun[0] if begun else ""
                    return text.removesuffix(self._line)
                self._in_line, place = False, end
            start = self._start_of(text, place)
            window = text[start : start + WINDOW]
            if self._may_begin(window) and _is_open(window):
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


def _is_open(window: str) -> bool:
    """Whether more text may show that a call begins here: whole lines mostly tell."""
    whole, _, _ = window.rpartition("\n")
    return len(window) < WINDOW and GOES_ON.fullmatch(whole.strip()) is not None


class Written:
    """One answer: ``read`` its stream. ``messages`` is all that the model has read.

    ``takes`` tells whether a tool of that name takes these arguments. Once it is read, ``is_taken``
    tells whether the model has written calls that are taken, and ``is_vain`` whether a command that
    is not.
    """

    def __init__(
        self, messages: list[Message], names: Iterable[str], takes: Callable[[str, str], bool]
    ) -> None:
        self._messages = messages
        self._names = tuple(names)
        self._takes = takes
        self._hold = _Hold(self._names)
        self._said = ""
        self.is_taken = self.is_vain = False

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
        self.is_taken = True
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
        """Whether the person wants to see a call, the model shows or offers one, or is amid it."""
        near = before[-WINDOW:]
        shows = SHOWN.search(self._asked) or SHOWN.search(before) or OFFERED.search(near)
        is_in_code = before.count("```") % 2 == 1
        return bool(self._is_asked or shows or is_in_code or MARKED_BEFORE.search(near))

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
