"""What people and models write for a rule: read as the rule, told in one way, taken by the tools.

A line of ``repeating_words.txt`` is a rule as it is told, and other words for it.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

from agent import tools
from agent.tools import CreateTask
from todos.repeating import Repeat

DATA = Path(__file__).parents[1] / "todos" / "repeating_words.txt"
RULES = [line.partition(": ")[::2] for line in DATA.read_text().splitlines()]
WORDS = {told: [told, *puts.split(" | ")] for told, puts in RULES}
NOW = datetime(2026, 11, 21, 12, 10, tzinfo=UTC)


@pytest.mark.parametrize("told", WORDS)
def test_other_words_for_a_rule_are_the_same_rule(told: str) -> None:
    assert {put: Repeat.read({"words": put}).words for put in WORDS[told]} == dict.fromkeys(
        WORDS[told], told
    )


@pytest.mark.parametrize("told", WORDS)
def test_the_tools_take_them(told: str) -> None:
    for put in WORDS[told]:
        bound = tools.bind("create_task", {"title": "Gym", "repeats": put}, NOW)
        words = cast("CreateTask", bound).repeats

        assert Repeat.read({"words": words}).words == told


def test_there_are_enough_of_them() -> None:
    assert len({put for puts in WORDS.values() for put in puts}) >= 270
