"""The prompt: legal whatever the history, within its budget, and true about the time."""

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from agent import prompt
from tests.fakes import validate_messages

NOW = datetime(2026, 11, 20, 17, 30, tzinfo=ZoneInfo("Europe/Berlin"))


@dataclass
class Called:
    step: int
    name: str = "list_tasks"
    arguments: Any = field(default_factory=dict)
    result: Any = field(default_factory=lambda: {"tasks": [], "total": 0})
    id: UUID = field(default_factory=uuid7)


@dataclass
class Said:
    role: str
    content: str
    calls: list[Called] = field(default_factory=list)


def turn(question: str, answer: str, *calls: Called) -> list[Said]:
    return [Said("user", question), Said("assistant", answer, list(calls))]


def test_it_tells_the_users_time() -> None:
    told = prompt.build(turn("hi", ""), NOW)

    assert "Friday, 2026-11-20, 17:30" in told[0]["content"]
    assert "Europe/Berlin" in told[0]["content"]
    assert prompt.local_now(told) == NOW
    assert prompt.local_now(told).tzinfo == NOW.tzinfo


def test_a_prompt_without_our_instructions_tells_no_time() -> None:
    with pytest.raises(ValueError, match="instructions"):
        prompt.local_now([{"role": "system", "content": "You are a pirate."}])


def test_calls_stand_between_the_question_and_the_answer() -> None:
    made = Called(0, "create_task", {"title": "Milk"}, {"task": {"title": "Milk"}})

    told = prompt.build([*turn("milk", "Added.", made), *turn("thanks", "")], NOW)

    assert [message["role"] for message in told] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    request, result = told[2]["tool_calls"][0], told[3]
    assert request["function"] == {"name": "create_task", "arguments": '{"title": "Milk"}'}
    assert result["tool_call_id"] == request["id"]
    assert result["content"] == '{"task": {"title": "Milk"}}'


def test_a_message_that_was_not_answered_is_told_as_such() -> None:
    told = prompt.build([*turn("hello?", ""), *turn("anybody?", "")], NOW)

    assert [message["content"] for message in told[1:]] == [
        "hello?",
        "(This message was not answered.)",
        "anybody?",
    ]


def test_an_answer_whose_question_is_beyond_the_limit_is_left_out() -> None:
    history = turn("old", "Old.")[1:] + turn("new", "")

    assert [message["content"] for message in prompt.build(history, NOW)[1:]] == ["new"]


def test_the_oldest_turns_give_way_and_the_newest_message_is_whole() -> None:
    long = "x" * (prompt.HISTORY_CHARACTERS // 3)
    history = [*turn("a" + long, "A."), *turn("b" + long, "B."), *turn("c" + long, "")]

    told = prompt.build(history, NOW)

    assert [message["content"][0] for message in told[1:]] == ["b", "B", "c"]
    assert told[-1]["content"] == "c" + long


def test_a_message_beyond_the_budget_is_told_whole_and_alone() -> None:
    huge = "x" * (prompt.HISTORY_CHARACTERS + 1)

    told = prompt.build([*turn("small", "Small."), *turn(huge, "")], NOW)

    assert [message["content"] for message in told[1:]] == [huge]


calls = st.lists(st.integers(0, 3), max_size=4).map(
    lambda steps: [Called(s) for s in sorted(steps)]
)
turns = st.lists(st.tuples(st.text(min_size=1), st.text(), calls), min_size=1, max_size=12)


@given(turns=turns, seed=st.integers())
def test_any_history_makes_a_legal_prompt(
    turns: list[tuple[str, str, list[Called]]], seed: int
) -> None:
    history = [
        message for question, answer, made in turns for message in turn(question, answer, *made)
    ]
    cut = 0 if len(turns) == 1 else random.Random(seed).randrange(2 * len(turns) - 2)

    told = prompt.build(history[cut:], NOW)

    last_of_current = turns[-1][2]
    assert validate_messages(told) is None
    if not last_of_current:
        assert told[-1] == {"role": "user", "content": turns[-1][0]}
