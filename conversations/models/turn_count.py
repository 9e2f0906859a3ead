"""How many turns a user begins in a day."""

from datetime import UTC, date, datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone

from accounts.compiled import Update, as_value
from accounts.ownership import OwnedQuerySet


class NoTurnsLeft(Exception):
    """The user has begun as many turns as a day has; ``until`` is when the next day begins."""

    def __init__(self, day: date) -> None:
        self.until = datetime.combine(day + timedelta(days=1), time(), UTC)


class TurnCount(models.Model):
    """The turns that a user has begun on the latest day with any; one row a user, days in UTC."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+"
    )
    day = models.DateField()
    turns = models.PositiveIntegerField(default=0)

    lock_order = 2
    objects = OwnedQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.turns} on {self.day}"

    @staticmethod
    def today() -> date:
        return timezone.now().astimezone(UTC).date()

    @staticmethod
    def one_more(user: int, day: date, most: int) -> Update:
        """In a single conditional update: it changes no row where all are used up, nor before
        the first that is.

        A process whose clock is behind counts for the later day that another has begun.
        """
        new_day = Q(day__lt=day)
        return Update(
            TurnCount.objects.filter(new_day | Q(turns__lt=most), user=user),
            turns=Case(When(new_day, then=Value(1)), default=F("turns") + 1),
            day=Case(When(new_day, then=as_value(day)), default=F("day")),
        )

    @staticmethod
    def make_room(user_id: int, day: date, most: int) -> bool:
        """Whether one more can be counted, now that there is a row in any case."""
        first = TurnCount(user_id=user_id, day=day)
        TurnCount.objects.bulk_create([first], ignore_conflicts=True)
        rows = TurnCount.objects.filter(user=user_id)
        return rows.filter(Q(day__lt=day) | Q(turns__lt=most)).exists()
