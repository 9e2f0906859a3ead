"""Providers that want back what they gave beside a call, as their documentation says.

Each of them refuses the next step of the turn with 400 unless it is told their calls as they were
given, and turns that are over in the protocol's own fields alone.
"""

import json
from copy import deepcopy
from typing import Any

from agent.llm import ToolRequest
from tests.fakes.answers import event, stream
from tests.fakes.rules import validate_messages
from tests.fakes.server import Answer

Given = dict[str, Any]


class Provider:
    """``asks`` gives one step; what it gave in the turn is held against each prompt."""

    def __init__(self) -> None:
        self.given: list[Given] = []

    def asks(self, *requests: ToolRequest) -> Answer:
        """The answer of one step, which asks for these tools at once."""
        number = sum(len(each["tool_calls"]) for each in self.given)
        calls = [
            {
                "id": f"call_{number + place}",
                "type": "function",
                "function": {"name": each.name, "arguments": each.arguments},
            }
            for place, each in enumerate(requests)
        ]
        message, deltas = self.step(calls, f"{len(self.given)}")
        self.given.append({"role": "assistant", "content": "", **message})
        return stream(*(event(delta) for delta in deltas), event({}, "tool_calls"))

    def step(self, calls: list[Given], mark: str) -> tuple[Given, list[Given]]:
        """The message as it must come back, and the deltas that make it."""
        raise NotImplementedError

    def fault_of(self, messages: list[Given]) -> str | None:
        asked = max(place for place, each in enumerate(messages) if each["role"] == "user")
        earlier, current = messages[: asked + 1], messages[asked + 1 :]
        if fault := validate_messages(earlier):
            return fault
        told = [_readable(each) for each in current if each["role"] == "assistant"]
        if told != [_readable(each) for each in self.given[: len(told)]]:
            return "A call of this turn does not come back as it was given."
        ids = [call["id"] for each in told for call in each["tool_calls"]]
        if [each["tool_call_id"] for each in current if each["role"] == "tool"] != ids:
            return "The results are not those of the calls."
        return None


def _readable(message: Given) -> Given:
    """Arguments are compared by what they mean."""
    message = deepcopy(message)
    for call in message["tool_calls"]:
        call["function"]["arguments"] = json.loads(call["function"]["arguments"])
    return message


class Gemini(Provider):
    """The first of parallel calls is signed, and each further step.

    https://ai.google.dev/gemini-api/docs/thought-signatures
    """

    def step(self, calls: list[Given], mark: str) -> tuple[Given, list[Given]]:
        calls[0]["extra_content"] = {"google": {"thought_signature": f"signed {mark}=="}}
        return {"tool_calls": calls}, [{"role": "assistant", "tool_calls": deepcopy(calls)}]


class DeepSeek(Provider):
    """https://api-docs.deepseek.com/guides/thinking_mode#tool-calls"""

    def step(self, calls: list[Given], mark: str) -> tuple[Given, list[Given]]:
        message = {"reasoning_content": f"So: they want {mark}.", "tool_calls": calls}
        deltas: list[Given] = [
            {"role": "assistant", "content": None, "reasoning_content": ""},
            *({"content": None, "reasoning_content": each} for each in ("So: ", "they ", "want ")),
            {"reasoning_content": f"{mark}."},
            *({"tool_calls": [{"index": n, **call}]} for n, call in enumerate(deepcopy(calls))),
        ]
        return message, deltas


class OpenRouter(Provider):
    """https://openrouter.ai/docs/use-cases/reasoning-tokens#preserving-reasoning-blocks"""

    def step(self, calls: list[Given], mark: str) -> tuple[Given, list[Given]]:
        kind = {"type": "reasoning.text", "format": "anthropic-claude-v1", "index": 0}
        sealed = {"type": "reasoning.encrypted", "data": f"sealed {mark}", "id": calls[0]["id"]}
        details = [{**kind, "text": f"So: {mark}.", "signature": f"signed {mark}"}, sealed]
        deltas: list[Given] = [
            {"content": "", "reasoning": "So: ", "reasoning_details": [{**kind, "text": "So: "}]},
            {"reasoning": f"{mark}.", "reasoning_details": [{**kind, "text": f"{mark}."}]},
            {"reasoning_details": [{**kind, "signature": f"signed {mark}"}]},
            {"content": "", "reasoning_details": [sealed]},
            *({"tool_calls": [{"index": n, **call}]} for n, call in enumerate(deepcopy(calls))),
        ]
        message = {"reasoning": f"So: {mark}.", "reasoning_details": details, "tool_calls": calls}
        return message, deltas
