"""Whatever is done by whatever door: undone newest first, the rows are as they were.

In any other order an act is undone, or refused, and then nothing is done. ROUNDS=500 plays longer.
"""

import os
from collections import defaultdict
from random import Random
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from conversations.models import ToolCall
from tests.chat.doors import Doors
from tests.conftest import Plays
from todos.models import Task, TaskChange, TaskList

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.no_cover]

ROUNDS = range(int(os.environ.get("ROUNDS", "5")))
ACTS = 14
Rows = dict[Any, dict[str, Any]]


@pytest.fixture(autouse=True)
def many_turns(settings: Any) -> None:
    settings.CHAT_RATE = "10000/m"


def rows_of(user: User) -> Rows:
    """All columns of all rows, but for when and how often they were changed."""
    rows: Rows = {}
    for model in (Task, TaskList):
        for row in model._default_manager.filter(user=user).values():
            rows[row["id"]] = {
                name: row[name] for name in row if name not in ("updated_at", "version")
            }
    return rows


def kept(rows: Rows) -> Rows:
    return {key: row for key, row in rows.items() if row["deleted_at"] is None}


@pytest.mark.parametrize("seed", ROUNDS)
def test_undone_newest_first_all_is_as_it_was(
    user: User, client: APIClient, plays: Plays, seed: int
) -> None:
    doors = Doors(user, client, plays, Random(seed))
    done = []
    for _ in range(ACTS):
        before = rows_of(user)
        acts = doors.do()
        assert acts or kept(rows_of(user)) == kept(before), doors.told
        done.append((doors.told, acts, before))

    for told, acts, before in reversed(done):
        for act in acts:
            answer = doors.undo(act)
            assert answer.status_code == 200, (told, answer.content)
        after = rows_of(user)
        assert kept(after) == kept(before), told
        assert_it_is_told_what_stands(user)
        assert {key: after[key] for key in before} == before, told


@pytest.mark.parametrize("seed", ROUNDS)
def test_undone_in_any_order_an_act_is_undone_or_nothing_is(
    user: User, client: APIClient, plays: Plays, seed: int
) -> None:
    chance = Random(seed)
    doors = Doors(user, client, plays, chance)
    done = [(doors.told, act) for _ in range(ACTS) for act in doors.do()]
    chance.shuffle(done)

    for told, act in done:
        before = rows_of(user)
        answer = doors.undo(act)
        if answer.status_code == 409:
            assert answer.json()["code"] == "changed_since", told
            assert rows_of(user) == before, told
        else:
            assert answer.status_code == 200, (told, answer.content)
            after = rows_of(user)
            assert doors.undo(act).json() == {"undone": []}, told
            assert rows_of(user) == after, told
        assert_it_is_told_what_stands(user)
        assert_nothing_is_out_of_place(user)


def assert_it_is_told_what_stands(user: User) -> None:
    """Each line of a family takes back the one before; a call stands while a line of it does."""
    lines = TaskChange.objects.for_user(user)
    families = defaultdict(list)
    for line in lines.newest_first():
        families[line.family].append(line.undone)
    for undone in families.values():
        assert undone == [place % 2 == 1 for place in range(len(undone))]
    for call in ToolCall.objects.filter(user=user):
        of_it = lines.of_calls([call.pk])
        assert call.undone == (of_it.exists() and not of_it.not_undone().exists())


def assert_nothing_is_out_of_place(user: User) -> None:
    for task in Task.objects.for_user(user).select_related("list", "parent"):
        assert task.list is None or task.list.deleted_at is None
        assert task.parent is None or task.parent.deleted_at is None
        assert task.parent is None or task.parent.parent_id is None
        assert task.parent is None or task.parent.list_id == task.list_id
        assert task.parent is None or task.repeats is None
    places = Task.objects.for_user(user).exclude(series=None).values_list("series", "place")
    assert len(set(places)) == len(places)
