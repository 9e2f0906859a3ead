"""What the prompts say that a language model gets, and how they follow each other."""

import json
from collections.abc import Callable, Generator
from itertools import pairwise
from typing import Any

from agent.events import TextDelta
from agent.llm import LLM, Message, Response, wait_on
from agent.prompt import STAMP
from tests.fakes.rules import validate_messages


def words_of(message: Message) -> Any:
    """Without the time that stands before the words of the user."""
    content = message["content"]
    stamp = STAMP.match(content) if message["role"] == "user" else None
    return content[stamp.end() :] if stamp else content


def all_words(messages: list[Message]) -> list[Any]:
    """Of all but the instructions."""
    return [words_of(message) for message in messages[1:]]


def assert_they_only_grow(prompts: list[list[Message]]) -> None:
    """Each is the beginning of the next one, byte by byte, as they are sent."""
    for before, after in pairwise(prompts):
        assert json.dumps(after).startswith(json.dumps(before)[:-1]), (before, after)
        assert len(after) > len(before)


class Heard:
    """A language model as it is, and the prompts that it got."""

    def __init__(self, llm: LLM) -> None:
        self.model = llm.model
        self.prompts: list[list[Message]] = []
        self._llm = llm

    def stream(
        self,
        messages: list[Message],
        tools: list[dict[str, Any]],
        idle: Callable[[], None] = wait_on,
    ) -> Generator[TextDelta, None, Response]:
        assert validate_messages(messages) is None
        self.prompts.append(messages)
        return self._llm.stream(messages, tools, idle)
