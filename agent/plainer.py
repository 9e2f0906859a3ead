"""A prompt in ever plainer forms, for a server that has refused it as it was.

What a server refuses is seldom told in words that can be relied on: a context that is too short, a
template that knows no tools, a rule about ids. So the same question is asked again with less around
it; what the user has just said, and what was done for it, is in every form.
"""

import re
from collections.abc import Iterator
from itertools import chain, takewhile
from typing import Any

from agent.llm import Message

CALL_ID = re.compile(r"[a-zA-Z0-9]{9}")


def forms(messages: list[Message]) -> Iterator[list[Message]]:
    """Plainer ones, each shorter than the one before; none where there is nothing to leave out.

    First without the tool calls of earlier turns, then with half of the earlier turns, again and
    again, and at last with none. What the model gave beside the calls of this turn is left out by
    itself, and in the end once more: some demand it and some refuse their own.
    """
    system, *turns = _by_turn(messages)
    *past, current = turns or [[]]
    plain = [_without_calls(turn) for turn in past]
    stripped = bare(current)
    if plain != past:
        yield _prompt(system, plain, current)
    if stripped != current:
        yield _prompt(system, plain, stripped)
    while plain:
        plain = plain[(len(plain) + 1) // 2 :]
        yield _prompt(system, plain, current)
    if past and stripped != current:
        yield _prompt(system, [], stripped)


def _prompt(
    system: list[Message], past: list[list[Message]], current: list[Message]
) -> list[Message]:
    return [*system, *chain.from_iterable(past), *current]


def _by_turn(messages: list[Message]) -> list[list[Message]]:
    """What stands before the first message of the user, and then each of them with its answer."""
    parts: list[list[Message]] = [[]]
    for message in messages:
        if message["role"] == "user":
            parts.append([])
        parts[-1].append(message)
    return parts


def bare(turn: list[Message]) -> list[Message]:
    """For any model: with the protocol's own fields, and each call in a message of its own."""
    told: list[Message] = []
    for place, message in enumerate(turn):
        if message["role"] != "tool" and "tool_calls" not in message:
            told.append(message)
        results = _results_behind(turn, place)
        said = message["content"]
        for call in message.get("tool_calls", []):
            id = call["id"] if CALL_ID.fullmatch(call["id"]) else f"{len(told):09}"
            request = {"id": id, "type": "function", "function": call["function"]}
            told.append({"role": "assistant", "content": said, "tool_calls": [request]})
            told.append({**results[call["id"]], "tool_call_id": id})
            said = ""
    return told


def _results_behind(turn: list[Message], place: int) -> dict[str, Message]:
    """By the id of the call; another step may have the same ids."""
    behind = takewhile(lambda message: message["role"] == "tool", turn[place + 1 :])
    return {message["tool_call_id"]: message for message in behind}


def _without_calls(turn: list[Message]) -> list[Message]:
    """What was said before calls, these and what came of them in the answer, as plain text."""
    said = [
        message for message in turn if "tool_calls" not in message and message["role"] != "tool"
    ]
    results = {
        message["tool_call_id"]: message["content"] for message in turn if message["role"] == "tool"
    }
    made = [
        line
        for message in turn
        if "tool_calls" in message
        for line in (message["content"], *_lines(message["tool_calls"], results))
        if line
    ]
    if not made or said[-1]["role"] != "assistant":
        return said
    *before, answer = said
    return [*before, {**answer, "content": "\n".join([*made, answer["content"]])}]


def _lines(calls: list[dict[str, Any]], results: dict[str, str]) -> list[str]:
    return [f"({call['function']['name']}: {results[call['id']]})" for call in calls]
