"""The prompt: legal whatever the history, within its budget, and true about the time."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from agent import prompt
from tests.agent.histories import Called, turn

NOW = datetime(2026, 11, 20, 17, 30, tzinfo=ZoneInfo("Europe/Berlin"))


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


def test_each_call_has_a_message_of_its_own_and_an_id_that_every_server_takes() -> None:
    made = [Called(0, "create_task"), Called(0, "create_task"), Called(1, "list_tasks")]

    told = prompt.build(turn("milk and eggs", "Added.", *made), NOW)

    requests = [message for message in told if message.get("tool_calls")]
    ids = [request["tool_calls"][0]["id"] for request in requests]
    assert [len(request["tool_calls"]) for request in requests] == [1, 1, 1]
    assert all(request["content"] == "" for request in requests)
    assert all(re.fullmatch(r"[0-9A-Za-z]{9}", id) for id in ids)
    assert len(set(ids)) == 3
    assert ids == [prompt.step_messages([call])[0]["tool_calls"][0]["id"] for call in made]


def test_what_was_said_before_several_calls_is_told_once() -> None:
    told = prompt.step_messages([Called(0), Called(0)], said="Let me see.")

    assert [message["content"] for message in told if "tool_calls" in message] == [
        "Let me see.",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "told_as"),
    [("create task!", "create_task_"), ("é" * 99, "_" * 64), ("", "unnamed"), ("\ud800", "_")],
)
def test_the_name_of_a_call_is_told_in_letters_that_the_protocol_takes(
    name: str, told_as: str
) -> None:
    told = prompt.build(turn("milk", "", Called(0, name)), NOW)

    assert told[2]["tool_calls"][0]["function"]["name"] == told_as


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


@pytest.mark.parametrize("status", ["failed", "incomplete", "cancelled", "in_progress"])
def test_a_reply_that_was_not_finished_is_told_as_such(status: str) -> None:
    told = prompt.build([*turn("milk", "I have add", status=status), *turn("well?", "")], NOW)

    assert told[2]["content"] == "I have add\n\n(This reply was not finished.)"


def test_calls_without_a_word_are_told_as_not_finished() -> None:
    told = prompt.build([*turn("milk", "", Called(0), status="failed"), *turn("well?", "")], NOW)

    assert [message["role"] for message in told[1:]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    assert told[4]["content"] == "(This reply was not finished.)"


def test_the_calls_of_an_earlier_attempt_give_way_to_the_question() -> None:
    list_of_all = {"tasks": ["x" * (prompt.HISTORY_CHARACTERS // 3)]}
    made = [Called(step, result=list_of_all) for step in range(9)]
    made[-1].name = "the_last"

    told = prompt.build(turn("milk", "", *made), NOW)

    assert [message["role"] for message in told[1:]] == ["user", *["assistant", "tool"] * 2]
    assert told[1]["content"] == "milk"
    assert told[4]["tool_calls"][0]["function"]["name"] == "the_last"
