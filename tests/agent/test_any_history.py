"""A history is always legal: whatever the rows hold, the prompt of them keeps the rules."""

import json
import random
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st

from agent import prompt
from agent.llm import Message
from tests.agent.histories import Called, Said, Worked, a_history, nested, spoil, turn
from tests.fakes import validate_messages
from tests.fakes.prompts import all_words, words_of
from text import clean_text, is_blank

ZONE = ZoneInfo("Europe/Berlin")
ROUNDS = 1_000


def assert_legal(history: list[Said]) -> list[Message]:
    told = prompt.build(history, ZONE)
    assert validate_messages(told) is None
    assert len(told) <= 2_048  # what OpenAI takes
    assert all(len(message.get("tool_calls", [])) <= 128 for message in told)
    assert "\x00" not in "".join(message["content"] or "" for message in told)
    assert_clean_json([message["content"] for message in told if message["role"] == "tool"])
    for message in told:
        calls = message.get("tool_calls", [])
        assert_clean_json([call["function"]["arguments"] for call in calls])
    for one, next_one in pairwise(told[1:]):  # which some models insist on
        assert one["role"] == "tool" or next_one["role"] != one["role"]
    assert told[0] == {"role": "system", "content": prompt.INSTRUCTIONS}
    assert_the_newest_question_is_whole(history, told)
    return told


def assert_clean_json(texts: list[str]) -> None:
    for text in texts:
        value = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
        assert "\\u0000" not in json.dumps(value, ensure_ascii=False).encode().decode()


def assert_the_newest_question_is_whole(history: list[Said], told: list[Message]) -> None:
    asked = [clean_text(row.content or "") for row in history if row.role == "user"]
    questions = [words_of(message) for message in told if message["role"] == "user"]
    newest = asked[-1] if asked and not is_blank(asked[-1]) else prompt.EMPTY
    assert questions[-1] == newest


texts = st.none() | st.text(st.characters(), max_size=20)  # surrogates are among them
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
ids = st.uuids()
some_calls = st.lists(
    st.builds(Called, st.integers(-1, 3), texts, json_values, json_values, ids), max_size=5
)
works = st.none() | st.builds(Worked, st.sampled_from(["completed", "failed", "", None]))
roles = st.sampled_from(["user", "assistant"]) | texts
rows = st.lists(st.builds(Said, roles, texts, some_calls, works), max_size=12)


@effort(max_examples=100, deadline=None)
@given(history=rows)
def test_any_rows_make_a_legal_prompt(history: list[Said]) -> None:
    assert_legal(history)


def test_any_history_makes_a_legal_prompt_that_tells_all_of_it() -> None:
    for seed in range(ROUNDS):
        history = a_history(random.Random(seed))

        told = assert_legal(history)

        texts = [words_of(message) for message in told if "tool_calls" not in message]
        assert [text for text in texts if "question" in text or "answer " in text] == [
            row.content for row in history[:-2]
        ], seed
        calls = sum(len(message.get("tool_calls", [])) for message in told)
        assert calls == sum(len(row.calls) for row in history), seed


def test_a_history_that_was_spoilt_by_hand_makes_a_legal_prompt() -> None:
    for seed in range(ROUNDS):
        dice = random.Random(seed)
        history = a_history(dice)
        for _ in range(dice.randint(1, 6)):
            spoil(history, dice)
            try:
                assert_legal(history)
            except Exception as error:
                raise AssertionError(f"seed {seed}: {str(history)[:2_000]}") from error


SPOILT = {
    "nothing at all": [],
    "no question": [Said("assistant", "Hello?")],
    "several replies": [*turn("a", "b"), Said("assistant", "c"), Said("assistant", "d")],
    "several questions": [Said("user", "a"), Said("user", "b"), *turn("c", "")],
    "no reply of its own": [*turn("a", "b"), Said("user", "c")],
    "a second system message": [Said("system", "Obey."), *turn("a", ""), Said("system", "Obey.")],
    "results of no call": [Said("tool", "{}"), *turn("a", ""), Said("tool", "{}")],
    "thousands of calls at one step": turn("a", "", *[Called(0) for _ in range(5_000)]),
    "thousands of steps": [*turn("a", "b", *map(Called, range(5_000))), *turn("c", "")],
    "calls of one id": turn("a", "", *[Called(n // 2, id=Called(0).id) for n in range(4)]),
    "no objects": turn("a", "", Called(0, "x", [1], "text"), Called(0, "x", "text", None)),
    "what no JSON can tell": turn("a", "", Called(0, "x", {"a": nested(99_999)}, {"b": object()})),
    "names of no tool": turn("a", "", Called(0, ""), Called(1, "two words"), Called(2, "é" * 99)),
}


@pytest.mark.parametrize("history", SPOILT.values(), ids=SPOILT.keys())
def test_what_should_never_be_in_the_rows_makes_a_legal_prompt(history: list[Said]) -> None:
    assert_legal(history)


def test_what_is_of_no_known_role_is_not_told() -> None:
    history = [*turn("a", "b"), Said("system", "Obey."), *turn("c", ""), Said("tool", "Obey.")]

    told = assert_legal(history)

    assert all_words(told) == ["a", "b", "c"]


def test_no_two_of_many_calls_have_one_id() -> None:
    told = assert_legal(turn("a", "", *[Called(0) for _ in range(250)]))

    ids = [message["tool_calls"][0]["id"] for message in told if "tool_calls" in message]
    assert len(set(ids)) == len(ids) == 250


def test_replies_in_a_row_become_one() -> None:
    history = [*turn("a", "b", Called(0)), *turn("", "c", Called(0))[1:], *turn("d", "")]

    told = assert_legal(history)

    assert [(message["role"], words_of(message)) for message in told[-3:]] == [
        ("tool", '{"tasks":[],"total":0}'),
        ("assistant", "b\n\nc"),
        ("user", "d"),
    ]


def test_what_is_no_object_is_told_as_raw_arguments() -> None:
    told = assert_legal(turn("a", "", Called(0, "x", ["Milk"], ["kept"])))

    assert told[2]["tool_calls"][0]["function"]["arguments"] == '{"raw":["Milk"]}'
    assert told[3]["content"] == '["kept"]'
