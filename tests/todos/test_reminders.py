"""When tasks ring, whatever is done to them."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from time_machine import TimeMachineFixture

from accounts.models import User
from todos.models import Origin, Reminder, Task, TaskChange
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
