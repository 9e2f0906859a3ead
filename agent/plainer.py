"""A prompt in ever plainer forms, for a server that has refused it as it was.

What a server refuses is seldom told in words that can be relied on: a context that is too short, a
template that knows no tools, a rule about ids. So the same question is asked again with less around
it; what the user has just said, and what was done for it, is in every form.
"""

import json
import re
from collections.abc import Iterator, Sequence
from itertools import chain, takewhile
from typing import Any

from agent.llm import Message

CALL_ID = re.compile(r"[a-zA-Z0-9]{9}")
TOKEN = re.compile(r"[A-Za-z]{1,4}|[0-9]|[!-/:-@\[-`{-~\n\t]|  +")
LEAST_OF_A_RESULT = 200  # characters
TOO_LONG = "This result is too long to be read whole; ask for less at once."
NO_TOOLS = (
    "There are no tools now: you cannot see or change tasks. Say so where that is wanted, and "
    "never say that something was done."
)
MADE = "(What was done for this message so far:\n{})"


def tokens(values: Sequence[dict[str, Any]]) -> int:
    """Estimated for messages or tools, rather too many: each model has a tokenizer of its own.

    Words count for each four letters, digits and signs one by one, and what is not ASCII by its
    bytes but one, so that neither code nor Chinese is taken for less than it costs.
    """
    text = json.dumps(values, ensure_ascii=False)
    return len(TOKEN.findall(text)) + len(text.encode(errors="replace")) - len(text)


def fit(messages: list[Message], room: int) -> list[Message]:
    """The newest turns, as many as ``room`` tokens hold, and the newest of all in any case.

    Older ones are dropped as if one had watched the conversation from its beginning and made half
    of the room free each time it was full: so its start stays where it is for several turns. Where
    the newest turn alone is too long, the results of its tools are cut.
    """
    system, *turns = _by_turn(messages)
    room -= tokens(system)
    sizes = [tokens(turn) for turn in turns]
    first = total = 0
    for place, size in enumerate(sizes):
        total += size
        if total > room:
            while first < place and total > room // 2:
                total -= sizes[first]
                first += 1
    *past, current = turns[first:] or [[]]
    return _prompt(system, past, _cut(current, room) if total > room else current)


def without_tools(messages: list[Message]) -> list[Message]:
    """For a model that has none: it is told so, and of calls in plain text alone."""
    system, *turns = _by_turn(messages)
    *past, current = turns or [[]]
    told = [{**message, "content": f"{message['content']}\n\n{NO_TOOLS}"} for message in system]
    plain = [_without_calls(turn) for turn in past]
    made = _made(current)
    asked = [message for message in current if message["role"] == "user"]
    if made:
        words = MADE.format("\n".join(made))
        asked = [{**message, "content": f"{message['content']}\n\n{words}"} for message in asked]
    return _prompt(told, plain, asked)


def forms(messages: list[Message]) -> Iterator[list[Message]]:
    """Plainer ones, each shorter than the one before; none where there is nothing to leave out.

    First without what the model gave beside the calls of this turn, which some demand and some
    refuse; then without the tool calls of earlier turns, with it and without; then with half of
    the earlier turns, again and again, and at last with none, with it and without.
    """
    system, *turns = _by_turn(messages)
    *past, current = turns or [[]]
    plain = [_without_calls(turn) for turn in past]
    stripped = bare(current)
    if stripped != current:
        yield _prompt(system, past, stripped)
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


def _cut(turn: list[Message], room: int) -> list[Message]:
    """With no more of each result than its share of what the other messages leave."""
    results = [message for message in turn if message["role"] == "tool"]
    left = room - tokens([message for message in turn if message["role"] != "tool"])
    share = max(0, left) // max(1, len(results))
    return [_cut_result(message, share) if message in results else message for message in turn]


def _cut_result(message: Message, share: int) -> Message:
    size, content = tokens([message]), message["content"]
    if size <= share:
        return message
    kept = content[: max(LEAST_OF_A_RESULT, len(content) * share // size // 2)]
    cut = json.dumps({"cut": kept, "why": TOO_LONG})
    return {**message, "content": cut} if len(cut) < len(content) else message


def _made(turn: list[Message]) -> list[str]:
    results = {
        message["tool_call_id"]: message["content"] for message in turn if message["role"] == "tool"
    }
    return [
        line
        for message in turn
        if "tool_calls" in message
        for line in (message["content"], *_lines(message["tool_calls"], results))
        if line
    ]


def _without_calls(turn: list[Message]) -> list[Message]:
    """What was said before calls, these and what came of them in the answer, as plain text."""
    said = [
        message for message in turn if "tool_calls" not in message and message["role"] != "tool"
    ]
    made = _made(turn)
    if not made or said[-1]["role"] != "assistant":
        return said
    *before, answer = said
    return [*before, {**answer, "content": "\n".join([*made, answer["content"]])}]


def _lines(calls: list[dict[str, Any]], results: dict[str, str]) -> list[str]:
    return [f"({call['function']['name']}: {results[call['id']]})" for call in calls]
