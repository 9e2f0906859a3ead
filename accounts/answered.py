"""Requests that came with an Idempotency-Key, and how they were answered."""

from datetime import timedelta
from typing import Any, ClassVar, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from rest_framework.utils.encoders import JSONEncoder
from uuid_utils.compat import uuid7

from accounts.one_owner import OneOwner, OneOwnerQuerySet

LEASE = timedelta(minutes=1)
"""After so long without an answer, whoever worked on a request is dead."""
KEPT = timedelta(days=1)


class ClaimLost(Exception):
    """Somebody else works on the request now."""


class AnsweredRequestQuerySet(OneOwnerQuerySet["AnsweredRequest"]):
    def expired(self) -> Self:
        return self.filter(created_at__lt=timezone.now() - KEPT)


class AnsweredRequest(OneOwner):
    """``status`` and ``answer`` are null while somebody works on it, who knows its ``claim``.

    The answer is kept in the transaction of what was done: neither is there without the other.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    key = models.CharField(max_length=200)
    request_hash = models.CharField(max_length=64)
    claim = models.UUIDField(default=uuid4)
    claimed_at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True, encoder=JSONEncoder)

    objects: ClassVar[Any] = AnsweredRequestQuerySet.as_manager()

    is_ours = False  # claimed by us, and to be answered

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="answered_key_unique_per_user")
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.pk}"

    @classmethod
    def claimed(cls, user_id: int, key: str, request_hash: str) -> "AnsweredRequest":
        """The row of the key: ``is_ours``, or answered before, or in other hands."""
        # By the database's clock, for those of nodes may differ by more than the lease.
        own = cls(user_id=user_id, key=key, request_hash=request_hash, claimed_at=Now())
        cls.objects.bulk_create([own], ignore_conflicts=True)
        row: AnsweredRequest = cls.objects.filter(user_id=user_id, key=key).first() or own
        row.is_ours = row.claim == own.claim or row._take_from_the_dead()
        return row

    def _take_from_the_dead(self) -> bool:
        claim = uuid4()
        dead = self._unanswered().filter(claimed_at__lt=Now() - LEASE)
        if not dead.update(claim=claim, claimed_at=Now()):
            return False
        self.claim = claim
        return True

    def keep(self, status: int, answer: Any) -> None:
        """In the transaction of what was done. Raises ClaimLost."""
        if not self._unanswered().update(status=status, answer=answer):
            raise ClaimLost

    def release(self) -> None:
        """Nothing was done, so the key may come again."""
        self._unanswered().delete()

    def _unanswered(self) -> AnsweredRequestQuerySet:
        rows: AnsweredRequestQuerySet = AnsweredRequest.objects.just(self)
        return rows.filter(claim=self.claim, status=None)
