"""How many turns a user begins in a day."""

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from accounts.ownership import OwnedQuerySet


class NoTurnsLeft(Exception):
    """The user has begun as many turns as a day has; ``until`` is when the next day begins."""

    def __init__(self, day: date) -> None:
        self.until = datetime.combine(day + timedelta(days=1), time(), UTC)


class TurnCountQuerySet(OwnedQuerySet["TurnCount"]):
    def add_one(self, day: date, most: int) -> bool:
        """One more turn on ``day``, in a single conditional update; ``False`` for no row changed.

        A process whose clock is behind counts for the later day that another has begun.
        """
        new_day = Q(day__lt=day)
        counted = self.filter(new_day | Q(turns__lt=most)).update(
            turns=Case(When(new_day, then=Value(1)), default=F("turns") + 1),
            day=Case(When(new_day, then=Value(day)), default=F("day")),
        )
        return bool(counted)


class TurnCount(models.Model):
    """The turns that a user has begun on the latest day with any; one row a user, days in UTC."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    day = models.DateField()
    turns = models.PositiveIntegerField(default=0)

    objects = TurnCountQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.turns} on {self.day}"

    @staticmethod
    def charge(user_id: int, most: int) -> None:
        """Count a turn, in the transaction that begins it. Raises NoTurnsLeft."""
        today = timezone.now().astimezone(UTC).date()
        mine = TurnCount.objects.filter(user=user_id)
        if mine.add_one(today, most):
            return
        first = TurnCount(user_id=user_id, day=today)
        TurnCount.objects.bulk_create([first], ignore_conflicts=True)
        if not mine.add_one(today, most):
            raise NoTurnsLeft(today)
