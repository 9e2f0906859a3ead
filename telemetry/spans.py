"""Spans as the rest of the house knows them: of a turn, of each call of a model, of each tool call.

Nothing of OpenTelemetry is imported here. Where nobody wants traces, a span is one that does
nothing; ``telemetry.tracing`` puts its own in the place of it.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

Value = str | int | float | bool | None

came_with: ContextVar[str] = ContextVar("came_with", default="")
"""The ``traceparent`` of the request at hand (https://www.w3.org/TR/trace-context/), unchecked."""

passed_on: ContextVar[str] = ContextVar("passed_on", default="")
"""The one that a request to a model's server takes along."""


class Span:
    """Of a trace, or of none. Others are begun within it, whatever the thread."""

    trace_id = ""
    """32 hex digits."""

    traceparent = ""
    """By which others go on with the trace."""

    def begin(self, name: str, *, is_client: bool = False, at: float | None = None) -> "Span":
        """One within it; ``at`` is in seconds since 1970, where it has begun before now."""
        return self

    def end(self, attributes: Mapping[str, Value], error: str = "") -> None:
        """What is None is not told. ``error`` is a word of ours, where it has failed."""


NO_SPAN = Span()


@dataclass(slots=True)
class _Process:
    begin: Callable[[str, str], Span]


process = _Process(lambda name, traceparent: NO_SPAN)
"""How the first span of a turn begins here, of this name and within the trace it came with."""


def begin(name: str) -> Span:
    return process.begin(name, came_with.get())


@contextmanager
def coming_with(traceparent: str) -> Iterator[None]:
    """Turns that are taken meanwhile are of this trace; an empty one is none."""
    token = came_with.set(traceparent)
    try:
        yield
    finally:
        came_with.reset(token)
