"""A language model that says, in the process of the test, what the test wrote down for it."""

import json
from collections.abc import Callable, Generator, Sequence
from copy import deepcopy
from typing import Any

from agent.events import TextDelta
from agent.llm import Message, Response, ToolRequest, wait_on
from tests.fakes.rules import validate_messages

Part = str | ToolRequest | Exception
Step = Sequence[Part] | Exception | Callable[[list[Message]], "Step"]


def call(name: str, **arguments: Any) -> ToolRequest:
    return ToolRequest(name, json.dumps(arguments))


class ScriptedLLM:
    """Each call of ``stream`` plays the next step.

        ScriptedLLM(["Let me ", "see.", call("list_tasks")], ["You have nothing to do."])

    A step is what is streamed, text and tool requests; an exception, alone or among these, is
    raised there. A step may be made of the prompt, by a function. ``prompts`` are those it got;
    an illegal one, and a call too many, is an AssertionError.
    """

    def __init__(self, *steps: Step, model: str = "scripted") -> None:
        self.steps = list(steps)
        self.prompts: list[list[Message]] = []
        self.tools: list[list[dict[str, Any]]] = []
        self.model = model

    def stream(
        self,
        messages: list[Message],
        tools: list[dict[str, Any]],
        idle: Callable[[], None] = wait_on,
    ) -> Generator[TextDelta, None, Response]:
        fault = validate_messages(messages)
        if fault:
            raise AssertionError(fault)
        self.prompts.append(deepcopy(messages))
        self.tools.append(tools)
        if not self.steps:
            raise AssertionError("the script is over")
        return (yield from self._play(self.steps.pop(0)))

    def _play(self, step: Step) -> Generator[TextDelta, None, Response]:
        while callable(step):
            step = step(self.prompts[-1])
        text, requests = "", []
        for part in [step] if isinstance(step, Exception) else step:
            if isinstance(part, Exception):
                raise part
            if isinstance(part, ToolRequest):
                requests.append(part)
                continue
            text += part
            yield TextDelta(part)
        reason = "tool_calls" if requests else "stop"
        return Response(text, requests, reason, self.model, input_tokens=10, output_tokens=5)
