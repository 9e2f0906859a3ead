"""What is due begins to ring: a delivery for each channel that its user has set up."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.one_owner import grouped
from reminders.models.channels import Channels, ChannelsQuerySet, PushSubscription
from reminders.models.delivery import Channel, Delivery
from todos.models import Reminder


def ring(most: int) -> int:
    """Let up to ``most`` of the reminders that are due ring, each of them once; how many.

    Their users are held, too: whoever is being erased gets nothing more.
    """
    due = grouped(Reminder.objects.to_ring().values_list("user", "pk")[:most])
    return sum(_ring(owner, keys) for owner, keys in due.items())


def _ring(owner: int, keys: Sequence[UUID]) -> int:
    mine = Reminder.objects.filter(user=owner)
    with transaction.atomic():
        free = mine.filter(pk__in=keys).to_ring().select_related("user")
        held = free.select_for_update(of=("self", "user"), skip_locked=True, no_key=True)
        rows = list(held)
        rung = mine.filter(pk__in=[row.pk for row in rows])
        rung.update(rang_at=timezone.now(), failed=[])
        Delivery.objects.bulk_create(_deliveries_of(rows))
    return len(rows)


def begin_mornings(most: int) -> int:
    """Let up to ``most`` users have the summary of their day, which nobody else gives them."""
    now = timezone.now()
    due = Channels.objects.filter(_it_is_time(now), user__is_active=True).order_by("pk")
    owners = grouped(due.values_list("pk", "pk")[:most])
    return sum(_begin_morning(due.filter(pk=owner), now) for owner in owners)


def _begin_morning(due: ChannelsQuerySet, now: datetime) -> int:
    """Of the one user whose channels these are, if nobody else was faster."""
    with transaction.atomic():
        held = due.select_related("user").select_for_update(
            of=("self", "user"), skip_locked=True, no_key=True
        )
        channels = held.first()
        if channels is None:
            return 0
        channels.summary_on = now.astimezone(channels.user.zone).date()
        channels.save(update_fields=["summary_on"])
        Delivery.objects.create(user=channels.user, channel=Channel.MAIL, rings_at=now)
    return 1


def _deliveries_of(reminders: Sequence[Reminder]) -> Iterator[Delivery]:
    """2 queries. Whoever is deactivated is told nothing."""
    active = {each.user_id: each.user for each in reminders if each.user.is_active}
    set_up = {each.pk: each for each in Channels.objects.filter(pk__in=active).with_push()}
    devices = defaultdict(list)
    for device in PushSubscription.objects.filter(user__in=active):
        devices[device.user_id].append(device)
    for each in reminders:
        made = {"user_id": each.user_id, "reminder": each, "rings_at": each.rings_at}
        for device in devices[each.user_id]:
            yield Delivery(channel=Channel.PUSH, subscription=device, **made)
        if channels := set_up.get(each.user_id):
            channels.user = active[each.user_id]
            for name in {Channel.MAIL, Channel.WEBHOOK}.intersection(channels.ringing):
                yield Delivery(channel=name, **made)


def _it_is_time(now: datetime) -> Q:
    """Whose clock has reached their time, on a day of which they have had no summary.

    It is looked up by the zone, so that a user who travels has it in their own morning.
    """
    clocks: dict[tuple[date, time], list[str]] = defaultdict(list)
    wanted = Channels.objects.exclude(summary_at=None)
    for name in wanted.order_by().values_list("user__time_zone", flat=True).distinct():
        local = now.astimezone(ZoneInfo(name))
        clocks[local.date(), local.time()].append(name)
    its_time = Q(pk__in=[])
    for (day, clock), names in clocks.items():
        is_new = Q(summary_on=None) | Q(summary_on__lt=day)
        its_time |= is_new & Q(user__time_zone__in=names, summary_at__lte=clock)
    return its_time
