"""The rows of the chaos of reminders; Django must be set up before."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.core.management import call_command
from django.db import connection
from django.db.models import F, Max
from django.utils import timezone

from accounts.models import User
from benchmarks.chaos_receivers import Receivers, Taken
from reminders.models import Channels, Delivery, PushSubscription
from todos.models import Reminder, Task

USERS = 50
AT_ONCE = 0.4  # share of the reminders that are due in the very first moment
FAR = timezone.now() + timedelta(days=9)


def prepare(number: int, seconds: float, receivers: Receivers) -> None:
    """Tables, users with channels, and so many reminders, due within ``seconds`` after FAR."""
    call_command("migrate", verbosity=0)
    manners = ["gone", "bad", "bad", "bad"] + ["well"] * (USERS - 4)
    users = User.objects.bulk_create(
        User(username=f"user{place}", email=f"{manner}-{place}@example.org")
        for place, manner in enumerate(manners)
    )
    for place, (user, manner) in enumerate(zip(users, manners, strict=True)):
        _set_up(user, place, manner, receivers)
    moments = [
        FAR + max(0, random.uniform(-AT_ONCE, 1 - AT_ONCE)) * timedelta(seconds=seconds)
        for _ in range(number)
    ]
    _add(users, moments)
    connection.close()


def wait_for_workers() -> None:
    """Until one of them lets ring what is due; the others are about there, too."""
    row = Reminder.objects.order_by("rings_at").last()
    assert row
    Reminder.objects.filter(pk=row.pk).update(rings_at=timezone.now())
    wait_for(lambda: [str(each) for each in Reminder.objects.to_ring()], 60)


def begin() -> None:
    """From now on they are due."""
    Reminder.objects.filter(rang_at=None).update(rings_at=F("rings_at") - (FAR - timezone.now()))
    connection.close()


def _set_up(user: User, place: int, manner: str, receivers: Receivers) -> None:
    """Mail, a webhook, a device, or mail and a webhook."""
    url = receivers.address(manner, place)
    if place % 4 == 2:
        hashed = PushSubscription.hash_of(url)
        keys = receivers.device.keys
        PushSubscription.objects.create(user=user, endpoint=url, endpoint_hash=hashed, **keys)
        return
    hook = {"webhook_url": url} if place % 2 else {}
    Channels.change(user, mail=place % 4 in (0, 3), **hook)


def _add(users: list[User], moments: list[datetime]) -> None:
    tasks = [
        Task(
            user=users[place % USERS],
            title=f"task {place}",
            reminders=({"id": str(uuid4()), "at": "2026-12-01T09:00"},),
        )
        for place in range(len(moments))
    ]
    Task.objects.bulk_create(tasks, batch_size=500)
    Reminder.objects.bulk_create(
        (
            Reminder(id=UUID(task.reminders[0]["id"]), task=task, user_id=task.user_id)
            for task in tasks
        ),
        batch_size=500,
    )
    rows = list(Reminder.objects.all())
    for row, moment in zip(rows, moments, strict=True):
        row.moment = row.rings_at = moment
    Reminder.objects.bulk_update(rows, ["moment", "rings_at"], batch_size=200)


def wait_for(left: Callable[[], list[str]], seconds: float) -> list[str]:
    """What is left when nothing is, or after so many seconds."""
    begun = time.monotonic()
    while (found := left()) and time.monotonic() - begun < seconds:
        connection.close()
        time.sleep(0.3)
    return found


def untold() -> list[str]:
    """What should ring and does not, and what nobody has tried to deliver."""
    silent = Reminder.objects.to_ring()
    fresh = Delivery.objects.filter(status="waiting", failures=0)
    return [str(row) for row in (*silent[:20], *fresh[:20])]


def end_leases() -> None:
    """As if whoever holds a delivery were dead for as long as a lease is."""
    Delivery.objects.filter(status="waiting").update(due_at=timezone.now())


def try_again_now() -> None:
    """As if the pauses after failures were over."""
    waiting = Delivery.objects.filter(status="waiting", lease_token=None)
    waiting.update(due_at=timezone.now())


def unsettled() -> list[str]:
    try_again_now()
    return [str(row) for row in Delivery.objects.filter(status="waiting")[:20]]


def statuses() -> dict[str, int]:
    return dict(Counter(Delivery.objects.values_list("status", flat=True)))


def most_attempts() -> int:
    most: int = Delivery.objects.aggregate(most=Max("attempt"))["most"]
    return most


def rings(taken: list[Taken]) -> Iterator[tuple[str, str, float]]:
    for each in taken:
        yield each.channel, UUID(each.reminder).hex, each.at


def delays(taken: list[Taken]) -> Iterator[float]:
    """Seconds from the moment to its arrival, of all that no receiver failed."""
    came = first_arrivals(taken)
    rows = Delivery.objects.filter(status="sent", failures=0)
    for channel, reminder, moment in rows.values_list("channel", "reminder", "rings_at"):
        yield came[channel, reminder.hex] - moment.timestamp()


def first_arrivals(taken: list[Taken]) -> dict[tuple[str, str], float]:
    came: dict[tuple[str, str], float] = {}
    for channel, reminder, at in sorted(rings(taken), key=lambda ring: ring[2]):
        came.setdefault((channel, reminder), at)
    return came


def untrue(taken: list[Taken]) -> list[str]:
    """What the rows and the receivers do not agree about."""
    came, times = first_arrivals(taken), Counter(ring[:2] for ring in rings(taken))
    known = {}
    wrong = []
    for row in Delivery.objects.select_related("user"):
        assert row.reminder_id
        ring = (row.channel, row.reminder_id.hex)
        known[ring] = row
        is_refused = row.user.email.startswith("gone")
        if row.status == "sent" and ring not in came:
            wrong.append(f"lost: {row} is said to be sent")
        if row.status != ("failed" if is_refused else "sent"):
            wrong.append(f"{row} of {row.user.email}: {row.why}")
        if times[ring] > row.attempt:
            wrong.append(f"{row} came {times[ring]} times in {row.attempt} attempts")
    missing = _wanted() - set(known)
    too_many = Delivery.objects.count() - len(known)
    wrong += [f"lost: {channel} {reminder} has no row" for channel, reminder in missing]
    return wrong + ([f"{too_many} deliveries are there twice"] if too_many else [])


def _wanted() -> set[tuple[str, str]]:
    """Each reminder on each channel of its user."""
    wanted = set()
    for reminder, name in Reminder.objects.values_list("pk", "user__username"):
        place = int(name.removeprefix("user"))
        channels = {0: ["mail"], 1: ["webhook"], 2: ["push"], 3: ["mail", "webhook"]}[place % 4]
        wanted |= {(channel, reminder.hex) for channel in channels}
    return wanted
