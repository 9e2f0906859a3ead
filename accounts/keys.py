"""Keys: by them clients sign in that live in a configuration file, each with its own."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import choice
from string import ascii_letters, digits
from typing import Any, ClassVar, Self
from uuid import UUID
from zlib import crc32

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.one_owner import OneOwnerQuerySet

MARK = "tc_"
LETTERS = digits + ascii_letters
RANDOM = 30
CHECKSUM = 6
FORM = re.compile(rf"{MARK}[0-9A-Za-z]{{{RANDOM + CHECKSUM}}}")
"""What secret scanners look for; the last letters tell at once what cannot be a key."""
SHOWN = len(MARK) + 4
LONGEST_NAME = 100
NOTED_AGAIN = timedelta(minutes=1)
"""After so long its use by the same door is noted again: a client may ask all the time."""


class Scope(models.TextChoices):
    """The first two say what a key may do, and the others how it does it."""

    READ = "read", _("read")
    WRITE = "write", _("read and change")
    NO_DELETE = "no_delete", _("delete nothing")
    ASK = "ask", _("ask before each change")


def new_key() -> str:
    """178 random bits, and behind them a checksum, as GitHub has it."""
    told = MARK + "".join(choice(LETTERS) for _ in range(RANDOM))
    return told + _checksum(told)


def is_formed(text: str) -> bool:
    return FORM.fullmatch(text) is not None and text.endswith(_checksum(text[:-CHECKSUM]))


def _checksum(told: str) -> str:
    number, letters = crc32(told.encode()), ""
    for _place in range(CHECKSUM):
        number, rest = divmod(number, len(LETTERS))
        letters = LETTERS[rest] + letters
    return letters


def hash_of(text: str) -> str:
    """Of so many random bits that nobody can try them all, so a quick one will do."""
    return sha256(text.encode()).hexdigest()


class KeyQuerySet(OneOwnerQuerySet["Key"]):
    def for_user(self, user: AbstractUser) -> Self:
        """The only door from a request to rows; revoked ones too."""
        return self.filter(user=user.pk)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def revoked_last(self) -> Self:
        return self.order_by(F("revoked_at").desc(nulls_first=True), "-created_at", "-id")

    def not_revoked(self) -> Self:
        return self.filter(revoked_at=None)

    def live(self) -> Self:
        """That still sign in, by the database's clock."""
        return self.not_revoked().filter(Q(expires_at=None) | Q(expires_at__gt=Now()))

    def ended_since(self, moment: datetime) -> Self:
        """And all that have not ended."""
        return self.filter(Q(revoked_at=None) | Q(revoked_at__gte=moment))

    def ended_before(self, moment: datetime) -> Self:
        return self.filter(Q(revoked_at__lt=moment) | Q(expires_at__lt=moment))

    def named_by_none_of(self, *rows: models.QuerySet[Any]) -> Self:
        """No row of these, which have their user and a ``key``, came by it."""
        named = [Exists(each.filter(user=OuterRef("user"), key=OuterRef("pk"))) for each in rows]
        return self.filter(*[~each for each in named])

    def under(self, text: str) -> Self:
        """The live one that this is, whose user may sign in, and with its user."""
        found = self.live().filter(key_hash=hash_of(text), user__is_active=True)
        return found.select_related("user")

    def revoke(self) -> int:
        """At once, and for good; how many were not before."""
        return self.not_revoked().update(revoked_at=timezone.now())

    def names(self, keys: Iterable[UUID | None]) -> dict[UUID | None, str]:
        """Of these keys; no query where there are none."""
        found = {key for key in keys if key}
        return dict(self.filter(pk__in=found).values_list("pk", "name")) if found else {}


class Key(models.Model):
    """What signs in with it is shown once, and its hash alone is kept.

    One that is revoked stays, so that what was done with it is told, and can be taken back. Only
    methods of User make it.
    """

    untold: ClassVar[tuple[str, ...]] = ("key_hash",)

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    scopes = models.JSONField(_("scopes"))
    prefix = models.CharField(max_length=SHOWN, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, editable=False)
    last_door = models.CharField(max_length=10, blank=True, editable=False)
    revoked_at = models.DateTimeField(_("revoked"), null=True, editable=False)

    text = ""
    """What signs in with it, known to who has just made it and to nobody else."""

    objects: ClassVar[KeyQuerySet] = KeyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            # The list, newest first, page by page; and all that a new password ends.
            models.Index(
                fields=["user", "-created_at", "-id"],
                name="key_newest",
                condition=Q(revoked_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…"

    @property
    def has_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def may_delete(self) -> bool:
        return Scope.NO_DELETE not in self.scopes

    @property
    def asks(self) -> bool:
        """Whether each change takes the person's consent."""
        return Scope.ASK in self.scopes

    def note_use(self, door: str) -> None:
        """When, to the minute, and by which door it was used last."""
        now = timezone.now()
        is_recent = self.last_used_at and self.last_used_at > now - NOTED_AGAIN
        if is_recent and self.last_door == door:
            return
        noted = Q(last_used_at__gt=now - NOTED_AGAIN, last_door=door)
        Key.objects.filter(~noted, pk=self.pk).update(last_used_at=now, last_door=door)
