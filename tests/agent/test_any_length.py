"""Ten thousand characters of anything take a moment, and the work grows no faster than the text.

Texts are words of the grammar, repeated with a mark between them, behind a beginning and before an
end. Each run takes a few of them; ``EVERY_TEXT=1`` takes all, which lasts an hour (and lets
all makers of test_table_of_providers.py take all dialogues).
"""

import os
import random
import re
from itertools import product
from math import log
from time import thread_time
from typing import Any

import pytest

from agent.offline.words import VERBS
from tests.agent.expressions import expressions
from tests.agent.offline_steps import step, user

IN_A_PATTERN = re.compile(r"(?<![\\?(<])\b[a-z]{2,}(?:'[a-z]+)?\b(?![?*+{>])")
WORDS = sorted(
    VERBS.union(
        *(IN_A_PATTERN.findall(each.pattern.pattern) for each in expressions("agent.offline"))
    )
)
MARKS = [" ", ", ", " and ", "\n", ". ", "; ", "! ", "? ", "- ", " – ", ": ", "\n- ", "'", '"', "(",
         "!!", " 5pm ", " 31 feb ", "\n\n", " / ", "\t", ",", "—"]  # fmt: skip
BEGINNINGS = ["", "add ", "add milk", "complete ", "move ", "set ", "what ", "remind me to ", "- ",
              "delete ", "note: ", "is ", "rename ", "undo "]  # fmt: skip
ENDS = ["", " done", " to", " tomorrow", " to friday", "?", " too", " x", "!", " with note x"]
SHORT, LONG = 2_500, 10_000
SOON = 0.4
"""Seconds of processor time; a text takes a tenth of a second or less on an ordinary machine."""
STEEPEST = 1.2


def texts() -> list[Any]:
    """Beginning, what is repeated, and end."""
    every = product(BEGINNINGS, [*WORDS, ""], MARKS, ENDS)
    if os.environ.get("EVERY_TEXT"):
        return [(begin, word + mark, end) for begin, word, mark, end in every]
    dice = random.Random(11)
    some = [
        (dice.choice(BEGINNINGS), " ".join(dice.choices(WORDS, k=words)) + mark, dice.choice(ENDS))
        for mark in MARKS
        for words in (1, 3)
    ]
    alone = [(begin, mark, end) for begin, end in BESIDE_MARKS for mark in MARKS]
    return [*some, *alone, *KNOWN]


BESIDE_MARKS = [("add milk", ""), ("undo ", " x"), ("move ", " too")]
KNOWN = [
    ("put ", "x on my b list and ", ""),
    ("", "set — — — to\n", ""),
    ("", "a.", ""),
    ("add ", "milk — ", ""),
    ("add milk", ", and ", ""),
    ("hey ", "bot ", ""),
    ("move it ", "to ", ""),
    ("", "not done ", ""),
    ("i have ", "just already finally ", ""),
    ("", "the meeting that we had about the garden was good, I think, and so we ", ""),
]
"""Each of these, or one like it, took seconds once."""


def cpu_of(begin: str, repeated: str, end: str, length: int) -> float:
    room = length - len(begin) - len(end)
    text = begin + (repeated * (room // len(repeated) + 1))[:room] + end
    begun = thread_time()
    assert step(user(text))
    return thread_time() - begun


@pytest.mark.parametrize(("begin", "repeated", "end"), texts())
def test_ten_thousand_characters_take_a_moment(begin: str, repeated: str, end: str) -> None:
    if cpu_of(begin, repeated, end, LONG) < SOON / 2:
        return
    short, long = (
        min(cpu_of(begin, repeated, end, length) for _ in range(3)) for length in (SHORT, LONG)
    )
    assert long < SOON
    assert long < SOON / 2 or log(long / short, LONG / SHORT) <= STEEPEST
