"""How the built-in assistant says a reply; and where it does so whichever model was chosen."""

import re
from collections.abc import Callable, Generator
from typing import Any

from agent.events import TextDelta
from agent.llm import BuiltIn, Message, Response, wait_on
from agent.offline import talk
from agent.offline.known import Reply
from agent.offline.planning.consent import decided

MODEL = "built-in"


def say(reply: Reply) -> Generator[TextDelta, None, Response]:
    for word in re.findall(r"\S+\s*|\s+", reply.words):
        yield TextDelta(word)
    return Response(reply.words, model=MODEL)


class DecidedLLM(BuiltIn):
    """What came of a plain yes or no, which the server has read: that takes no understanding."""

    model = MODEL

    def stream(
        self,
        messages: list[Message],
        tools: list[dict[str, Any]],
        idle: Callable[[], None] = wait_on,
    ) -> Generator[TextDelta, None, Response]:
        *_, current = talk.read(messages)
        return (yield from say(decided(current.decided, current.at)))
