"""The summary of a day: once, in the morning of whoever asked for one, and true."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accounts.models import User
from reminders.models import Channels, Delivery, begin_mornings
from reminders.rounds import Ringer
from tests.factories import TaskFactory

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def mails(settings: Settings) -> None:
    settings.SENDS_MAIL = True
    settings.PUBLIC_URL = "https://chat.example.org"


def wanting(user: User, at: time, zone: str = "UTC") -> Channels:
    """As if they had said so days ago."""
    user.time_zone = zone
    user.keep("time_zone")
    Channels.change(user, summary_at=at)
    Channels.objects.update(summary_on=None)
    return Channels.objects.get(pk=user.pk)


def test_it_names_what_is_due_and_overdue_once(user: User, stranger: User) -> None:
    wanting(user, time(0))
    today = user.local_now().date()
    TaskFactory(user=user, title="Pay rent", due_date=today - timedelta(days=2))
    TaskFactory(user=user, title="Call Bo", due_date=today, due_time=time(23, 59))
    TaskFactory(user=user, title="Water plants", due_date=today)
    TaskFactory(user=user, title="Later", due_date=today + timedelta(days=1))
    TaskFactory(user=user, title="Done", due_date=today, completed=True)
    TaskFactory(user=stranger, title="Hush", due_date=today)

    assert Ringer().once() == {"mornings": 1, "taken": 1, "sent": 1}
    assert Ringer().once() == {}

    (letter,) = mail.outbox
    assert letter.to == [user.email]
    before, _, after = letter.body.partition("\nToday\n")
    assert before.splitlines()[0] == "Overdue"
    assert "Pay rent" in before
    assert after.splitlines()[:2] == ["- 23:59 Call Bo", "- Water plants"]
    assert not any(title in letter.body for title in ("Later", "Done", "Hush"))
    assert "https://chat.example.org/" in letter.body


def test_a_day_with_nothing_to_do_is_not_told(user: User) -> None:
    wanting(user, time(0))

    assert Ringer().once() == {"mornings": 1, "taken": 1, "dropped": 1}
    assert not mail.outbox


def test_it_begins_tomorrow_where_its_time_has_passed(user: User) -> None:
    Channels.change(user, summary_at=time(0))
    assert begin_mornings(9) == 0

    yesterday = user.local_now().date() - timedelta(days=1)
    Channels.objects.update(summary_on=yesterday)

    assert begin_mornings(9) == 1


def test_it_comes_once_a_day_though_its_time_moves(
    user: User, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(datetime(2026, 11, 23, 12, tzinfo=UTC))
    wanting(user, time(8))
    assert begin_mornings(9) == 1

    Channels.change(user, summary_at=None)
    Channels.change(user, summary_at=time(20))
    time_machine.shift(timedelta(hours=9))
    assert begin_mornings(9) == 0

    time_machine.shift(timedelta(days=1))
    assert begin_mornings(9) == 1


def test_what_could_not_be_sent_on_its_day_is_not_sent_on_the_next(user: User) -> None:
    TaskFactory(user=user, due_date=user.local_now().date())
    yesterday = timezone.now() - timedelta(days=1)
    Channels.change(user, summary_at=time(0))
    Delivery.objects.create(user=user, channel="mail", rings_at=yesterday, failures=4)

    assert Ringer().once() == {"taken": 1, "dropped": 1}
    assert not mail.outbox


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu"])
def test_it_goes_by_the_clock_of_the_user(user: User, zone: str) -> None:
    now = datetime.now(ZoneInfo(zone))
    if not time(0, 10) < now.time() < time(23, 50):
        zone, now = "UTC", timezone.now()
    later, earlier = (now + timedelta(minutes=minutes) for minutes in (5, -5))
    wanting(user, later.time().replace(second=0, microsecond=0), zone)
    assert begin_mornings(9) == 0

    wanting(user, earlier.time().replace(second=0, microsecond=0), zone)

    assert begin_mornings(9) == 1
    assert Channels.objects.get(pk=user.pk).summary_on == now.date()
    assert begin_mornings(9) == 0


def test_who_is_deactivated_has_none(user: User) -> None:
    wanting(user, time(0))
    User.objects.update(is_active=False)

    assert begin_mornings(9) == 0
    assert not Delivery.objects.exists()
