"""Whatever is done to tasks with reminders: their rows are true; undone, they are as they were.

ROUNDS=500 plays longer.
"""

import os
from contextlib import suppress
from datetime import UTC, date, datetime, time
from random import Random
from typing import Any

import pytest
from time_machine import TimeMachineFixture

from accounts.models import User
from tests.todos.placing import a_list, undo
from todos import batch
from todos.models import ChangedSince, NameTaken, Origin, Reminder, Task, TaskChange, TaskList
from todos.reminding import Clock, Reminding
from todos.repeating import Repeat
from todos.rules import RuleBroken

pytestmark = [pytest.mark.django_db, pytest.mark.no_cover]

ROUNDS = range(int(os.environ.get("ROUNDS", "6")))
ACTS = 14
NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DAYS = [date(2026, 11, 26), date(2027, 3, 28), date(2027, 4, 1), date(2026, 11, 20), None]
TIMES = [time(17), time(2, 30), time(23, 30), None]
ASKS = [
    {"before_minutes": 10},
    {"before_minutes": 1440},
    {"before_minutes": 0},
    {"days_before": 1, "time": "18:00"},
    {"words": "the morning of the day"},
    {"at": "2027-01-05T07:00"},
]
RULES = [None, Repeat.read({"words": "every day"}), Repeat.read({"words": "every 2 weeks"})]
REFUSED = (RuleBroken, NameTaken, ChangedSince, Task.DoesNotExist, TaskList.DoesNotExist)


@pytest.fixture(autouse=True)
def monday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def berlin(user: User) -> User:
    user.time_zone, user.quiet_from, user.quiet_to = "Europe/Berlin", time(22), time(7)
    user.keep("time_zone", "quiet_from", "quiet_to")
    user.remember("default_reminder", "30", "remind me 30 minutes before")
    return user


def ringing(user: User) -> dict[str, datetime]:
    rows = Reminder.objects.for_user(user).filter(rings_at__isnull=False)
    return {str(pk): at for pk, at in rows.values_list("pk", "rings_at") if at}


def expected(user: User) -> dict[str, datetime]:
    """By all tasks as they are, and nothing that was before."""
    clock = Clock.of(User.objects.get(pk=user.pk))
    moments = {
        spec["id"]: Reminding.of(spec).moment(task.due_date, task.due_time, clock)
        for task in Task.objects.for_user(user).filter(completed_at=None)
        for spec in task.reminders
    }
    return {key: clock.after_quiet(at) for key, at in moments.items() if at and at >= NOW}


def one_act(user: User, chance: Random, origin: Origin) -> None:
    """Done or refused."""
    tasks: Any = list(Task.objects.filter(user=user).order_by("pk"))
    task, some = chance.choice(tasks), chance.sample(tasks, min(3, len(tasks)))
    lists: Any = list(TaskList.objects.filter(user=user).order_by("pk"))
    task_list, other = chance.choice(lists), chance.choice(lists)
    asks = chance.sample(ASKS, chance.randrange(3))
    when = {"due_date": chance.choice(DAYS), "due_time": chance.choice(TIMES)}
    lines = TaskChange.objects.for_user(user)
    do = chance.choice(["update", "complete", "reopen", "delete", "restore"])
    items = (
        [{"id": str(each.pk), "due_date": "2027-04-02", "reminders": asks} for each in some]
        if do == "update"
        else [str(each.pk) for each in some]
    )
    acts = {
        "complete": lambda: task.complete(origin),
        "reopen": lambda: task.reopen(origin),
        "remove": lambda: task.remove(origin),
        "restore": lambda: task.restore(origin),
        "skip": lambda: task.skip(origin),
        "ask": lambda: task.edit(origin, reminders=asks),
        "more": lambda: task.add_reminders(origin, asks),
        "when": lambda: task.edit(origin, **when),
        "repeat": lambda: task.edit(origin, repeats=chance.choice(RULES)),
        "add": lambda: Task.add(user, origin, title="New", reminders=asks, **when),
        "step": lambda: Task.add(user, origin, title="Step", parent=task, **when),
        "put": lambda: Task.add(user, origin, title="Put", list=task_list, **when),
        "drop": lambda: task_list.remove(origin, chance.choice(("keep", "delete"))),
        "back": lambda: task_list.restore(origin),
        "merge": lambda: task_list.merge(other, origin),
        "catch up": lambda: Task.objects.catch_up(user, origin),
        "batch": lambda: batch.run(user, {"do": do, "tasks": items}, origin),
        "undo": lambda: lines.of_acts([chance.choice(list(lines)).act]).undo(origin),
    }
    with suppress(*REFUSED):
        acts[chance.choice(list(acts))]()


def start(user: User) -> None:
    home, daily = a_list(user), RULES[1]
    a_list(user, "Work")
    later = {"due_date": DAYS[0], "due_time": time(17)}
    bins = Task.add(user, Origin("api"), title="Bins", repeats=daily, reminders=ASKS, **later)
    Task.add(user, Origin("api"), title="Bag", parent=bins, reminders=ASKS[:1], **later)
    Task.add(user, Origin("api"), title="Call", list=home, reminders=ASKS[3:], **later)


@pytest.mark.parametrize("seed", ROUNDS)
def test_rows_are_true_and_undone_newest_first_they_are_as_they_were(
    berlin: User, seed: int
) -> None:
    chance = Random(seed)
    start(berlin)
    states, origins = [ringing(berlin)], []
    for _ in range(ACTS):
        origins.append(Origin("api"))
        one_act(berlin, chance, origins[-1])
        states.append(ringing(berlin))
        assert states[-1] == expected(berlin)

    for origin in reversed(origins):
        assert ringing(berlin) == states.pop()
        undo(origin)
    assert [ringing(berlin)] == states


@pytest.mark.parametrize("seed", ROUNDS)
def test_undone_in_any_order_their_rows_are_true(berlin: User, seed: int) -> None:
    chance = Random(seed + 1000)
    start(berlin)
    origins = [Origin("api") for _ in range(ACTS)]
    for origin in origins:
        one_act(berlin, chance, origin)
    chance.shuffle(origins)

    for origin in origins:
        with suppress(ChangedSince):
            undo(origin)
        assert ringing(berlin) == expected(berlin)
