"""How much of a long conversation is told: not more than may be, and seldom from elsewhere."""

import random
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from agent import prompt
from tests.agent.histories import Called, turn
from tests.fakes import validate_messages
from tests.fakes.prompts import all_words, assert_they_only_grow

ZONE = ZoneInfo("Europe/Berlin")


def prompts_of(sizes: list[int]) -> list[list[prompt.Message]]:
    """One for each turn of a conversation whose turns have so many characters each."""
    history = []
    prompts = []
    for number, size in enumerate(sizes):
        made = Called(0, result={"tasks": ["y" * (size // 2)]})
        question, reply = turn(f"{number}", "x" * (size // 2), made)
        prompts.append(prompt.build([*history, question, *turn("", "")[1:]], ZONE))
        history += [question, reply]
    return prompts


@pytest.mark.parametrize(
    ("sizes", "turns"),
    [((1_000, 2_000), 12), ((3_000, 3_000), 8), ((100, 6_000), 5), ((6_000, 6_001), 5)],
)
def test_what_does_not_fit_is_left_out_in_blocks(sizes: tuple[int, int], turns: int) -> None:
    """The first message told is the same for so many turns on average, or more."""
    dice = random.Random(7)
    prompts = prompts_of([dice.randint(*sizes) for _ in range(150)])

    firsts = [all_words(told)[0] for told in prompts]
    moves = sum(before != after for before, after in pairwise(firsts))
    full = next(number for number, first in enumerate(firsts) if first != "0")
    assert 1 <= moves <= (150 - full) / turns + 1
    for told, first in zip(prompts, firsts, strict=True):
        assert validate_messages(told) is None
        assert prompt._size(told[1:]) <= prompt.HISTORY_CHARACTERS + len(told)
        if first != "0":
            assert prompt._size(told[1:]) > prompt.HISTORY_CHARACTERS / 2
    for before, after in pairwise(prompts):
        if all_words(before)[0] == all_words(after)[0]:
            assert_they_only_grow([before, after])


def test_of_turns_as_long_as_a_block_the_newest_that_fit_are_told() -> None:
    prompts = prompts_of([40_000, 45_000, 60_000, 70_000, 95_000, 99_000, 10, 120_000, 10])

    told = [[words for words in all_words(each) if words.isdecimal()] for each in prompts]
    assert told == [
        *(["0"], ["0", "1"], ["0", "1", "2"], ["2", "3"], ["3", "4"], ["4", "5"]),
        *(["5", "6"], ["5", "6", "7"], ["8"]),
    ]
