"""However a server cuts its calls, names and arguments; over real HTTP."""

import json
from time import thread_time
from typing import Any

import pytest

from agent.llm import ToolRequest
from agent.remote.completion import Completion
from agent.remote.pieces import Calls
from tests.fakes.answers import event, plain, stream
from tests.fakes.asking import ask
from tests.fakes.server import Answer

MILK, BREAD = ('{"title": "Milk"}', '{"title": "Bread"}')
NAME = "create_task"


def piece(name: str | None, arguments: Any, **more: Any) -> dict[str, Any]:
    return {**more, "function": {"name": name, "arguments": arguments}}


def pieces(*each: dict[str, Any], last: Any = None) -> Answer:
    end = {"choices": [{"message": last, "finish_reason": "tool_calls"}]}
    events = (event({"tool_calls": [one]}) for one in each)
    return stream(*events, end if last else event({}, "tool_calls"))


HALVES = (MILK[:7], MILK[7:])
WHOLE = {"content": "Let me see.", "tool_calls": [piece(NAME, MILK, id="a")]}
ONE_CALL: dict[str, Answer] = {
    "the index is a text": pieces(
        piece(NAME, "", index="0", id="a"), piece(None, HALVES[0], index="0"),
        piece(None, HALVES[1], index=0),
    ),
    "arguments in turns": pieces(*(piece(NAME, half, index=0, id="a") for half in HALVES)),
    "an empty object first": pieces(
        piece(NAME, "{}", index=0, id="a"), *(piece(None, half, index=0) for half in HALVES)
    ),
    "an empty object first, and the name again": pieces(
        piece(NAME, "{}", index=0, id="a"), piece(NAME, MILK, index=0, id="a")
    ),
    "an empty object first, without an id": pieces(
        piece(NAME, {}, index=0), piece(NAME, json.loads(MILK), index=0)
    ),
    "an empty object at the end": pieces(
        piece(NAME, MILK, index=0, id="a"), piece(None, "{}", index=0)
    ),
    "longer each time": pieces(
        *(piece(NAME, MILK[:end], index=0, id="a") for end in (1, 5, 12, len(MILK)))
    ),
    "longer each time, without name and id": pieces(
        piece(NAME, "", index=0, id="a"),
        *(piece(None, MILK[:end], index=0) for end in (1, 12, len(MILK))),
    ),
    "whole, and whole again": pieces(
        piece(NAME, MILK, index=0, id="a"), piece(NAME, MILK, index=0, id="a"),
        piece(None, MILK, index=0),
    ),
    "whole, and again without an id": pieces(piece(NAME, MILK), piece(NAME, MILK)),
    "one object for the list": stream(
        event({"tool_calls": piece(NAME, MILK, id="a")}), event({}, "tool_calls")
    ),
    "the old field": stream(
        event({"function_call": {"name": NAME, "arguments": ""}}),
        *(event({"function_call": {"arguments": half}}) for half in HALVES),
        event({}, "function_call"),
    ),
    "the old field, whole": plain({"choices": [
        {"message": {"function_call": {"name": NAME, "arguments": MILK}}, "finish_reason": "stop"}
    ]}),
    "the old field beside the new": plain({"choices": [{"message": {
        "tool_calls": [piece(NAME, MILK)], "function_call": {"name": NAME, "arguments": MILK},
    }}]}),
    "a whole message behind": pieces(
        *(piece(NAME, half, index=0, id="a") for half in HALVES), last=WHOLE
    ),
    "a whole message behind a half": pieces(piece(NAME, HALVES[0], index=0, id="a"), last=WHOLE),
    "a whole message alone": stream(
        event({"role": "assistant"}), {"choices": [{"message": WHOLE}]}
    ),
}  # fmt: skip


@pytest.mark.parametrize("answer", ONE_CALL.values(), ids=ONE_CALL.keys())
def test_one_call_is_one_call_however_it_is_streamed(answer: Answer) -> None:
    assert ask(answer).calls == [(NAME, MILK)]


TWO_CALLS: dict[str, Answer] = {
    "by their ids, in turns": pieces(
        piece(NAME, "", id="a"), piece(NAME, "", id="b"),
        piece(None, MILK[:7], id="a"), piece(None, BREAD[:7], id="b"),
        piece(None, MILK[7:], id="a"), piece(None, BREAD[7:], id="b"),
    ),
    "by an index that is a text": pieces(
        piece(NAME, "", index="0"), piece(NAME, "", index="1"),
        piece(None, MILK, index="0"), piece(None, BREAD, index="1"),
    ),
    "each with an empty object first": pieces(*(
        piece(NAME, arguments, index=place, id=f"id{place}")
        for place, whole in enumerate((MILK, BREAD)) for arguments in ("{}", whole)
    )),
    "a whole message behind": pieces(
        piece(NAME, MILK, index=0, id="a"), piece(NAME, BREAD, index=1, id="b"),
        last={"tool_calls": [piece(NAME, MILK, id="a"), piece(NAME, BREAD, id="b")]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("answer", TWO_CALLS.values(), ids=TWO_CALLS.keys())
def test_two_calls_are_two(answer: Answer) -> None:
    assert ask(answer).calls == [(NAME, MILK), (NAME, BREAD)]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Good day.", "Good day."),
        ("Good day. And more.", "Good day. And more."),
        ("Something else.", "Good day."),
        (None, "Good day."),
    ],
)
def test_words_that_come_again_as_a_whole_are_said_once(content: str | None, said: str) -> None:
    deltas = (event({"content": words}) for words in ("Good ", "day."))
    whole = {"choices": [{"message": {"content": content}, "finish_reason": "stop"}]}

    assert ask(stream(*deltas, whole)).said == said


def folded(*each: dict[str, Any]) -> list[ToolRequest]:
    calls = Calls(["create_task", "list_tasks", "complete_task"])
    for one in each:
        calls.fold(one)
    return calls.requests()


@pytest.mark.parametrize(
    "names",
    [("create", "_task"), ("cre", "ate_", "task"), ("create", "create_task"), (NAME, NAME),
     ("create", None, "_task")],
)  # fmt: skip
def test_a_name_may_come_in_pieces(names: tuple[str | None, ...]) -> None:
    heads = (piece(name, "", index=0, id="a") for name in names)

    assert folded(*heads, piece(None, MILK, index=0)) == [ToolRequest(NAME, MILK, "a")]


@pytest.mark.parametrize(
    "name",
    ["functions.create_task", "default_api.create_task", " create_task ", "create_task:0",
     "create_task<|channel|>commentary", "to=functions.create_task"],
)  # fmt: skip
def test_marks_beside_a_name_are_no_part_of_it(name: str) -> None:
    assert folded(piece(name, MILK, index=0)) == [ToolRequest(NAME, MILK)]


@pytest.mark.parametrize("name", ["task", "create_task_now", "create_task list_tasks", "fly", ""])
def test_a_name_that_tells_no_tool_or_two_stays_as_it_is(name: str) -> None:
    assert folded(piece(name, MILK, index=0)) == [ToolRequest(name, MILK)]


@pytest.mark.parametrize("arguments", [MILK, json.loads(MILK)])
def test_a_call_may_have_no_function_around_it(arguments: Any) -> None:
    call = {"id": "a", "name": NAME, "arguments": arguments}

    assert folded(call) == [ToolRequest(NAME, MILK, "a")]


def test_two_names_are_two_calls_even_in_one_place() -> None:
    heads = (piece(name, "", index=0) for name in (NAME, "list_tasks", "fly", "list_tasks"))

    assert [request.name for request in folded(*heads)] == [NAME, "list_tasks", "fly", "list_tasks"]


def cost_of_a_piece(pieces: int) -> float:
    """In seconds of processor time, of an answer that comes in so many."""
    data = b"data: %s\n\n" % json.dumps(event({"content": "word "})).encode()
    begun = thread_time()
    assert sum(1 for _ in Completion("some-model").read([data] * pieces)) == pieces
    return (thread_time() - begun) / pieces


def test_the_last_piece_of_a_long_answer_costs_no_more_than_the_first() -> None:
    assert cost_of_a_piece(40_000) < 2 * max(cost_of_a_piece(4_000) for _ in range(3))
