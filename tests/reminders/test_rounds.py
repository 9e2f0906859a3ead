"""Rounds against real rows and real receivers: who is told, once, again, and no more."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from reminders.models import Channels, Delivery, PushSubscription
from reminders.rounds import Ringer
from tests.factories import TaskFactory
from tests.fakes.receiver import Exchange, Receiver
from tests.reminders.devices import Device
from tests.served.processes import until
from todos.models import Origin, Reminder, Task

pytestmark = pytest.mark.django_db(transaction=True)

API = Origin("api")


def a_due_task(user: User, **fields: Any) -> Task:
    """Its reminder was due a moment ago."""
    now = user.local_now().replace(tzinfo=None) + timedelta(minutes=2)
    task = TaskFactory(user=user, reminders=[{"at": f"{now:%Y-%m-%dT%H:%M}"}], **fields)
    Reminder.objects.filter(task=task).update(rings_at=timezone.now() - timedelta(seconds=1))
    return task


def again() -> dict[str, int]:
    """As if the pause before the next attempt were over."""
    Delivery.objects.filter(status="waiting").update(due_at=timezone.now() - timedelta(seconds=1))
    return dict(Ringer().once())


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with Receiver() as receiver:
        settings.OUTBOUND_PRIVATE_HOSTS = [receiver.host]
        yield receiver


@pytest.fixture
def hooked(user: User, receiver: Receiver) -> User:
    Channels.change(user, webhook_url=receiver.url)
    return user


@pytest.fixture
def mailed(user: User, settings: Settings) -> User:
    settings.SENDS_MAIL = True
    Channels.change(user, mail=True)
    return user


def test_what_is_due_rings_once_on_each_channel(
    hooked: User, mailed: User, receiver: Receiver
) -> None:
    task = a_due_task(hooked, title="Call the dentist")

    assert Ringer().once() == {"rung": 1, "taken": 2, "sent": 2}
    assert Ringer().once() == {}

    (letter,), (sent,) = mail.outbox, receiver.sent
    assert (letter.subject, letter.to) == ("Call the dentist", [mailed.email])
    assert str(task.reminders[0]["id"]).encode() in sent.body
    assert {row.status for row in Delivery.objects.all()} == {"sent"}


def test_what_is_not_due_waits(hooked: User, receiver: Receiver) -> None:
    task = a_due_task(hooked)
    Reminder.objects.filter(task=task).update(rings_at=timezone.now() + timedelta(seconds=30))

    assert Ringer().once() == {}
    assert not receiver.sent


def test_a_reminder_without_channels_rings_on_the_page_alone(user: User) -> None:
    task = a_due_task(user)

    assert Ringer().once() == {"rung": 1}
    assert Reminder.objects.get(task=task).status == "due"
    assert not Delivery.objects.exists()


def test_what_fails_is_tried_again_with_growing_pauses_and_given_up(
    hooked: User, receiver: Receiver
) -> None:
    task = a_due_task(hooked)
    receiver.answer = 503
    assert Ringer().once() == {"rung": 1, "taken": 1, "waiting": 1}
    assert Ringer().once() == {}  # not before its pause is over
    pauses = []
    for _ in range(4):
        row = Delivery.objects.get()
        pauses.append(round((row.due_at - timezone.now()) / timedelta(minutes=1)))
        assert again() == {"taken": 1, "waiting": 1}

    assert again() == {"taken": 1, "failed": 1}

    assert pauses == sorted(pauses)
    assert pauses[0] == 1
    assert pauses[-1] >= 120
    ids = [sent.headers["webhook-id"] for sent in receiver.sent]
    assert len(set(ids)) == len(ids) == 6
    assert Reminder.objects.get(task=task).failed == ["webhook"]
    assert Delivery.objects.get().why == "It answered with status 503."
    assert again() == {}


def test_what_arrives_behind_the_last_look_is_settled(hooked: User, receiver: Receiver) -> None:
    a_due_task(hooked)
    taken = Event()

    def takes(exchange: Exchange) -> None:
        taken.wait(20)
        exchange.send_response(204)
        exchange.send_header("Content-Length", "0")
        exchange.end_headers()

    class Late(Ringer):
        def look(self) -> Counter[str]:
            did = super().look()
            if not did:
                taken.set()
                until(lambda: not self._is_busy())
            return did

    receiver.answer = takes

    assert Late().once() == {"rung": 1, "taken": 1, "sent": 1}
    assert Delivery.objects.get().status == "sent"


def test_what_failed_first_arrives_later(hooked: User, receiver: Receiver) -> None:
    a_due_task(hooked)
    receiver.answer = 500
    Ringer().once()
    receiver.answer = 204

    assert again() == {"taken": 1, "sent": 1}

    bodies = {sent.body for sent in receiver.sent}
    assert (len(receiver.sent), len(bodies)) == (2, 1)  # the same ring, by its reminder


def test_what_is_refused_is_not_tried_again_and_told_over_rest(
    hooked: User, receiver: Receiver, client: APIClient
) -> None:
    task = a_due_task(hooked)
    receiver.answer = 404

    assert Ringer().once() == {"rung": 1, "taken": 1, "failed": 1}
    (told,) = client.get("/api/reminders/", {"due": "true"}).json()["results"]
    assert told["failed"] == ["webhook"]

    reminder = Reminder.objects.get(task=task)
    reminder.snooze(timezone.now() + timedelta(hours=1))

    assert client.get("/api/reminders/").json()["results"][0]["failed"] == []


@pytest.mark.parametrize("end", ["done", "deleted", "dismissed", "snoozed", "unset", "inactive"])
def test_what_is_not_due_any_more_is_not_sent(hooked: User, receiver: Receiver, end: str) -> None:
    task = a_due_task(hooked)
    receiver.answer = 503
    Ringer().once()
    receiver.answer = 204
    reminder = Reminder.objects.get(task=task)
    match end:
        case "done":
            task.complete(API)
        case "deleted":
            task.remove(API)
        case "dismissed":
            reminder.dismiss()
        case "snoozed":
            reminder.snooze(timezone.now() + timedelta(hours=1))
        case "unset":
            Channels.change(hooked, webhook_url="")
        case "inactive":
            User.objects.update(is_active=False)

    assert again() == {"taken": 1, "dropped": 1}
    assert len(receiver.sent) == 1


def test_what_is_snoozed_rings_again(hooked: User, receiver: Receiver) -> None:
    task = a_due_task(hooked)
    Ringer().once()
    Reminder.objects.get(task=task).snooze(timezone.now() + timedelta(minutes=5))
    assert Ringer().once() == {}

    Reminder.objects.filter(task=task).update(rings_at=timezone.now())

    assert Ringer().once() == {"rung": 1, "taken": 1, "sent": 1}
    assert len({sent.headers["webhook-id"] for sent in receiver.sent}) == 2


def test_what_a_dead_worker_had_is_taken_over_as_a_new_attempt(
    hooked: User, receiver: Receiver
) -> None:
    a_due_task(hooked)
    receiver.answer = 503
    Ringer().once()
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    (held,) = Delivery.objects.claim("webhook", 5)  # and dies
    receiver.answer = 204
    assert Ringer().once() == {}

    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))  # its lease is over

    assert Ringer().once() == {"taken": 1, "sent": 1}
    assert receiver.sent[-1].headers["webhook-id"] == f"{held.pk}-{held.attempt + 1}"


def test_what_rang_first_is_told_first_though_a_worker_died_and_what_failed_comes_last(
    user: User,
) -> None:
    def waiting(failures: int, rang: int, due: int) -> Delivery:
        """Rang, and may be taken, so many minutes ago."""
        rings_at, due_at = (timezone.now() - timedelta(minutes=ago) for ago in (rang, due))
        moments = {"rings_at": rings_at, "due_at": due_at}
        return Delivery.objects.create(user=user, channel="mail", failures=failures, **moments)

    failed, new, of_the_dead = waiting(1, 60, 9), waiting(0, 5, 5), waiting(0, 6, 1)

    taken = [Delivery.objects.claim("mail", 1)[0] for _ in range(3)]

    assert taken == [of_the_dead, new, failed]


def test_a_device_that_is_gone_goes(user: User, settings: Settings, receiver: Receiver) -> None:
    device = Device()
    PushSubscription.objects.create(
        user=user,
        endpoint=receiver.url,
        endpoint_hash="1",
        p256dh=device.keys["p256dh"],
        auth=device.keys["auth"],
    )
    task = a_due_task(user, title="Hush")
    receiver.answer = 410

    assert Ringer().once() == {"rung": 1, "taken": 1, "failed": 1}

    assert not PushSubscription.objects.exists()
    assert Reminder.objects.get(task=task).failed == ["push"]


def test_old_deliveries_go(user: User, settings: Settings) -> None:
    settings.CLEANUP_DELIVERIES_DAYS = 3
    now = timezone.now()
    for days in (None, 2, 4):
        settled = None if days is None else now - timedelta(days=days)
        status = "waiting" if settled is None else "sent"
        later = now + timedelta(days=1)
        Delivery.objects.create(
            user=user, rings_at=now, status=status, settled_at=settled, due_at=later
        )

    assert Ringer().once() == {"removed": 1}

    settings.CLEANUP_DELIVERIES_DAYS = 0
    Delivery.objects.filter(status="sent").update(settled_at=now - timedelta(days=4000))
    assert Ringer().once() == {}
