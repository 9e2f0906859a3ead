"""The address under which other programs read somebody's tasks as a calendar."""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import ClassVar, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.ownership import Owned, OwnedQuerySet

TOLD_AGAIN = timedelta(minutes=1)
"""After so long a reading is noted again: calendars ask often."""


class CalendarFeedQuerySet(OwnedQuerySet["CalendarFeed"]):
    def under(self, secret: str) -> Self:
        """The one with this secret, whose user may sign in, and with its user."""
        feeds = self.filter(secret_hash=_hash(secret), user__is_active=True)
        return feeds.select_related("user")


class CalendarFeed(Owned):
    """Whoever knows the secret reads the tasks; of it the hash alone is kept."""

    secret_hash = models.CharField(max_length=64, unique=True, editable=False)
    read_at = models.DateTimeField(_("last read"), null=True, editable=False)

    objects: ClassVar[CalendarFeedQuerySet] = CalendarFeedQuerySet.as_manager()  # type: ignore[assignment]

    untold = ("secret_hash",)

    class Meta:
        constraints = [
            # Of two that are made at once one is left, with one secret.
            models.UniqueConstraint(fields=["user"], name="calendar_feed_of_user"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @classmethod
    def renew(cls, user: User) -> str:
        """A new secret, which nobody can be told again; the one before is void."""
        secret = token_urlsafe(32)
        fresh = {"secret_hash": _hash(secret), "created_at": timezone.now(), "read_at": None}
        cls.objects.update_or_create(user=user, defaults=fresh)
        return secret

    @classmethod
    def end(cls, user: User) -> None:
        cls.objects.for_user(user).delete()

    def note_reading(self) -> None:
        now = timezone.now()
        if self.read_at is None or self.read_at < now - TOLD_AGAIN:
            CalendarFeed.objects.just(self).update(read_at=now)


def _hash(secret: str) -> str:
    """Of so many random bits that nobody can try them all, so a quick one will do."""
    return sha256(secret.encode()).hexdigest()
