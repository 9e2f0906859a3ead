"""What a person thinks of a reply."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.one_owner import OwnedForeignKey
from accounts.ownership import Owned, OwnedQuerySet
from conversations.models.message import Message


class FeedbackQuerySet(OwnedQuerySet["Feedback"]):
    def give(self, reply: Message, kind: str) -> None:
        """What they thought of it before counts no more."""
        now = {"kind": kind, "created_at": timezone.now()}
        self.update_or_create(reply=reply, user_id=reply.user_id, defaults=now)


class Feedback(Owned):
    """One for a reply, the newest."""

    class Kind(models.TextChoices):
        POSITIVE = "positive", _("positive")
        NEGATIVE = "negative", _("negative")

    reply = OwnedForeignKey(Message, models.CASCADE, related_name="feedback", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "feedback"
        constraints = [
            models.UniqueConstraint(fields=["user", "reply"], name="feedback_of_reply"),
        ]

    def __str__(self) -> str:
        return self.kind
