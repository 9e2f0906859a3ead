"""Somebody answers a reminder, or it rings, in the moment in which its row is set anew or goes."""

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, time, timedelta
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from time_machine import TimeMachineFixture

from accounts.models import User
from reminders.models import Channels, Delivery, ring
from todos.models import Origin, Reminder, Task

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
PATIENCE = 0.3  # seconds for the other one, who may have to wait until we are done


@pytest.fixture
def clock(time_machine: TimeMachineFixture) -> TimeMachineFixture:
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def row(user: User, clock: TimeMachineFixture) -> Reminder:
    """It rings in an hour."""
    at = (user.local_now() + timedelta(hours=1)).replace(tzinfo=None)
    ask = {"at": at.isoformat(timespec="minutes")}
    task = Task.add(user, Origin("api"), title="Call", reminders=[ask])
    found: Reminder = task.reminder_rows.get()
    return found


def begin_quiet_hours(user: User) -> None:
    user.quiet_from, user.quiet_to = time(0), time(23, 59)
    user.keep("quiet_from", "quiet_to")


def before_a_row_is_written(
    act: Callable[[], object], other: Callable[[], object], table: str = "todos_reminder"
) -> None:
    """Does ``act``, and ``other`` on a connection of its own once ``act`` has read."""

    def with_a_connection() -> None:
        with closing(connection):
            other()

    thread = Thread(target=with_a_connection)

    def watch(execute: Any, sql: str, *statement: Any) -> object:
        if sql.startswith("INSERT") and table in sql and not thread.ident:
            thread.start()
            thread.join(PATIENCE)
        return execute(sql, *statement)

    with connection.execute_wrapper(watch):
        act()
    assert thread.ident
    thread.join()


def test_what_is_dismissed_while_quiet_hours_begin_stays_so(user: User, row: Reminder) -> None:
    before_a_row_is_written(lambda: begin_quiet_hours(user), row.dismiss)

    row.refresh_from_db()
    assert row.status == "answered"


def test_what_rings_while_quiet_hours_begin_does_so_once(
    user: User, row: Reminder, clock: TimeMachineFixture
) -> None:
    rung = []

    def its_moment_comes() -> None:
        clock.shift(timedelta(hours=2))
        rung.append(ring(9))

    before_a_row_is_written(lambda: begin_quiet_hours(user), its_moment_comes)
    clock.shift(timedelta(days=1))
    rung.append(ring(9))

    assert sum(rung) == 1


def test_who_is_erased_while_a_reminder_rings_is_gone(
    user: User, row: Reminder, clock: TimeMachineFixture
) -> None:
    Channels.change(user, webhook_url="https://example.org/")
    clock.shift(timedelta(hours=2))

    before_a_row_is_written(lambda: ring(9), user.erase, "reminders_delivery")

    assert not User.objects.exists()
    assert not Delivery.objects.exists()
