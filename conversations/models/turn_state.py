"""The columns of a turn: its status, its lock, its cost."""

from datetime import datetime
from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from accounts.one_owner import OwnedForeignKey
from accounts.ownership import Owned, owner_indexed_elsewhere
from conversations.models.standing import Standing


class TurnState(Standing, Owned):
    """All of a turn but its messages and calls, which are rows of their own."""

    UNWANTED: ClassVar = {"status": Standing.Status.CANCELLED, "error_code": "", "error_detail": ""}

    user = owner_indexed_elsewhere()
    conversation = OwnedForeignKey(
        "conversations.Conversation", models.CASCADE, related_name="turns"
    )
    status = models.CharField(
        max_length=11, choices=Standing.Status.choices, default=Standing.Status.IN_PROGRESS
    )
    idempotency_key = models.CharField(max_length=200, null=True)  # noqa: DJ001 (null is no key)
    request_hash = models.CharField(max_length=64, blank=True)
    door = models.CharField(max_length=10, blank=True, default="", db_default="")
    key = models.UUIDField(null=True)  # of accounts: by which the message came, where it did
    request_id = models.CharField(max_length=64, blank=True)
    attempt = models.PositiveSmallIntegerField(default=1)
    process = models.UUIDField(null=True)  # that works on it, where it has a name
    lease_token = models.UUIDField(default=uuid4)
    lease_expires_at = models.DateTimeField()
    followed_at = models.DateTimeField(null=True)  # the latest that somebody read it from its rows
    slot = models.PositiveSmallIntegerField(default=0)
    cancel_requested_at = models.DateTimeField(null=True)
    error_code = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=200, blank=True)
    # Why the model's server failed, in fixed words, and which model: never a word of its own.
    failure = models.CharField(max_length=100, blank=True, default="", db_default="")
    warning = models.CharField(max_length=200, blank=True)
    degraded = models.BooleanField(default=False)
    finish_reason = models.CharField(max_length=64, blank=True)
    model = models.CharField(max_length=200, blank=True)
    input_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    cached_tokens = models.PositiveIntegerField(null=True)  # of the input
    # What the model thought; a process that is older than this column leaves it out.
    thinking = models.TextField(blank=True, default="", db_default="")
    first_word_ms = models.PositiveIntegerField(null=True)  # until it was shown, from its begin on
    steps = models.PositiveSmallIntegerField(null=True)
    streamed = models.BooleanField(default=False, db_default=False)  # it was told while it came
    instructions = models.CharField(max_length=64, blank=True, default="", db_default="")  # a hash
    trace_id = models.CharField(max_length=32, blank=True, default="", db_default="")
    finished_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)  # its messages count no more

    read_at: datetime | None = None  # read through read_now(), a row has its own

    class Meta:
        abstract = True
        constraints = [
            # The open turn is the lock of its conversation.
            models.UniqueConstraint(
                fields=["user", "conversation"],
                name="turn_one_in_progress",
                condition=Q(status="in_progress"),
            ),
            # A user's open turns have a slot each, and there are only so many slots.
            models.UniqueConstraint(
                fields=["user", "slot"], name="turn_slot", condition=Q(status="in_progress")
            ),
            models.UniqueConstraint(
                fields=["user", "idempotency_key"], name="turn_key_unique_per_user"
            ),
        ]
        indexes = [
            # Those that may have to be finished. A lease in it would cost each renewal a write.
            models.Index(
                fields=["finished_at"], name="turn_broken_off", condition=Q(status="incomplete")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.pk}"
