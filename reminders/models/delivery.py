"""One reminder on its way to one receiver: claimed, told, settled, or tried again."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from random import uniform
from typing import Any, Self
from uuid import UUID, uuid4

from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.one_owner import OwnedForeignKey, grouped
from accounts.ownership import Owned, OwnedQuerySet
from reminders.models.channels import PushSubscription
from reminders.notice import Outcome
from todos.models import Reminder

LEASE = timedelta(seconds=15)
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 6 * 60)]
"""After the first failure, the second, …; the one after the last is the end."""


MAIL_SHARES = 4
"""Connections to the mail server among which what is in hand is shared."""


class Channel(models.TextChoices):
    MAIL = "mail", _("mail")
    WEBHOOK = "webhook", _("webhook")
    PUSH = "push", _("push")


class Status(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("given up")
    DROPPED = "dropped", _("not wanted any more")


class DeliveryQuerySet(OwnedQuerySet["Delivery"]):
    def to_take(self) -> Self:
        """Nobody has them, or whoever had them is dead."""
        return self.filter(status=Status.WAITING, due_at__lte=Now())

    def channels(self) -> list[str]:
        """Those on which something is to be taken."""
        return list(self.to_take().order_by().values_list("channel", flat=True).distinct())

    def claim(self, channel: str, most: int) -> list["Delivery"]:
        """Take what should have been told first, and what has failed last.

        It is ours for LEASE, and this is a new attempt of it.
        """
        token = uuid4()
        ours: list[Delivery] = []
        free = self.to_take().filter(channel=channel).order_by("failures", "rings_at")
        for owner, keys in grouped(free.values_list("user", "pk")[:most]).items():
            mine = Delivery.objects.filter(user=owner, pk__in=keys)
            taken = mine.to_take()
            if taken.update(attempt=F("attempt") + 1, lease_token=token, due_at=Now() + LEASE):
                rows = mine.filter(lease_token=token)
                ours += rows.select_related("user", "reminder__task", "subscription")
        return sorted(ours, key=attrgetter("pk"))

    def settle(self, results: Sequence["Result"]) -> Counter[tuple[str, str]]:
        """Keep what came of attempts, where the deliveries are still ours; in one transaction.

        How many were kept, by channel and status. A device that takes no more messages goes.
        """
        kept: Counter[tuple[str, str]] = Counter()
        alike: dict[Any, list[UUID]] = defaultdict(list)
        for result in results:
            of = result.delivery
            alike[of.user_id, of.channel, of.lease_token, *result.end].append(of.pk)
        with transaction.atomic():
            for (owner, channel, token, *end), keys in alike.items():
                ours = self.filter(user=owner, pk__in=keys, status=Status.WAITING)
                kept[channel, end[0]] += ours.filter(lease_token=token)._end(owner, channel, *end)
            for of_owner in grouped((each.delivery.user_id, each) for each in results).values():
                _note_devices(of_owner)
        return kept

    def _end(self, owner: int, channel: str, status: str, failures: int, why: str) -> int:
        if status == Status.FAILED:
            rung = self.exclude(reminder=None).values_list("reminder", flat=True)
            Reminder.objects.filter(user=owner).note_failed(list(rung), channel)
        ended: dict[str, Any] = {"settled_at": Now()}
        if status == Status.WAITING:
            pause = PAUSES[failures - 1] * uniform(1, 1.2) if why else timedelta()  # noqa: S311
            ended = {"due_at": Now() + pause}
        fields = {"status": status, "failures": failures, "why": why, "lease_token": None}
        return self.update(**fields, **ended)

    def remove_settled(self, days: int, most: int) -> int:
        """Up to ``most`` of those that were settled so many days ago; how many."""
        old = self.filter(settled_at__lt=Now() - timedelta(days=days)).order_by("pk")
        found = grouped(old.values_list("user", "pk")[:most])
        return sum(
            self.filter(user=owner, pk__in=keys).delete()[0] for owner, keys in found.items()
        )


class Delivery(Owned):
    """Tells one receiver of one ring of a reminder, or, without a reminder, of the morning.

    ``rings_at`` is the moment that is told of: once the reminder has another, this is not wanted.
    ``due_at`` is when it may be taken: of one that somebody has it is when their lease ends.
    ``attempt`` counts those that took it, and ``failures`` those that were told no.
    """

    reminder = OwnedForeignKey(Reminder, models.CASCADE, null=True, related_name="deliveries")
    subscription = models.ForeignKey(PushSubscription, models.SET_NULL, null=True, related_name="+")
    rings_at = models.DateTimeField()
    channel = models.CharField(max_length=7, choices=Channel.choices)
    status = models.CharField(max_length=7, choices=Status.choices, default=Status.WAITING)
    attempt = models.PositiveIntegerField(default=0)
    failures = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    lease_token = models.UUIDField(null=True, editable=False)
    settled_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=200, blank=True)

    untold = ("lease_token",)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes = [
            # What is to be taken next, on a channel.
            models.Index(
                fields=["channel", "due_at"],
                name="delivery_to_take",
                condition=Q(status=Status.WAITING),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.status} {self.pk}"

    @property
    def attempt_id(self) -> str:
        """Of this very attempt."""
        return f"{self.pk}-{self.attempt}"

    @property
    def receiver(self) -> object:
        """What is down for one delivery is so for all with the same; mails go a few at a time."""
        if self.channel == Channel.MAIL:
            return self.pk.int % MAIL_SHARES
        return self.subscription_id or self.user_id

    @property
    def is_wanted(self) -> bool:
        """Whether what it tells of is still so, and its receiver is there."""
        if not self.user.is_active or (self.channel == Channel.PUSH and not self.subscription):
            return False
        if self.reminder is None:
            rang_on = self.rings_at.astimezone(self.user.zone).date()
            return rang_on == self.user.local_now().date()
        return self.reminder.answered_at is None and self.reminder.rings_at == self.rings_at


@dataclass(frozen=True)
class Result:
    """Of one attempt, to be kept. Without an outcome none was made, and somebody shall make one."""

    delivery: Delivery
    outcome: Outcome | None

    @property
    def end(self) -> tuple[str, int, str]:
        """Its status, how often it has failed, and why."""
        outcome, failures = self.outcome, self.delivery.failures
        if outcome is None:
            return Status.WAITING, failures, ""
        if outcome.kind == "failed":
            failures += 1
            is_last = failures > len(PAUSES)
            return Status.FAILED if is_last else Status.WAITING, failures, outcome.why
        kinds = {"sent": Status.SENT, "refused": Status.FAILED, "dropped": Status.DROPPED}
        return kinds[outcome.kind], failures, outcome.why

    @property
    def says_of_device(self) -> str:
        """``gone``, ``failing``, ``well``, or nothing new."""
        kind = self.outcome.kind if self.outcome else ""
        if kind == "refused":
            return "gone"
        if self.end[0] == Status.FAILED:
            return "failing"
        failed_at = self.delivery.subscription and self.delivery.subscription.failed_at
        return "well" if kind == "sent" and failed_at else ""


def _note_devices(results: Sequence[Result]) -> None:
    devices: dict[str, set[UUID]] = defaultdict(set)
    for result in results:
        if key := result.delivery.subscription_id:
            devices[result.says_of_device].add(key)
    if devices["gone"]:
        PushSubscription.objects.filter(pk__in=devices["gone"]).delete()
    if devices["failing"]:
        PushSubscription.objects.filter(pk__in=devices["failing"]).update(failed_at=Now())
    if devices["well"]:
        PushSubscription.objects.filter(pk__in=devices["well"]).update(failed_at=None)
