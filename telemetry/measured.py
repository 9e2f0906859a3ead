"""What is measured of a turn while it is taken: names and numbers, never a word of anybody's."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from uuid import UUID

from telemetry import genai
from telemetry.spans import NO_SPAN, Span, Value

OK = "ok"
STOPPED = "stopped"
"""How a call of a model ends that was not wanted any longer."""

UNKNOWN_TOOL = "unknown"
"""A tool that there is not: what a model calls it may be anybody's words."""


@dataclass(slots=True)
class ModelCall:
    """A language model that was asked for one step.

    ``model`` is what it is called in the settings, ``endpoint`` the name that is in the log, and
    ``provider`` whose protocol it speaks, as OpenTelemetry has it.
    ``outcome`` is ``ok``, ``stopped`` or the code of an LLMError; then ``status`` is that of the
    server's answer, 0 where there was none, and ``reason`` why it failed, in fixed words of ours.
    """

    model: str
    endpoint: str
    provider: str = ""
    span: Span = NO_SPAN
    began: float = field(default_factory=monotonic)
    seconds: float = 0.0
    first_word_seconds: float | None = None
    outcome: str = ""
    status: int = 0
    reason: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None

    def spoke(self) -> None:
        """It has said something; the first time counts."""
        if self.first_word_seconds is None:
            self.first_word_seconds = monotonic() - self.began

    def end(self, outcome: str, status: int = 0, reason: str = "") -> None:
        self.seconds = monotonic() - self.began
        self.outcome, self.status, self.reason = outcome, status, reason
        self.span.end(self._attributes(), "" if outcome in (OK, STOPPED) else outcome)

    def _attributes(self) -> dict[str, Value]:
        return {
            genai.OPERATION: genai.CHAT,
            genai.PROVIDER: self.provider,
            genai.MODEL: self.model,
            genai.STREAM: True,
            genai.FIRST_CHUNK: self.first_word_seconds,
            genai.INPUT_TOKENS: self.input_tokens,
            genai.OUTPUT_TOKENS: self.output_tokens,
            genai.CACHED_TOKENS: self.cached_tokens,
            "http.response.status_code": self.status or None,
            "todo_chat.endpoint": self.endpoint,
            "todo_chat.outcome": self.outcome,
            "todo_chat.reason": self.reason or None,
        }


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A tool call whose record is kept. ``status`` is ``succeeded`` or ``failed``."""

    name: str
    status: str
    seconds: float


@dataclass(slots=True)
class Measured:
    """One attempt at a turn, in the process that takes it, from its beginning on."""

    streamed: bool = False
    span: Span = NO_SPAN
    began: float = field(default_factory=monotonic)
    first_word_seconds: float | None = None
    model_calls: list[ModelCall] = field(default_factory=list)
    tool_calls: list[ToolCall] = field(default_factory=list)

    def ask(self, model: str, endpoint: str, provider: str = "") -> ModelCall:
        """A call of a language model, which begins now."""
        span = self.span.begin(f"{genai.CHAT} {model}", is_client=True)
        call = ModelCall(model, endpoint, provider, span)
        self.model_calls.append(call)
        return call

    def called(self, id: UUID, name: str, status: str, began: datetime, seconds: float) -> None:
        """The record of a tool call has been committed."""
        self.tool_calls.append(ToolCall(name, status, seconds))
        span = self.span.begin(f"{genai.EXECUTE_TOOL} {name}", at=began.timestamp())
        attributes: dict[str, Value] = {
            genai.OPERATION: genai.EXECUTE_TOOL,
            genai.TOOL: name,
            genai.TOOL_TYPE: "function",
            genai.TOOL_CALL: str(id),
        }
        span.end(attributes, "tool_error" if status == "failed" else "")

    def spoke(self) -> None:
        """The person is shown a piece of the reply; the first counts."""
        if self.first_word_seconds is None:
            self.first_word_seconds = monotonic() - self.began

    @property
    def seconds(self) -> float:
        """Up to now."""
        return monotonic() - self.began

    @property
    def first_word_ms(self) -> int | None:
        return None if self.first_word_seconds is None else round(self.first_word_seconds * 1000)

    @property
    def model(self) -> str:
        """Which was asked last; empty where none was."""
        return self.model_calls[-1].model if self.model_calls else ""

    @property
    def tools(self) -> dict[str, int]:
        """How often each was called."""
        return dict(Counter(call.name for call in self.tool_calls))

    @property
    def failure(self) -> ModelCall | None:
        """The last call of a model that failed."""
        failed = (call for call in reversed(self.model_calls) if call.outcome not in (OK, STOPPED))
        return next(failed, None)
