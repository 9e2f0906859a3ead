"""The built-in assistant: a language model that needs no network and keeps no state."""

from collections.abc import Callable, Generator
from math import inf
from time import monotonic
from typing import Any

from agent.events import TextDelta
from agent.llm import BuiltIn, LLMTimeout, Message, Response, wait_on
from agent.offline import talk
from agent.offline.intents import Guess, Say, Unclear
from agent.offline.known import Known, Reply
from agent.offline.planning.plans import plan
from agent.offline.planning.telling import with_left_over
from agent.offline.remembering import told_by
from agent.offline.replying import MODEL, say
from agent.offline.steps import Played, Request, packed, play
from agent.offline.talk import Turn
from agent.offline.understanding.grammar import understand

UNDERSTOOD_CHARACTERS = 2_000
"""Of earlier messages that are understood again; all others are told by what came of them."""


class OfflineLLM(BuiltIn):
    """Reads the messages into what is known, understands the last one, and plays its plan.

    ``deadline`` is the seconds that one call may take.
    """

    model = MODEL

    def __init__(self, deadline: float = inf) -> None:
        self._deadline = deadline

    def stream(
        self,
        messages: list[Message],
        tools: list[dict[str, Any]],
        idle: Callable[[], None] = wait_on,
    ) -> Generator[TextDelta, None, Response]:
        """Raises LLMTimeout, and ValueError for messages of the user without their time."""
        step = next_step(messages, monotonic() + self._deadline)
        if isinstance(step, Reply):
            return (yield from say(step))
        requests = [request.as_tool_request() for request in step]
        return Response("", requests, finish_reason="tool_calls", model=MODEL)

    def understands(self, messages: list[Message]) -> bool:
        """Whether the last message of the user is of a kind that it knows. Raises LLMTimeout."""
        turn, known = _read(messages, monotonic() + self._deadline)
        match understand(turn.said, known, turn.at):
            case Unclear() | Guess(intent=Unclear()) | Say(topic="off_topic"):
                return False
        return True


def next_step(messages: list[Message], deadline: float = inf) -> list[Request] | Reply:
    """The tool calls that the last message of the user takes next, or the reply to it.

    Raises LLMTimeout after ``deadline``, a time of the monotonic clock.
    """
    current, known = _read(messages, deadline)
    played = _play(current, known)
    _check(deadline)
    if played.returned is None:
        return packed(played.requests)
    return with_left_over(played.unused, played.returned)


def _read(messages: list[Message], deadline: float) -> tuple[Turn, Known]:
    """The turn to be answered, and what those before it tell."""
    *past, current = talk.read(messages)
    understood = _to_understand(past)
    known = Known()
    for place, turn in enumerate(past):
        reply = _reply_of(turn, known) if place in understood else told_by(turn)
        known = known.learn(turn).after(reply)
        _check(deadline)
    return current, known


def _check(deadline: float) -> None:
    if monotonic() > deadline:
        raise LLMTimeout


def _to_understand(past: list[Turn]) -> set[int]:
    """The places of the turns that asked something, which only their messages tell.

    The newest of all turns is one of them whatever its length, for its question stands; of the
    others as many of the newest as the budget has room for.
    """
    places: set[int] = set()
    characters = 0
    for place in reversed(range(len(past))):
        if "?" not in past[place].reply:
            continue
        characters += len(past[place].said)
        if characters > UNDERSTOOD_CHARACTERS and place < len(past) - 1:
            break
        places.add(place)
    return places


def _play(turn: Turn, known: Known) -> Played[Reply]:
    intent = understand(turn.said, known, turn.at)
    return play(plan(intent, known, turn.at), turn.calls)


def _reply_of(turn: Turn, known: Known) -> Reply:
    """What the reply that asked something leaves behind.

    A turn that ended otherwise than its plan, because another model answered it or because it was
    cut off, leaves its tasks behind and no question.
    """
    played = _play(turn, known)
    return told_by(turn) if played.returned is None or played.unused else played.returned
