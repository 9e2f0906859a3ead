"""What changes of an account mean for the reminders that wait: the account does not know them."""

from typing import Any

from django.db.models.signals import post_save

from accounts.models import User
from accounts.preferences import Key, told_anew
from todos.models.reminder import Reminder

OF_THE_CLOCK = {"time_zone", "quiet_from", "quiet_to"}


def follow_accounts() -> None:
    post_save.connect(_account_saved, sender=User, dispatch_uid="reminders of an account")
    told_anew.connect(_told, dispatch_uid="reminders of a morning")


def _account_saved(
    instance: User, created: bool, update_fields: frozenset[str] | None, **_: Any
) -> None:
    if not created and (update_fields is None or OF_THE_CLOCK & update_fields):
        Reminder.objects.set_anew(instance)


def _told(user: User, keys: set[str], **_: Any) -> None:
    if Key.MORNING in keys:
        Reminder.objects.set_anew(user)
