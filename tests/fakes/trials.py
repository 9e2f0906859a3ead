"""A model as ``manage.py try_model`` meets it: it does all that is asked, but for its bends."""

import json
from typing import Any

from agent.llm import ToolRequest
from tests.fakes.answers import asks, event, fails, stream
from tests.fakes.server import Answer

WORDS = [f"number {n} " for n in range(40)]


class Model:
    """``answer`` is for a ScriptedServer. Prompts longer than its ``context`` (tokens) are refused,
    or with ``cuts`` read from their end, or answered with the status ``beyond``; ``blind``: no tool
    reaches it; ``endless``: it thinks until it is cut off.
    """

    def __init__(self, **bends: Any) -> None:
        self.context: int = bends.pop("context", 10**9)
        self.cuts: bool = bends.pop("cuts", False)
        self.blind: bool = bends.pop("blind", False)
        self.usage: bool = bends.pop("usage", True)
        self.talks: bool = bends.pop("talks", False)
        self.one_at_a_time: bool = bends.pop("one_at_a_time", False)
        self.whole: bool = bends.pop("whole", False)
        self.knows_limits: bool = bends.pop("knows_limits", True)
        self.refuses: tuple[str, ...] = bends.pop("refuses", ())
        self.thinks: int = bends.pop("thinks", 0)
        self.thinks_aloud: bool = bends.pop("thinks_aloud", False)
        self.beyond: int = bends.pop("beyond", 400)
        self.endless: bool = bends.pop("endless", False)
        self.writes_calls: str = bends.pop("writes_calls", "")
        assert not bends

    def answer(self, body: dict[str, Any]) -> Answer:
        if refused := set(self.refuses) & body.keys():
            return fails(400, words=f"the model does not support {refused.pop()}")
        read = [body["messages"], [] if self.blind else body.get("tools", [])]
        tokens = len(json.dumps(read)) // 4
        if tokens > self.context and not self.cuts:
            return fails(self.beyond)
        usage = {"prompt_tokens": min(tokens, self.context), "completion_tokens": 5 + self.thinks}
        self._ending: list[Any] = [{"choices": [], "usage": usage}] if self.usage else []
        self._is_told_of_tools = bool(body.get("tools")) and not self.blind
        last = body["messages"][-1]
        if last["role"] == "tool":
            return self._says("Done.")
        return self._to(
            last["content"], body.get("max_tokens") or body.get("max_completion_tokens") or 10**9
        )

    def _to(self, asked: str, limit: int) -> Answer:
        if "Add the task" in asked:
            return self._asks("Buy oat milk")
        if "Add two tasks" in asked:
            return self._asks("Buy oat milk", "Water the plants")
        if "from 1 to 40" in asked:
            is_cut = self.knows_limits and limit < len(WORDS)
            words = WORDS[:limit] if is_cut else WORDS
            pieces = ["".join(words)] if self.whole else words
            return self._says(*pieces, reason="length" if is_cut else "stop")
        return self._says("OK.")

    def _says(self, *pieces: str, reason: str = "stop") -> Answer:
        if self.endless:
            return stream(event({"reasoning_content": "Hm. " * 99}), event({}, "length"))
        said = [event({"content": piece}) for piece in pieces]
        thought = [event({"reasoning_content": "So."})] * self.thinks_aloud
        return stream(*thought, *said, event({}, reason), *self._ending)

    def _asks(self, *titles: str) -> Answer:
        calls = [ToolRequest("create_task", json.dumps({"title": title})) for title in titles]
        if self.talks or self.endless or not self._is_told_of_tools:
            return self._says("I have added it!")
        if self.writes_calls:
            return self._says(self.writes_calls % calls[0].arguments)
        return asks(*calls[:1] if self.one_at_a_time else calls)
