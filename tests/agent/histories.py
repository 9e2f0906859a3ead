"""Histories for prompts: rows as they should be, and rows that somebody has spoilt by hand."""

import random
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

SENT_AT = datetime(2026, 11, 20, 16, 30, tzinfo=UTC)


@dataclass
class Called:
    step: int
    name: str = "list_tasks"
    arguments: Any = field(default_factory=dict)
    result: Any = field(default_factory=lambda: {"tasks": [], "total": 0})
    id: UUID = field(default_factory=uuid7)
    beside: Any = None
    text_before: Any = 0


@dataclass
class Worked:
    shown_status: str = "completed"
    finish_reason: str = "stop"


@dataclass
class Said:
    role: str
    content: Any
    calls: list[Called] = field(default_factory=list)
    turn_behind: Worked | None = None
    created_at: datetime = SENT_AT


def turn(question: str, answer: str, *calls: Called, status: str = "completed") -> list[Said]:
    return [Said("user", question), Said("assistant", answer, list(calls), Worked(status))]


def a_history(dice: random.Random) -> list[Said]:
    """One that is as it should be; its last reply is still to be made."""
    history: list[Said] = []
    for number in range(dice.randrange(8)):
        steps = sorted(dice.choices(range(4), k=dice.randrange(5)))
        history += turn(f"question {number}", f"answer {number}", *map(Called, steps))
    return [*history, *turn("the newest", "")]


def nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


TEXTS = ["", None, " \n", "\x00", "\ud800", "a\x00b\udfffc", "\u200b", "x" * 50_000, "{}", "null"]
VALUES = [
    *(None, True, 5, 1.5, float("nan"), float("inf"), 10**5_000, "text", "\x00\ud800", b"bytes"),
    *([], [1, [None]], {}, {"a": "\ud800\x00"}, {5: 6}, {"raw": None}, {"now": object()}),
    *(nested(400), nested(5_000)),
]
ROLES = ["system", "tool", "developer", "", "User", None, "user", "assistant"]
NAMES = ["", None, "two words", "é", "\x00\ud800", "x" * 500, 'a"b']
STATUSES = ["failed", "incomplete", "cancelled", "in_progress", "", "nonsense", None]


def spoil(history: list[Said], dice: random.Random) -> None:
    """One edit of the kind that hands, crashes and bad migrations make; in place."""
    dice.choice(_EDITS)(history, dice)


def _drop(history: list[Said], dice: random.Random) -> None:
    if history:
        del history[dice.randrange(len(history))]


def _repeat(history: list[Said], dice: random.Random) -> None:
    if history:
        row = dice.choice(history)
        history.insert(dice.randrange(len(history) + 1), copy(row))


def _shuffle(history: list[Said], dice: random.Random) -> None:
    dice.shuffle(history)


def _cut(history: list[Said], dice: random.Random) -> None:
    del history[: dice.randrange(len(history) + 1)]


def _insert(history: list[Said], dice: random.Random) -> None:
    row = Said(dice.choice(ROLES), dice.choice(TEXTS))
    history.insert(dice.randrange(len(history) + 1), row)


def _edit_row(history: list[Said], dice: random.Random) -> None:
    if not history:
        return
    row = dice.choice(history)
    match dice.randrange(4):
        case 0:
            row.role = dice.choice(ROLES)
        case 1:
            row.content = dice.choice(TEXTS)
        case 2:
            row.turn_behind = dice.choice([None, Worked(dice.choice(STATUSES))])
        case _:
            row.calls = [Called(dice.randrange(3)) for _ in range(dice.randrange(6))]


def _edit_calls(history: list[Said], dice: random.Random) -> None:
    with_calls = [row for row in history if row.calls]
    if not with_calls:
        return
    calls = dice.choice(with_calls).calls
    match dice.randrange(8):
        case 0:
            dice.shuffle(calls)
        case 1:
            calls.append(copy(dice.choice(calls)))  # of the same id and step
        case 2:
            dice.choice(calls).arguments = dice.choice(VALUES)
        case 3:
            dice.choice(calls).result = dice.choice(VALUES)
        case 4:
            dice.choice(calls).name = dice.choice(NAMES)
        case 5:
            dice.choice(calls).beside = dice.choice(VALUES)
        case 6:
            dice.choice(calls).text_before = dice.choice([0, 3, 10**9, -1, None, "one"])
        case _:
            dice.choice(calls).step = dice.choice([0, 0, 7, -1, None, "one"])


def _make_thousands(history: list[Said], dice: random.Random) -> None:
    if history and dice.random() < 0.05:
        dice.choice(history).calls = [Called(dice.randrange(3)) for _ in range(2_000)]


_EDITS: list[Callable[[list[Said], random.Random], None]] = [
    *(_drop, _repeat, _shuffle, _cut, _insert, _make_thousands),
    *(_edit_row, _edit_calls) * 3,
]
