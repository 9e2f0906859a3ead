"""The one signature that every language model has here, remote or built in."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any, Protocol

from agent.events import TextDelta

Message = dict[str, Any]
"""One message of the Chat Completions protocol, as a plain dict."""


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """A tool that the model asks for; ``arguments`` is its JSON text, unchecked.

    ``id`` is the model's own, and ``beside`` what else came with the call: see ``agent.beside``.
    """

    name: str
    arguments: str
    id: str = ""
    beside: dict[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Response:
    """How one step of the model ended; the text itself has been streamed as deltas.

    ``cached_tokens`` are those of the input that the server had read before; ``thinking`` is what
    the model thought and did not say. ``pieces`` are those in which a server told the text, of
    which several may have been one delta.
    """

    text: str
    tool_requests: list[ToolRequest] = field(default_factory=list)
    finish_reason: str = "stop"
    model: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    thinking: str = ""
    pieces: int = 0
    beside: dict[str, Any] = field(default_factory=dict)
    warning: str = ""
    """A sentence for the person, where the model takes no tools and so was not offered any."""

    @property
    def lacks_tools(self) -> bool:
        return bool(self.warning)


def wait_on() -> None:
    """The ``idle`` of those who have nothing else to do."""


class LLM(Protocol):
    @property
    def model(self) -> str:
        """Under which name it was set up."""
        ...

    def stream(
        self,
        messages: list[Message],
        tools: list[dict[str, Any]],
        idle: Callable[[], None] = wait_on,
    ) -> Generator[TextDelta, None, Response]:
        """Yield the text as it comes; return the whole step. Raises LLMError.

        ``idle`` is called about once a second while no text comes; what it raises ends the step.
        """
        ...


class BuiltIn:
    """What the built-in assistant is, for who need not load it to know."""


class StandIn(LLM, Protocol):
    """A language model that can tell beforehand whether it has an answer."""

    def understands(self, messages: list[Message]) -> bool: ...


class LLMError(Exception):
    """The model gave no usable answer; ``detail`` is a sentence that is safe to show.

    ``status`` is that of its server's answer, 0 where there was none; ``reason`` is for the log, in
    fixed words, and never in those of the server.
    """

    code: str
    detail: str
    is_of_the_prompt = False
    """It is what was asked that has no answer here, not the model that fails."""

    def __init__(self, retry_after: int | None = None, status: int = 0, reason: str = "") -> None:
        super().__init__(self.detail)
        self.retry_after = retry_after
        self.status = status
        self.reason = reason


class LLMUnavailable(LLMError):
    code = "llm_unavailable"
    detail = "The assistant cannot be reached just now. Your message is kept; try again soon."


class LLMMisconfigured(LLMError):
    code = "llm_misconfigured"
    detail = "The assistant is not set up correctly. Your message is kept; tell the operator."


class LLMTimeout(LLMError):
    code = "llm_timeout"
    detail = "The assistant took too long to answer. Your message is kept; try again."


class LLMBadResponse(LLMError):
    code = "llm_bad_response"
    detail = "The assistant gave an answer that makes no sense. Your message is kept; try again."


class LLMNoQuota(LLMUnavailable):
    detail = (
        "The assistant's account with its provider is used up. Your message is kept; tell the "
        "operator."
    )


class LLMNoModel(LLMMisconfigured):
    detail = (
        "The language model that the assistant is to use does not exist. Your message is kept; "
        "tell the operator."
    )


class LLMTooLong(LLMBadResponse):
    is_of_the_prompt = True
    detail = (
        "That is more than the language model can read at once. Your message is kept; send a "
        "shorter one."
    )


class LLMFiltered(LLMBadResponse):
    """The newest message is refused for its words, whatever stands around it."""

    is_of_the_prompt = True
    detail = (
        "The provider of the language model refuses the wording of this message. Say it in other "
        "words; from here on I leave this message out."
    )
