"""When tasks ring, whatever is done to them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from accounts.models import User
from todos.models import Origin, Proposal, Reminder, Task, TaskChange, TaskList
from todos.repeating import Repeat

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)  # a Monday
FRIDAY = date(2026, 11, 27)
API = Origin("api")


@pytest.fixture(autouse=True)
def monday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


def due(user: User, *asks: dict[str, Any], **fields: Any) -> Task:
    given = {"title": "Call", "due_date": FRIDAY, "due_time": time(17)} | fields
    return Task.add(user, Origin("api"), reminders=list(asks), **given)


def rings(task: Task) -> list[str]:
    """When, in UTC; those that do not are left out."""
    found = Reminder.objects.filter(task=task, rings_at__isnull=False)
    return [f"{each.rings_at:%d %H:%M}" for each in found.order_by("rings_at")]


def undo(origin: Origin) -> None:
    TaskChange.objects.of_acts([origin.act]).undo(Origin("api"))


TEN_BEFORE, AT_THE_TIME = {"before_minutes": 10}, {"before_minutes": 0}
EVENING_BEFORE = {"days_before": 1, "time": "18:00"}


def test_a_task_rings_as_often_as_it_was_asked_for(user: User) -> None:
    task = due(user, TEN_BEFORE, EVENING_BEFORE, AT_THE_TIME, {"at": "09:00"})

    assert rings(task) == ["26 18:00", "27 09:00", "27 16:50", "27 17:00"]


def test_they_move_with_the_task_and_come_back_with_undo(user: User) -> None:
    task, act = due(user, TEN_BEFORE, EVENING_BEFORE), Origin("api")

    task.edit(act, due_date=date(2026, 11, 30), due_time=time(8))
    assert rings(task) == ["29 18:00", "30 07:50"]

    undo(act)
    assert rings(task) == ["26 18:00", "27 16:50"]


@pytest.mark.parametrize("act", ["complete", "remove"])
def test_what_is_done_or_deleted_does_not_ring_until_that_is_undone(user: User, act: str) -> None:
    task, origin = due(user, TEN_BEFORE), Origin("api")

    getattr(task, act)(origin)
    assert rings(task) == []

    undo(origin)
    assert rings(task) == ["27 16:50"]


def test_what_has_passed_when_it_is_set_does_not_ring_late(user: User) -> None:
    late = due(user, TEN_BEFORE, AT_THE_TIME, due_date=NOW.date(), due_time=time(9))

    assert rings(late) == ["23 09:00"]


def test_a_successor_has_them_anew_but_for_a_time_of_its_own(user: User) -> None:
    weekly = Repeat.read({"words": "every friday"})
    task = due(user, TEN_BEFORE, {"at": "2028-01-01T09:00"}, repeats=weekly)

    task.complete(Origin("api"))

    assert task.successor
    assert rings(task.successor) == ["04 16:50"]


def test_a_day_alone_rings_in_the_morning_of_its_owner(user: User) -> None:
    user.remember("morning", "07:00", "mornings are 7")
    task = due(user, TEN_BEFORE, due_time=None)
    assert rings(task) == ["27 06:50"]


def test_a_step_has_its_reminders_anew_with_the_next_of_the_series(user: User) -> None:
    weekly = Repeat.read({"words": "every friday"})
    task = due(user, EVENING_BEFORE, repeats=weekly)
    due(user, AT_THE_TIME, parent=task, due_time=time(12))

    task.complete(Origin("api"))

    [step] = Task.objects.filter(parent=task.successor)
    assert rings(step) == ["04 12:00"]
    task.reopen(Origin("api"))
    assert rings(step) == []


def test_a_changed_moment_rings_anew_and_an_unchanged_one_stays_answered(user: User) -> None:
    task = due(user, AT_THE_TIME, due_date=NOW.date(), due_time=time(9))
    row = Reminder.objects.due().get()
    Reminder.objects.to_ring().filter(pk=row.pk).update(rang_at=NOW)
    assert row.dismiss()

    task.edit(API, title="Call again")
    task.edit(API, reminders=[{"id": str(row.pk)}, TEN_BEFORE])
    row.refresh_from_db()
    assert (row.status, row.rang_at) == ("answered", NOW)

    task.edit(API, due_time=time(10))
    row.refresh_from_db()
    assert (row.status, row.rang_at, rings(task)) == ("waiting", None, ["23 09:50", "23 10:00"])


def test_what_rang_and_was_done_does_not_ring_again_when_that_is_undone(
    user: User, time_machine: TimeMachineFixture
) -> None:
    task, done = due(user, AT_THE_TIME, due_date=NOW.date(), due_time=time(9)), Origin("api")
    Reminder.objects.to_ring().update(rang_at=NOW)
    time_machine.shift(timedelta(minutes=5))

    task.complete(done)
    assert Reminder.objects.get().status == "answered"
    undo(done)

    assert not Reminder.objects.due().exists()
    assert Reminder.objects.get().status == "answered"


def test_a_snooze_lasts_through_doing_and_undoing_and_ends_when_the_task_moves(user: User) -> None:
    task, done = due(user, AT_THE_TIME, due_date=NOW.date(), due_time=time(9)), Origin("api")
    Reminder.objects.get().snooze(NOW + timedelta(hours=2))
    assert rings(task) == ["23 11:00"]

    task.complete(done)
    assert rings(task) == []
    undo(done)
    assert rings(task) == ["23 11:00"]

    task.edit(API, due_time=time(15))
    assert rings(task) == ["23 15:00"]


# What the account says


def test_a_task_that_gets_its_time_has_the_reminder_that_is_wanted_for_all(user: User) -> None:
    user.remember("default_reminder", "30", "remind me 30 minutes before")
    task = Task.add(user, API, title="Call", due_date=FRIDAY)
    assert task.reminders == ()

    task.edit(act := Origin("api"), due_time=time(17))
    assert rings(task) == ["27 16:30"]
    undo(act)
    assert rings(task) == []

    assert rings(due(user)) == []  # none, as it was asked
    assert rings(due(user, TEN_BEFORE)) == ["27 16:50"]
    assert rings(Task.add(user, API, title="Eat", due_date=FRIDAY, due_time=time(12))) == [
        "27 11:30"
    ]


def test_what_waits_moves_when_the_zone_changes_and_what_rang_does_not(user: User) -> None:
    rang = due(user, AT_THE_TIME, due_date=NOW.date(), due_time=time(9))
    task = due(user, AT_THE_TIME, {"at": "2028-01-01T08:00"}, {"at": "2027-11-01T08:00"})

    user.time_zone = "America/New_York"
    user.keep("time_zone")

    assert rings(rang) == ["23 09:00"]
    assert rings(task) == ["27 22:00", "01 12:00", "01 13:00"]  # November 27, November 1, January 1


def test_what_would_have_rung_by_the_new_clock_rings_now(user: User) -> None:
    task = due(user, AT_THE_TIME, due_date=NOW.date(), due_time=time(11))

    user.time_zone = "Asia/Tokyo"
    user.keep("time_zone")

    assert rings(task) == ["23 02:00"]
    assert Reminder.objects.to_ring().exists()


def test_quiet_hours_put_off_what_waits_and_a_snooze_too(user: User) -> None:
    task = due(user, {"at": "23:30"}, {"at": "06:00"}, TEN_BEFORE)
    late = due(user, AT_THE_TIME, due_date=NOW.date(), due_time=time(9))

    user.quiet_from, user.quiet_to = time(22), time(7)
    user.keep("quiet_from", "quiet_to")
    assert rings(task) == ["27 07:00", "27 16:50", "28 07:00"]
    late.reminder_rows.get().snooze(NOW + timedelta(hours=14))
    assert rings(late) == ["24 07:00"]
    assert rings(due(user, {"at": "21:59"}, {"at": "22:00"})) == ["27 21:59", "28 07:00"]

    user.quiet_from = user.quiet_to = None
    user.keep("quiet_from", "quiet_to")
    assert rings(task) == ["27 06:00", "27 16:50", "27 23:30"]
    assert rings(late) == ["23 23:00"]


def test_a_told_morning_moves_what_waits_for_it_and_so_does_forgetting_it(user: User) -> None:
    task = due(user, AT_THE_TIME, due_time=None)
    assert rings(task) == ["27 09:00"]

    morning = user.remember("morning", "07:00", "mornings are 7")
    assert rings(task) == ["27 07:00"]

    user.forget([morning.pk])
    assert rings(task) == ["27 09:00"]


# What it costs


def statements(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as caught:
        act()
    return len(caught)


@pytest.mark.only_on("sqlite")
def test_many_tasks_are_as_dear_as_few(user: User) -> None:
    costs = []
    for count in (3, 90):
        home = TaskList.add(user, API, name=f"List {count}")
        for number in range(count):
            when = {"due_date": FRIDAY - timedelta(days=number % 2 * 9), "title": f"{number}"}
            Task.add(user, API, list=home, due_time=time(17), reminders=[TEN_BEFORE], **when)
        catch_up = Origin("api")
        cost = [
            statements(lambda up=catch_up: Task.objects.catch_up(user, up)),
            statements(lambda up=catch_up: undo(up)),
            statements(lambda home=home: home.remove(Origin("api"), "delete")),
            statements(lambda home=home: home.restore(Origin("api"))),
            statements(lambda: Reminder.objects.set_anew(user)),
        ]
        costs.append(cost)
        home.remove(Origin("api"), "delete")
    few, many = costs
    assert [most - least <= 8 for least, most in zip(few, many, strict=True)] == [True] * 5


def test_a_task_without_reminders_pays_nothing(user: User) -> None:
    task = Task.add(user, API, title="Call", due_date=FRIDAY)
    with CaptureQueriesContext(connection) as caught:
        task.edit(API, due_time=time(12))
        task.complete(API)
    assert not [each for each in caught if "reminder_rows" in each["sql"]]
    assert not [each for each in caught if "todos_reminder" in each["sql"]]


def test_what_is_done_many_at_once_takes_asks_and_tells_them(user: User) -> None:
    task = due(user)
    item = {"id": str(task.pk), "reminders": [{"words": "the evening before"}]}
    operation = {"do": "update", "tasks": [item]}

    asked = Proposal.make(user, operation, Origin("api"))
    assert "reminders the evening before" in asked.summary
    asked.approve(Origin("api"))

    assert rings(task) == ["26 18:00"]
