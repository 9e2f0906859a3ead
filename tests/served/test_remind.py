"""A server lets reminders ring with nothing else started, and serves meanwhile."""

import json
import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from reminders.models import Channels, Delivery
from tests.conftest import Serves
from tests.factories import UserFactory
from tests.fakes.receiver import Exchange, Receiver
from todos.models import Origin, Reminder, Task

MORE_THAN_THE_POOL = 60
SOON = 60.0  # seconds, in the worst case


@pytest.mark.django_db(transaction=True)
def test_more_is_due_at_once_than_there_are_connections(serves: Serves) -> None:
    users = [UserFactory() for _ in range(MORE_THAN_THE_POOL)]

    def be_slow(exchange: Exchange) -> None:
        time.sleep(0.2)
        exchange.send_response(204)
        exchange.end_headers()

    with Receiver(be_slow) as receiver:
        for user in users:
            with_a_due_reminder(user, receiver.url)
        serves(OUTBOUND_PRIVATE_HOSTS=receiver.host)

        end = time.monotonic() + SOON
        while time.monotonic() < end and Delivery.objects.filter(status="sent").count() < len(
            users
        ):
            time.sleep(0.2)

        ids = {sent.headers["webhook-id"] for sent in receiver.sent}
        reminders = {json.loads(sent.body)["reminder"] for sent in receiver.sent}
        assert len(ids) == len(receiver.sent)
        assert len(reminders) == len(users)
    assert {row.status for row in Delivery.objects.all()} == {"sent"}


def with_a_due_reminder(user: User, url: str) -> None:
    Channels.objects.create(user=user, webhook_url=url, webhook_secret="whsec_aGk=")
    later = timezone.now() + timedelta(minutes=2)
    at = later.replace(tzinfo=None).isoformat(timespec="minutes")
    task = Task.add(user, Origin("api"), title="Call Bo", reminders=[{"at": at}])
    Reminder.objects.filter(task=task).update(rings_at=timezone.now())
