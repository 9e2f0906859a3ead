"""A language model whose calls are measured."""

from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any

from agent.events import TextDelta
from agent.llm import LLM, BuiltIn, LLMError, Message, Response, wait_on
from telemetry.measured import OK, STOPPED, Measured
from telemetry.spans import passed_on


class MeasuredLLM:
    """``llm``, called ``name`` in the log; ``measured`` gets to know how each call of it goes."""

    def __init__(self, llm: LLM, measured: Measured, name: str = "") -> None:
        self._llm = llm
        self._measured = measured
        self._name = name or llm.model

    @property
    def model(self) -> str:
        return self._llm.model

    def stream(
        self,
        messages: list[Message],
        tools: list[dict[str, Any]],
        idle: Callable[[], None] = wait_on,
    ) -> Generator[TextDelta, None, Response]:
        """See ``agent.llm.LLM``."""
        provider = "todo_chat" if isinstance(self._llm, BuiltIn) else "openai"
        call = self._measured.ask(self.model, self._name, provider)
        try:
            with closing(self._llm.stream(messages, tools, idle)) as stream:
                while True:
                    token = passed_on.set(call.span.traceparent)
                    try:
                        delta = next(stream)
                    finally:
                        passed_on.reset(token)
                    call.spoke()
                    yield delta
        except StopIteration as stop:
            response: Response = stop.value
        except LLMError as error:
            call.end(error.code, error.status, error.reason)
            raise
        except BaseException:  # nobody wants to hear more, or not from us
            call.end(STOPPED)
            raise
        call.input_tokens, call.output_tokens = response.input_tokens, response.output_tokens
        call.cached_tokens = response.cached_tokens
        call.end(OK)
        return response
