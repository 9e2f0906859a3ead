"""A prompt in ever plainer forms, for a server that has refused it as it was.

What a server refuses is seldom told in words that can be relied on: a context that is too short, a
template that knows no tools, a rule about ids. So the same question is asked again with less around
it; what the user has just said, and what was done for it, is in every form.
"""

from collections.abc import Iterator
from itertools import chain

from agent.llm import Message


def forms(messages: list[Message]) -> Iterator[list[Message]]:
    """Plainer ones, each shorter than the one before; none where there is nothing to leave out.

    First without the tool calls of earlier turns, then with half of the earlier turns, again and
    again, and at last with none.
    """
    system, *turns = _by_turn(messages)
    *past, current = turns or [[]]
    plain = [_without_calls(turn) for turn in past]
    if plain != past:
        yield _prompt(system, plain, current)
    while plain:
        plain = plain[(len(plain) + 1) // 2 :]
        yield _prompt(system, plain, current)


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


def _without_calls(turn: list[Message]) -> list[Message]:
    """The calls and what came of them in the words of the answer, as plain text."""
    said = [
        message for message in turn if "tool_calls" not in message and message["role"] != "tool"
    ]
    results = {
        message["tool_call_id"]: message["content"] for message in turn if message["role"] == "tool"
    }
    made = [
        f"({call['function']['name']}: {results[call['id']]})"
        for message in turn
        for call in message.get("tool_calls", [])
    ]
    if not made or said[-1]["role"] != "assistant":
        return said
    *before, answer = said
    return [*before, {**answer, "content": "\n".join([*made, answer["content"]])}]
