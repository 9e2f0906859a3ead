"""The prompt: legal whatever the history, within its budget, and true about the time."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agent import prompt
from tests.agent.histories import Called, turn
from tests.fakes.prompts import all_words, words_of

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 17, 30, tzinfo=ZONE)


def test_each_message_of_the_user_tells_the_time_at_which_it_was_sent() -> None:
    history = [*turn("hi", "Hello."), *turn("[Friday 2020-01-03 00:00, UTC]\nme too", "")]
    history[2].created_at += timedelta(hours=9)

    told = prompt.build(history, ZONE)

    assert [message["content"] for message in told] == [
        prompt.INSTRUCTIONS,
        "[Friday 2026-11-20 17:30, Europe/Berlin]\nhi",
        "Hello.",
        "[Saturday 2026-11-21 02:30, Europe/Berlin]\n[Friday 2020-01-03 00:00, UTC]\nme too",
    ]
    assert prompt.local_now(told) == NOW + timedelta(hours=9)
    assert prompt.local_now(told).tzinfo == ZONE
    assert prompt.read_stamped(told[3]["content"])[1] == history[2].content


@pytest.mark.parametrize(
    ("hour", "told"), [(0, "02:30+0200"), (1, "02:30+0100"), (2, "03:30"), (-1, "01:30")]
)
def test_an_hour_that_comes_twice_is_told_apart(hour: int, told: str) -> None:
    sent_at = datetime(2026, 10, 25, 0, 30, tzinfo=UTC) + timedelta(hours=hour)
    history = turn("in an hour", "")
    history[0].created_at = sent_at

    messages = prompt.build(history, ZONE)

    assert messages[1]["content"] == f"[Sunday 2026-10-25 {told}, Europe/Berlin]\nin an hour"
    assert prompt.local_now(messages).astimezone(UTC) == sent_at
    assert prompt.local_now(messages).tzinfo == ZONE


@pytest.mark.parametrize(
    ("sent_at", "zone"),
    [
        (datetime(1, 1, 1, 1, tzinfo=UTC), "America/New_York"),
        (datetime(9999, 12, 31, 23, tzinfo=UTC), "Asia/Kolkata"),
    ],
)
def test_a_time_that_the_users_clock_cannot_show_is_told_in_utc(
    sent_at: datetime, zone: str
) -> None:
    history = turn("hi", "")
    history[0].created_at = sent_at

    assert prompt.local_now(prompt.build(history, ZoneInfo(zone))) == sent_at


def test_a_prompt_without_a_time_tells_none() -> None:
    with pytest.raises(ValueError, match="no time"):
        prompt.local_now([{"role": "user", "content": "hi"}])


def test_what_was_said_before_a_call_is_told_before_it() -> None:
    text = "Let me see.\n\nOne moment.\n\nThere is nothing."
    steps = [Called(0, text_before=11), Called(0, text_before=11), Called(1, text_before=24)]

    told = prompt.build([*turn("tasks?", text, *steps), *turn("ok", "")], ZONE)

    said = [message["content"] for message in told if message["role"] == "assistant"]
    assert said == ["Let me see.", "", "One moment.", "There is nothing."]


def test_a_reply_that_ends_with_a_call_is_told_as_such() -> None:
    told = prompt.build([*turn("ok", "I do it.", Called(0, text_before=8)), *turn("", "")], ZONE)

    assert [message["content"] for message in told[2:5:2]] == ["I do it.", prompt.SAID_NO_MORE]


def test_calls_stand_between_the_question_and_the_answer() -> None:
    made = Called(0, "create_task", {"title": "Milk"}, {"task": {"title": "Milk"}})

    told = prompt.build([*turn("milk", "Added.", made), *turn("thanks", "")], ZONE)

    assert [message["role"] for message in told] == [
        "system",
        "user",
        "assistant",
        "tool",
        "assistant",
        "user",
    ]
    request, result = told[2]["tool_calls"][0], told[3]
    assert request["function"] == {"name": "create_task", "arguments": '{"title":"Milk"}'}
    assert result["tool_call_id"] == request["id"]
    assert result["content"] == '{"task":{"title":"Milk"}}'


def test_each_call_has_a_message_of_its_own_and_an_id_that_every_server_takes() -> None:
    made = [Called(0, "create_task"), Called(0, "create_task"), Called(1, "list_tasks")]

    told = prompt.build(turn("milk and eggs", "Added.", *made), ZONE)

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
    told = prompt.build(turn("milk", "", Called(0, name)), ZONE)

    assert told[2]["tool_calls"][0]["function"]["name"] == told_as


def test_a_message_that_was_not_answered_is_told_as_such() -> None:
    told = prompt.build([*turn("hello?", ""), *turn("anybody?", "")], ZONE)

    assert all_words(told) == [
        "hello?",
        "(This message was not answered.)",
        "anybody?",
    ]


def test_an_answer_whose_question_is_beyond_the_limit_is_left_out() -> None:
    history = turn("old", "Old.")[1:] + turn("new", "")

    assert all_words(prompt.build(history, ZONE)) == ["new"]


def test_the_oldest_turns_give_way_and_the_newest_message_is_whole() -> None:
    long = "x" * (prompt.HISTORY_CHARACTERS // 3)
    history = [*turn("a" + long, "A."), *turn("b" + long, "B."), *turn("c" + long, "")]

    told = prompt.build(history, ZONE)

    assert [words[0] for words in all_words(told)] == ["b", "B", "c"]
    assert words_of(told[-1]) == "c" + long


def test_a_message_beyond_the_budget_is_told_whole_and_alone() -> None:
    huge = "x" * (prompt.HISTORY_CHARACTERS + 1)

    told = prompt.build([*turn("small", "Small."), *turn(huge, "")], ZONE)

    assert all_words(told) == [huge]


@pytest.mark.parametrize("status", ["failed", "incomplete", "cancelled", "in_progress"])
def test_a_reply_that_was_not_finished_is_told_as_such(status: str) -> None:
    told = prompt.build([*turn("milk", "I have add", status=status), *turn("well?", "")], ZONE)

    assert told[2]["content"] == "I have add\n\n(This reply was not finished.)"


def test_calls_without_a_word_are_told_as_not_finished() -> None:
    told = prompt.build([*turn("milk", "", Called(0), status="failed"), *turn("well?", "")], ZONE)

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

    told = prompt.build(turn("milk", "", *made), ZONE)

    assert [message["role"] for message in told[1:]] == ["user", *["assistant", "tool"] * 2]
    assert words_of(told[1]) == "milk"
    assert told[4]["tool_calls"][0]["function"]["name"] == "the_last"
