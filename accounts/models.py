"""Who has an account, and what signs them in."""

import logging
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any, ClassVar
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo, available_timezones

from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, OperationalError, models, transaction
from django.db.models import Q
from django.db.models.functions import Upper
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.answered import AnsweredRequest
from accounts.keys import SHOWN, Key, Scope, hash_of, new_key
from accounts.line import wait_in_line
from accounts.one_owner import delete_with_all
from accounts.preferences import MOST_TOLD, NoRoom, Preference, PreferenceQuerySet, told_anew
from accounts.preferences import Key as PreferenceKey
from accounts.sessions import Session

ERASE_TRIES = 5

logger = logging.getLogger(__name__)


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

    def from_outside(self, external_id: str) -> "User":
        """The one account of somebody who signs in elsewhere, made when we first see them."""
        made_up = {"username": f"outside-{uuid4()}", "password": make_password(None)}
        return self.get_or_create(external_id=external_id, defaults=made_up)[0]

    def hold(self, numbers: Iterable[int]) -> None:
        """Until the transaction ends: no other one erases them, or cleans up after them.

        Taken before any lock on what belongs to them, so that none waits in a circle.
        """
        rows = self.filter(pk__in=numbers).order_by("pk").select_for_update(no_key=True)
        list(rows.values_list("pk"))

    def hold_at_once(self, number: int) -> bool:
        """As :meth:`hold`, for who has locks already: where somebody else holds it, no."""
        rows = self.filter(pk=number).select_for_update(no_key=True, skip_locked=True)
        return rows.values_list("pk").first() is not None


class Unasked(models.TextChoices):
    """What a user may want done without being asked however many tasks it changes; no deletion."""

    COMPLETE = "complete", _("Completing many tasks")
    UPDATE = "update", _("Changing many tasks")
    REOPEN = "reopen", _("Reopening many tasks")
    CREATE = "create", _("Adding many tasks")


class EnterKey(models.TextChoices):
    """What the Enter key does in a message; together with Ctrl it always sends."""

    DEVICE = "device", _("As the device does: it sends, but on a touch screen begins a new line")
    SENDS = "sends", _("It sends the message")
    BREAKS = "breaks", _("It begins a new line")


class User(AbstractUser):
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )

    external_id = models.CharField(  # null: an account of our own
        _("id in the outside login"),
        max_length=255,
        null=True,
        blank=True,
        unique=True,
        editable=False,
    )

    has_preferences = models.BooleanField(  # so that a turn asks for them only where there are any
        default=False, editable=False
    )

    do_not_ask = models.JSONField(  # kinds of wide changes that the assistant makes unasked
        _("do not ask before"), default=list, db_default=[], blank=True
    )

    enter_key = models.CharField(
        _("Enter key"),
        max_length=6,
        choices=EnterKey.choices,
        default=EnterKey.DEVICE,
        db_default=EnterKey.DEVICE,
    )

    quiet_from = models.TimeField(  # what would ring between the two rings when they end
        _("quiet from"), null=True, blank=True
    )
    quiet_to = models.TimeField(_("quiet to"), null=True, blank=True)

    objects: ClassVar[AccountManager] = AccountManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                name="quiet_hours_have_two_ends",
                condition=Q(quiet_from=None, quiet_to=None)
                | Q(quiet_from__isnull=False, quiet_to__isnull=False),
            ),
            models.UniqueConstraint(
                Upper("username"),
                name="username_unique_in_any_case",
                violation_error_message=_("A user with that username already exists."),
            ),
        ]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local_now(self) -> datetime:
        """The current time on the user's own clock; "today" and "tomorrow" follow from it."""
        return timezone.now().astimezone(self.zone)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """A new password ends the sessions that began with the old one, and all keys."""
        new_password = self.pk is not None and getattr(self, "_password", None) is not None
        with transaction.atomic():
            super().save(*args, **kwargs)
            if new_password:
                Session.objects.filter(user=self).delete()
                Key.objects.for_user(self).revoke()

    def keep(self, *fields: str) -> None:
        """Save these fields alone: others may have been changed in the meantime.

        Raises User.DoesNotExist when the account was erased in the meantime.
        """
        try:
            with transaction.atomic():  # together with what follows from them
                self.save(update_fields=fields)
        except DatabaseError:
            if User.objects.filter(pk=self.pk).exists():
                raise
            raise User.DoesNotExist from None

    def preferences(self) -> PreferenceQuerySet:
        """What they told, oldest first; no query where that is nothing."""
        rows = Preference.objects.for_user(self)
        return rows if self.has_preferences else rows.none()

    def remember(
        self, key: str, value: str, words: str, message_id: UUID | None = None
    ) -> Preference:
        """Keep what they told, in place of what was told of the same key; notes stand together.

        Raises NoRoom.
        """
        told = Preference(user=self, key=key, value=value, words=words, message_id=message_id)
        with transaction.atomic():
            User.objects.hold([self.pk])
            rows = Preference.objects.for_user(self)
            replaced = rows.filter(value=value) if key == PreferenceKey.NOTE else rows
            replaced.filter(key=key).delete()
            lines = [each.line for each in (*rows, told)]
            if sum(len(line.encode()) + 1 for line in lines) > MOST_TOLD:
                raise NoRoom
            self._tell_whether_any(True)
            told.save(force_insert=True)
            told_anew.send(User, user=self, keys={key})
        return told

    def forget(self, keys: Iterable[UUID]) -> int:
        """Of what they told, these; returns how many there were."""
        with transaction.atomic():
            User.objects.hold([self.pk])
            rows = Preference.objects.for_user(self)
            chosen = rows.filter(pk__in=keys)
            told = {*chosen.values_list("key", flat=True)}
            forgotten, _by_model = chosen.delete()
            told_anew.send(User, user=self, keys=told)
            self._tell_whether_any(rows.exists())
        return forgotten

    def make_key(self, name: str, scopes: Iterable[str], expires_at: datetime | None = None) -> Key:
        """A new one, which tells as ``text`` what signs in with it, now and never again.

        Raises User.DoesNotExist when the password, which ends all keys, was changed meanwhile.
        """
        text = new_key()
        key = Key(user=self, name=name, expires_at=expires_at, prefix=text[:SHOWN])
        key.scopes, key.key_hash = [each for each in Scope if each in scopes], hash_of(text)
        with transaction.atomic():
            User.objects.hold([self.pk])
            User.objects.only("pk").get(pk=self.pk, password=self.password)
            key.save(force_insert=True)
        key.text = text
        return key

    def _tell_whether_any(self, has: bool) -> None:
        User.objects.filter(pk=self.pk).exclude(has_preferences=has).update(has_preferences=has)
        self.has_preferences = has

    def erase(self) -> None:
        """Delete the account and, by the cascades of the schema, every row that belongs to it.

        What operators did to it goes as well, since that names it; of the erasure itself a line
        in the log is left, with the number of the account.
        """
        number = self.pk
        for tries_left in reversed(range(ERASE_TRIES)):
            try:
                self._erase(number)
                break
            except (IntegrityError, OperationalError):
                # A turn at work has added a row meanwhile, or each waited for the other.
                if not tries_left:
                    raise
        logger.info("account %d erased", number)

    def _erase(self, number: int) -> None:
        with transaction.atomic():
            User.objects.hold([number])
            named = LogEntry.objects.filter(content_type__app_label="accounts")
            named.filter(content_type__model="user", object_id=str(number)).delete()
            delete_with_all(User(pk=number), wait_in_line)


def expired_sign_ins() -> list[models.QuerySet[Any]]:
    """Sessions and spent tokens that sign nobody in any more, whoever has them."""
    now = timezone.now()
    return [
        Session.objects.filter(expire_date__lt=now),
        SpentToken.objects.filter(expires_at__lt=now),
    ]


def expired_answers() -> models.QuerySet[Any]:
    """Requests that were answered so long ago that nobody sends them again."""
    return AnsweredRequest.objects.expired()


class SpentToken(models.Model):
    """A refresh token that was used or revoked, by its id: the token itself is kept nowhere.

    Once it would have expired the row has no meaning any more.
    """

    jti = models.CharField(primary_key=True, max_length=32)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.jti
