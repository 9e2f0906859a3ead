"""Whatever is done to lists, tags and steps: undone, the rows are as they were, or nothing is.

ROUNDS=500 plays longer.
"""

import os
from contextlib import suppress
from datetime import date
from random import Random
from typing import Any

import pytest

from accounts.models import User
from tests.factories import TaskFactory
from tests.todos.placing import a_list, exact, undo, with_steps
from todos.models import ChangedSince, NameTaken, Origin, Task, TaskChange, TaskList
from todos.repeating import Repeat
from todos.rules import RuleBroken

pytestmark = pytest.mark.django_db

ROUNDS = range(int(os.environ.get("ROUNDS", "5")))
ACTS = 14
DAILY = Repeat.read({"every": "day"})
NAMES = ("Home", "Work", "home", "Other")
REFUSED = (RuleBroken, NameTaken, ChangedSince, Task.DoesNotExist, TaskList.DoesNotExist)


def start(user: User) -> None:
    home = a_list(user)
    a_list(user, "Work")
    with_steps(user, "Pack", "Rent", list=home, tags=["move"])
    with_steps(user, "Bag", due_date=date(2026, 11, 23), repeats=DAILY, tags=["bins", "move"])
    TaskFactory(user=user, title="Paint", list=home)


def one_act(user: User, chance: Random, origin: Origin) -> Any:
    """Done or refused."""
    task: Any = chance.choice(list(Task.objects.filter(user=user).order_by("pk")))
    task_list: Any = chance.choice(list(TaskList.objects.filter(user=user).order_by("pk")))
    maybe = (task_list, None)
    lines = TaskChange.objects.for_user(user).newest_first()
    other: Any = chance.choice(list(TaskList.objects.filter(user=user).order_by("pk")))
    acts = {
        "complete": lambda: task.complete(origin),
        "reopen": lambda: task.reopen(origin),
        "remove": lambda: task.remove(origin),
        "restore": lambda: task.restore(origin),
        "into": lambda: task.edit(origin, list=chance.choice(maybe)),
        "beneath": lambda: task.edit(origin, parent=chance.choice((a_task(user, chance), None))),
        "tag": lambda: task.edit(origin, tags=chance.sample(["bins", "move", "job"], 2)),
        "add": lambda: Task.add(user, origin, title="New", parent=task),
        "put": lambda: Task.add(user, origin, title="New", list=task_list),
        "name": lambda: task_list.rename(origin, chance.choice(NAMES)),
        "make": lambda: TaskList.add(user, origin, name=chance.choice(NAMES)),
        "drop": lambda: task_list.remove(origin, chance.choice(("keep", "delete"))),
        "back": lambda: task_list.restore(origin),
        "merge": lambda: task_list.merge(other, origin),
        "rename": lambda: Task.objects.rename_tag(user, "move", "job", origin),
        "undo": lambda: lines.of_acts([chance.choice(list(lines)).act]).undo(origin),
        "undo last": lambda: lines.of_acts([lines.newest_act()]).undo(origin),
    }
    with suppress(*REFUSED):
        acts[chance.choice(list(acts))]()


def a_task(user: User, chance: Random) -> Task:
    return chance.choice(list(Task.objects.filter(user=user).order_by("pk")))


def assert_placed(user: User) -> None:
    rows = Task.objects.filter(user=user)
    assert rows.misplaced(list(rows.values_list("pk", flat=True))) == {}


@pytest.mark.parametrize("seed", ROUNDS)
def test_undone_newest_first_all_is_as_it_was(user: User, seed: int) -> None:
    chance = Random(seed)
    start(user)
    states, origins = [exact(user)], []
    for _ in range(ACTS):
        origins.append(Origin("api"))
        one_act(user, chance, origins[-1])
        assert_placed(user)
        states.append(exact(user))

    for origin in reversed(origins):
        assert exact(user) == states.pop()
        undo(origin)

    assert [exact(user)] == states


@pytest.mark.parametrize("seed", ROUNDS)
def test_undone_in_any_order_an_act_is_undone_or_nothing_is(user: User, seed: int) -> None:
    chance = Random(seed)
    start(user)
    origins = [Origin("api") for _ in range(ACTS)]
    for origin in origins:
        one_act(user, chance, origin)
    chance.shuffle(origins)

    for origin in origins:
        before = exact(user)
        try:
            undo(origin)
        except ChangedSince:
            assert exact(user) == before
        assert_placed(user)
