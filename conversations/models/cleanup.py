"""When a clean-up ran, and what it did."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from uuid_utils.compat import uuid7

KEPT_FOR = timedelta(days=90)


class CleanUpQuerySet(models.QuerySet["CleanUp"]):
    def latest_first(self) -> Self:
        return self.order_by("-pk")

    def begin(self, node: str) -> "CleanUp":
        """One more, in place of those of long ago."""
        self.filter(started_at__lt=Now() - KEPT_FOR).delete()
        return self.create(node=node)


class CleanUp(models.Model):
    """Nobody owns it. One that was stopped, or failed, has no end."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    node = models.CharField(max_length=64, blank=True)
    started_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True)
    did = models.CharField(max_length=500, blank=True)

    objects = CleanUpQuerySet.as_manager()

    def __str__(self) -> str:
        return self.did or "not ended"

    def end(self, did: str) -> None:
        """``did``: what it did, in a sentence."""
        self.did, self.ended_at = did[:500], timezone.now()
        self.save(update_fields=["did", "ended_at"])
