"""Rows that belong to a user: the one fence between tenants, and deletion that can be undone."""

from typing import Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import User

Row = TypeVar("Row", bound=models.Model, covariant=True)


class OwnedQuerySet(models.QuerySet[Row]):
    def for_user(self, user: User) -> Self:
        """The only door from a request to rows."""
        return self.filter(user=user)


class Owned(models.Model):
    """A row with its owner and a UUIDv7 key: keys made later sort later."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


class RecoverableQuerySet(OwnedQuerySet[Row]):
    def for_user(self, user: User) -> Self:
        return super().for_user(user).filter(deleted_at=None)

    def with_deleted_for_user(self, user: User) -> Self:
        """Also what the user has deleted and can still restore."""
        return super().for_user(user)


class Recoverable(Owned):
    """An owned row that a user deletes softly: out of sight, and restored until it is purged."""

    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
