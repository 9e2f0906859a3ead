"""The built-in assistant: a language model that needs no network and keeps no state."""

import re
from collections.abc import Callable, Generator
from dataclasses import replace
from datetime import datetime
from typing import Any

from agent import prompt
from agent.events import TextDelta
from agent.llm import Message, Response, wait_on
from agent.offline import talk
from agent.offline.known import Known, Reply
from agent.offline.planning.plans import plan
from agent.offline.planning.telling import told_by, with_left_over
from agent.offline.steps import Played, Request, play
from agent.offline.talk import Turn
from agent.offline.understanding.grammar import understand

MODEL = "built-in"


class OfflineLLM:
    """Reads the messages into what is known, understands the last one, and plays its plan."""

    def stream(
        self,
        messages: list[Message],
        tools: list[dict[str, Any]],
        idle: Callable[[], None] = wait_on,
    ) -> Generator[TextDelta, None, Response]:
        """Raises ValueError for messages that do not begin with our instructions."""
        step = next_step(messages)
        if isinstance(step, Reply):
            for word in re.findall(r"\S+\s*|\s+", step.words):
                yield TextDelta(word)
            return Response(step.words, model=MODEL)
        requests = [request.as_tool_request() for request in step]
        return Response("", requests, finish_reason="tool_calls", model=MODEL)


def next_step(messages: list[Message]) -> list[Request] | Reply:
    """The tool calls that the last message of the user takes next, or the reply to it."""
    now = prompt.local_now(messages)
    *past, current = talk.read(messages)
    known = Known()
    for turn in past:
        known = _after(turn, known, now)
    played = _play(current, known, now)
    if played.returned is None:
        return played.requests
    return with_left_over(played.unused, played.returned)


def _play(turn: Turn, known: Known, now: datetime) -> Played[Reply]:
    intent = understand(turn.said, known, now)
    return play(plan(intent, known, now), turn.calls)


def _after(turn: Turn, known: Known, now: datetime) -> Known:
    """What is known once a turn is over.

    A turn that ended otherwise than its plan, because another model answered it or because it was
    cut off, leaves its tasks behind; and a question stands only if one was asked.
    """
    played = _play(turn, known, now)
    reply = played.returned
    if reply is None or played.unused:
        reply = told_by(turn.calls)
    if "?" not in turn.reply:
        reply = replace(reply, asks=None)
    return known.learn(turn).after(reply)
