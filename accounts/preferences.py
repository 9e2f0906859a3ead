"""What people told about themselves: what a morning is, which day begins their week, notes."""

from typing import ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.one_owner import OneOwner, OneOwnerQuerySet

LONGEST = 200
MOST_TOLD = 900
"""Bytes of all that a user told, as a model reads it with every message."""


class NoRoom(Exception):
    """No more can be kept for this user: something has to be removed first."""


class Key(models.TextChoices):
    """Of each a user has one, the latest; of notes several."""

    MORNING = "morning", _("Morning")
    NOON = "noon", _("Noon")
    EVENING = "evening", _("Evening")
    NIGHT = "night", _("Night")
    WEEK_STARTS = "week_starts", _("The week starts on")
    DAY_FIRST = "day_first", _("The day comes first in dates")
    PM_HOURS = "pm_hours", _("What an hour alone means")
    DEFAULT_REMINDER = "default_reminder", _("Reminders")
    NOTE = "note", _("Note")


told_anew = Signal()
"""Sent with the ``user`` and ``keys`` of what they told or want forgotten, in its transaction."""


class PreferenceQuerySet(OneOwnerQuerySet["Preference"]):
    def for_user(self, user: AbstractUser) -> Self:
        """The only door from a request to rows; oldest first."""
        return self.filter(user=user).order_by("pk")


class Preference(OneOwner):
    """``value`` is in the form that programs read, ``words`` are those of the user.

    ``message_id`` is the message that they stand in. Only methods of User write it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(_("key"), max_length=20, choices=Key.choices)
    value = models.CharField(_("value"), max_length=LONGEST)
    words = models.CharField(_("words"), max_length=LONGEST)
    message_id = models.UUIDField(null=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[PreferenceQuerySet] = PreferenceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.UniqueConstraint(  # two devices at once leave one value
                fields=["user", "key"],
                condition=~Q(key=Key.NOTE),
                name="one_preference_of_a_key",
            )
        ]

    def __str__(self) -> str:
        return self.line

    @property
    def line(self) -> str:
        """As a model reads it."""
        return f"{self.key}: {self.value}"
