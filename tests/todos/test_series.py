"""Tasks that repeat: what follows when they are done, and how it is taken back."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from time_machine import TimeMachineFixture

from accounts.models import User
from tests.factories import TaskFactory
from todos.models import Origin, Task, TaskChange
from todos.repeating import Repeat
from todos.rules import RuleBroken

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)
MONDAYS = Repeat.read({"every": "week", "on": ["mon"]})
DAILY = Repeat.read({"every": "day"})


@pytest.fixture(autouse=True)
def on_monday(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    time_machine.move_to(datetime(2026, 11, 23, 12, tzinfo=UTC))
    return time_machine


def go_to(time_machine: TimeMachineFixture, day: date) -> None:
    time_machine.move_to(datetime.combine(day, time(12), tzinfo=UTC))


def repeating(user: User, repeats: Repeat = MONDAYS, **fields: Any) -> Task:
    return TaskFactory(
        user=user, **{"title": "Bins", "due_date": MONDAY, "repeats": repeats} | fields
    )


def complete(task: Task) -> Task | None:
    """The task that follows."""
    task.complete(Origin("api"))
    return task.successor


def days(user: User) -> list[tuple[date, bool]]:
    """Of all that is there: its day, and whether it is done."""
    tasks = Task.objects.for_user(user).order_by("place", "due_date")
    return [(task.due_date, task.completed) for task in tasks]


def exact(user: User) -> list[dict[str, Any]]:
    """All rows of tasks that are there, but for when and how often they were changed."""
    rows = Task.objects.for_user(user).order_by("pk").values()
    return [
        {name: row[name] for name in row if name not in ("updated_at", "version")} for row in rows
    ]


def undo(origin: Origin) -> list[TaskChange]:
    return TaskChange.objects.of_acts([origin.act]).undo(Origin("api"))


# What follows


def test_all_but_the_day_goes_along(user: User) -> None:
    task = repeating(user, notes="both", due_time=time(7), priority="high")

    following = complete(task)

    assert following is not None
    assert following.due_date == date(2026, 11, 30)
    for name in ("title", "notes", "due_time", "priority", "repeats", "series", "user_id"):
        assert getattr(following, name) == getattr(task, name)
    assert (task.completed, following.completed) == (True, False)
    assert task.place + 1 == following.place


def test_it_is_made_in_the_same_act_and_told_in_the_journal(user: User) -> None:
    task, origin = repeating(user), Origin("page")

    task.complete(origin)

    done, made = TaskChange.objects.filter(act=origin.act).order_by("created_at", "id")
    assert (done.kind, done.task_id) == ("completed", task.pk)
    assert (made.kind, made.task_id, made.source) == ("created", task.successor.pk, "page")
    assert made.after["repeats"] == task.repeats
    assert made.after["series"] == str(task.series)


@pytest.mark.parametrize("again", ["the same object", "read before", "read after"])
def test_completing_again_makes_no_other(user: User, again: str) -> None:
    task = repeating(user)
    earlier = Task.objects.get(pk=task.pk)
    complete(task)
    other = {"the same object": task, "read before": earlier}.get(again)

    assert (other or Task.objects.get(pk=task.pk)).complete(Origin("api")) is False
    assert days(user) == [(MONDAY, True), (date(2026, 11, 30), False)]


@pytest.mark.parametrize(
    ("done_on", "following"),
    [
        (date(2026, 11, 20), date(2026, 11, 30)),  # early
        (MONDAY, date(2026, 11, 30)),
        (date(2026, 11, 26), date(2026, 11, 30)),  # on Thursday
        (date(2026, 11, 30), date(2026, 12, 7)),
        (date(2026, 12, 14), date(2026, 12, 21)),  # three weeks late
        (date(2026, 12, 17), date(2026, 12, 21)),
    ],
)
def test_what_is_done_late_comes_once(
    user: User, on_monday: TimeMachineFixture, done_on: date, following: date
) -> None:
    task = repeating(user)
    go_to(on_monday, done_on)

    assert complete(task).due_date == following
    assert len(days(user)) == 2


def test_today_is_the_users_own(user: User, on_monday: TimeMachineFixture) -> None:
    user.time_zone = "Pacific/Auckland"  # 13 hours ahead: it is Tuesday there
    user.save()
    task = repeating(user, DAILY)

    assert complete(task).due_date == date(2026, 11, 25)


def test_counted_from_the_day_it_was_done(user: User, on_monday: TimeMachineFixture) -> None:
    task = repeating(user, Repeat.read({"every": "day", "interval": 3, "from": "done"}))
    go_to(on_monday, date(2026, 11, 28))

    assert complete(task).due_date == date(2026, 12, 1)


def test_a_task_that_is_added_done_is_followed_as_well(user: User) -> None:
    repeating(user, completed=True)

    assert days(user) == [(MONDAY, True), (date(2026, 11, 30), False)]


# Its end


def test_it_ends_after_so_many_times(user: User) -> None:
    task = repeating(user, Repeat.read({"every": "day", "times": 3}))

    second = complete(task)
    third = complete(second)

    assert complete(third) is None
    assert [done for _, done in days(user)] == [True, True, True]


def test_so_many_times_are_counted_from_where_they_were_set(user: User) -> None:
    fifth = repeating(user, DAILY)
    for _ in range(4):
        fifth = complete(fifth)
    fifth.edit(Origin("api"), repeats=Repeat.read({"every": "day", "times": 2}))

    sixth = complete(fifth)

    assert sixth is not None
    assert complete(sixth) is None


def test_it_ends_with_its_last_day(user: User) -> None:
    task = repeating(user, Repeat.read({"every": "day", "until": "2026-11-24"}))

    assert complete(complete(task)) is None


def test_a_series_that_was_ended_is_not_followed(user: User) -> None:
    task = repeating(user)
    following = complete(task)
    following.edit(Origin("api"), repeats=None)

    assert complete(following) is None
    assert following.series == task.series


def test_deleting_the_open_task_ends_it_and_restoring_goes_on(user: User) -> None:
    task = repeating(user)

    task.remove(Origin("api"))
    assert days(user) == []
    task.restore(Origin("api"))

    assert complete(task).due_date == date(2026, 11, 30)


# One is moved, or all are


def test_one_is_moved_and_the_series_stays(user: User) -> None:
    task = repeating(user)
    task.edit(Origin("api"), due_date=date(2026, 11, 25))

    assert complete(task).due_date == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("moved_to", "done_on", "following"),
    [
        (date(2026, 11, 24), MONDAY, date(2026, 11, 26)),
        (date(2026, 11, 27), MONDAY, date(2026, 11, 29)),  # past the next one
        (date(2026, 11, 21), date(2026, 11, 21), date(2026, 11, 26)),  # before, and done before
    ],
)
def test_days_are_counted_from_where_it_was_not_moved(
    user: User, on_monday: TimeMachineFixture, moved_to: date, done_on: date, following: date
) -> None:
    task = repeating(user, Repeat.read({"every": "day", "interval": 3}))
    task.edit(Origin("api"), due_date=moved_to)
    go_to(on_monday, done_on)

    assert complete(task).due_date == following


@pytest.mark.parametrize("also_other", [False, True])
def test_the_series_is_moved_with_its_rule(user: User, also_other: bool) -> None:
    task = repeating(user, Repeat.read({"every": "day", "interval": 3}))
    rule = Repeat.read({"every": "day", "interval": 4 if also_other else 3})
    task.edit(Origin("api"), due_date=date(2026, 11, 24), repeats=rule)

    assert complete(task).due_date == date(2026, 11, 28 if also_other else 27)


def test_the_same_rule_again_changes_nothing(user: User) -> None:
    task = repeating(user)
    task.edit(Origin("api"), due_date=date(2026, 11, 25))
    before = exact(user)

    assert not task.edit(Origin("api"), repeats=MONDAYS, due_date=date(2026, 11, 25))

    assert exact(user) == before


def test_skipping_is_one_act_on_the_same_task(user: User) -> None:
    task, origin = repeating(user), Origin("api")
    before = exact(user)
    task.skip(origin)
    assert days(user) == [(date(2026, 11, 30), False)]

    undo(origin)

    assert exact(user) == before


def test_what_is_overdue_skips_to_a_day_to_come(user: User, on_monday: TimeMachineFixture) -> None:
    task = repeating(user)
    go_to(on_monday, date(2026, 12, 16))
    task.skip(Origin("api"))

    assert days(user) == [(date(2026, 12, 21), False)]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"repeats": None}, "does not repeat"),
        ({"repeats": MONDAYS, "completed": True}, "done"),
        ({"repeats": Repeat.read({"every": "day", "until": "2026-11-23"})}, "ends here"),
    ],
)
def test_what_has_no_next_day_cannot_be_skipped(
    user: User, fields: dict[str, Any], told: str
) -> None:
    task = repeating(user, **fields)
    before = exact(user)

    with pytest.raises(RuleBroken, match=told):
        task.skip(Origin("api"))

    assert exact(user) == before


def test_it_needs_a_day(user: User) -> None:
    with pytest.raises(RuleBroken, match="needs a due_date"):
        repeating(user, due_date=None)
    task = repeating(user)
    with pytest.raises(RuleBroken, match="needs a due_date"):
        task.edit(Origin("api"), due_date=None)

    assert task.edit(Origin("api"), due_date=None, repeats=None)
