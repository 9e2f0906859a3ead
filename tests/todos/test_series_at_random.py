"""Whatever is done to tasks that repeat: undone newest first, the rows are as they were."""

from datetime import timedelta
from random import Random

import pytest

from accounts.models import User
from tests.todos.test_series import MONDAY, exact, on_monday, repeating, undo
from todos.models import ChangedSince, Origin, Task
from todos.repeating import Repeat
from todos.rules import RuleBroken

__all__ = ["on_monday"]

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]
RULES = [
    None,
    *[Repeat.read({"words": words}) for words in ("every day", "every monday, 3 times")],
    Repeat.read({"every": "day", "interval": 3, "from": "done"}),
]
ACTS = ["complete", "complete", "reopen", "remove", "restore", "skip", "move", "rule", "title"]


def do(user: User, chance: Random, origin: Origin) -> None:
    """One act on one task, done or refused."""
    task = chance.choice(list(Task.objects.order_by("pk")))
    act = chance.choice(ACTS)
    day = MONDAY + timedelta(days=chance.randrange(-9, 9))
    fields = {"move": {"due_date": day}, "rule": {"repeats": chance.choice(RULES)}}
    try:
        if act in ("move", "rule", "title"):
            task.edit(origin, **fields.get(act, {"title": f"{chance.random()}"}))
        else:
            getattr(task, act)(origin)
    except (RuleBroken, Task.DoesNotExist):
        pass


@pytest.mark.parametrize("seed", range(12))
def test_undone_newest_first_all_is_as_it_was(user: User, seed: int) -> None:
    chance = Random(seed)
    repeating(user, RULES[1])
    states, origins = [exact(user)], []
    for _ in range(12):
        origins.append(Origin("api"))
        do(user, chance, origins[-1])
        states.append(exact(user))

    for origin in reversed(origins):
        assert exact(user) == states.pop()
        undo(origin)

    assert [exact(user)] == states


@pytest.mark.parametrize("seed", range(12))
def test_undone_in_any_order_an_act_is_undone_or_nothing_is(user: User, seed: int) -> None:
    chance = Random(seed)
    repeating(user, RULES[1])
    origins = [Origin("api") for _ in range(12)]
    for origin in origins:
        do(user, chance, origin)
    chance.shuffle(origins)

    for origin in origins:
        before = exact(user)
        try:
            undo(origin)
        except ChangedSince:
            assert exact(user) == before
    places = Task.objects.for_user(user).exclude(series=None).values_list("series", "place")
    assert len(set(places)) == len(places)
