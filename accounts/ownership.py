"""Rows that belong to a user: the one fence between tenants, and deletion that can be undone."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from time import sleep
from typing import Any, ClassVar, Self, TypeVar

from django.apps import apps
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import connection, models, transaction
from django.db.models.functions import Now
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import SpentToken, User
from accounts.one_owner import OneOwner, OneOwnerQuerySet
from accounts.sessions import Session
from web.connections import release_connection

Row = TypeVar("Row", bound=models.Model, covariant=True)
Done = TypeVar("Done")
Piece = TypeVar("Piece", covariant=True)

BATCH = 200  # rows that are read at a time
LOOKS_AGAIN = 0.1  # seconds after which who waits to write to SQLite tries again, at the latest


class OwnedQuerySet(OneOwnerQuerySet[Row]):
    def for_user(self, user: User) -> Self:
        """The only door from a request to rows."""
        return self.filter(user=user.pk)

    def in_batches(self, size: int, act: Callable[[Self], Done]) -> Iterator[Done]:
        """``act`` on all of them, owner by owner and ``size`` at a time; yields what it returns.

        Each batch is a transaction that holds its rows, and before them their owner. What somebody
        else holds, or what does not belong here any more, is left out. Others get in between.
        """
        worked = 0
        for owner, rows in self.by_owner():
            rest = rows.order_by("pk")
            while keys := list(rest.values_list("pk", flat=True)[:size]):
                with transaction.atomic():
                    User.objects.hold([owner])
                    free = rows.filter(pk__in=keys)
                    free = free.select_for_update(of=("self",), no_key=True, skip_locked=True)
                    held = list(free.values_list("pk", flat=True))
                    done = act(rows.filter(pk__in=held))
                yield done
                worked += len(keys)
                if connection.vendor == "sqlite" and worked >= size:
                    sleep(LOOKS_AGAIN)
                    worked = 0
                rest = rows.filter(pk__gt=keys[-1]).order_by("pk")


class Owned(OneOwner):
    """A row with its owner and a UUIDv7 key: keys made later sort later.

    The export has all its columns but for those that are ``untold``, which it may be asked for.
    """

    untold: ClassVar[tuple[str, ...]] = ()
    kept_for: ClassVar[timedelta | None] = None
    """After so long a clean-up removes it; None: never."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True


def owner_indexed_elsewhere() -> Any:
    """The ``user`` of a model whose key begins with it: an index of its own would be read instead,
    and all rows of the user with it.
    """
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False
    )


class Followed(models.Model):
    """A row that open pages follow: every statement that changes it sets ``changed_at``, too.

    By the database's clock, so that it does not matter whose process it is.
    """

    untold: ClassVar[tuple[str, ...]] = ("changed_at",)

    changed_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        abstract = True


def in_pieces(
    rows: models.QuerySet[Any, Piece], place: Callable[[Piece], Any], by: str = "pk"
) -> Iterator[Piece]:
    """``rows`` by a column that is unique among them; ``place`` tells what a row has there.

    They are read a batch at a time, and whoever takes them one by one holds no database connection
    meanwhile: a slow reader costs nobody anything.
    """
    rest = rows = rows.order_by(by)
    while batch := list(rest[:BATCH]):
        release_connection()
        rest = rows.filter(**{f"{by}__gt": place(batch[-1])})
        yield from batch
    release_connection()


def rows_of(user: User) -> Iterator[tuple[str, models.QuerySet[models.Model]]]:
    """Every kind of row that a user owns, as ``tool calls`` or ``tasks``, and the rows.

    Without what signs in, and without what an operator did to others.
    """
    for model in apps.get_models():
        columns = {field.name for field in model._meta.concrete_fields}
        if "user" in columns and model not in (Session, SpentToken, LogEntry):
            plural = str(model._meta.verbose_name_plural)
            yield plural, model._default_manager.filter(user=user).order_by("pk")


def outlived() -> Iterator[models.QuerySet[Any]]:
    """Rows that are of no use any more, since they are ``kept_for`` a while."""
    for model in apps.get_models():
        if kept_for := getattr(model, "kept_for", None):
            before = timezone.now() - kept_for
            yield model._default_manager.filter(created_at__lt=before)


class RecoverableQuerySet(OwnedQuerySet[Row]):
    def for_user(self, user: User) -> Self:
        return super().for_user(user).filter(deleted_at=None)

    def with_deleted_for_user(self, user: User) -> Self:
        """Also what the user has deleted and can still restore."""
        return super().for_user(user)

    def deleted_for_user(self, user: User) -> Self:
        return self.with_deleted_for_user(user).exclude(deleted_at=None)

    def deleted_before(self, moment: datetime) -> Self:
        return self.filter(deleted_at__lt=moment)

    def latest_deleted(self) -> Self:
        return self.order_by("-deleted_at", "-id")


class Recoverable(Owned):
    """An owned row that a user deletes softly: out of sight, and restored until it is purged."""

    updated_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        abstract = True
