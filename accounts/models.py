from datetime import datetime
from functools import cache
from typing import ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken


@cache
def time_zone_names() -> frozenset[str]:
    return frozenset(available_timezones())


def validate_time_zone(name: str) -> None:
    if name not in time_zone_names():
        raise ValidationError(
            _("%(name)s is not an IANA time zone such as Europe/Berlin."),
            code="invalid_time_zone",
            params={"name": name},
        )


class AccountManager(UserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        """Sign-in does not mind the case of a name; the constraint keeps names apart."""
        return self.get(username__iexact=username)


class User(AbstractUser):
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Upper("username"),
                name="username_unique_in_any_case",
                violation_error_message=_("A user with that username already exists."),
            )
        ]

    def local_now(self) -> datetime:
        """The current time on the user's own clock; "today" and "tomorrow" follow from it."""
        return timezone.now().astimezone(ZoneInfo(self.time_zone))

    def erase(self) -> None:
        """Delete the account and, by the cascades of the schema, every row that belongs to it."""
        with transaction.atomic():
            OutstandingToken.objects.filter(user=self).delete()  # their cascade would keep them
            self.delete()
