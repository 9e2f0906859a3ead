"""How a turn stands, as its columns tell: those of a row, or those that are read to be shown."""

from datetime import datetime, timedelta
from typing import ClassVar, Protocol

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Columns(Protocol):
    """What is read of a turn, and when, on the database's clock, where that is known."""

    @property
    def status(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...
    @property
    def lease_expires_at(self) -> datetime: ...
    @property
    def cancel_requested_at(self) -> datetime | None: ...
    @property
    def error_code(self) -> str: ...
    @property
    def error_detail(self) -> str: ...
    @property
    def finished_at(self) -> datetime | None: ...
    @property
    def input_tokens(self) -> int | None: ...
    @property
    def output_tokens(self) -> int | None: ...
    @property
    def cached_tokens(self) -> int | None: ...
    @property
    def read_at(self) -> datetime | None: ...
    @property
    def abandoned(self) -> bool: ...


class Tried(Columns, Protocol):
    @property
    def attempt(self) -> int: ...
    @property
    def withdrawn_at(self) -> datetime | None: ...
    @property
    def shown_status(self) -> str: ...


class Standing:
    """What is told of these columns."""

    class Status(models.TextChoices):
        IN_PROGRESS = "in_progress", _("in progress")
        COMPLETED = "completed", _("completed")
        INCOMPLETE = "incomplete", _("incomplete")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    MAX_ATTEMPTS = 3
    BROKEN_OFF: ClassVar = {
        "status": Status.INCOMPLETE,
        "error_code": "interrupted",
        "error_detail": "The answer was interrupted before it was finished.",
    }

    @property
    def abandoned(self: Columns) -> bool:
        """Still marked as in progress, but its process has died; the next send settles the row.

        By the database's clock, as the lease was written: clocks of processes may differ.
        """
        now = self.read_at or timezone.now()
        return self.status == Standing.Status.IN_PROGRESS and self.lease_expires_at <= now

    @property
    def age(self: Columns) -> timedelta:
        """Since its message came, by the clock that ``abandoned`` has."""
        return (self.read_at or timezone.now()) - self.created_at

    @property
    def shown_status(self: Columns) -> str:
        if not self.abandoned:
            return self.status
        return Standing.Status.CANCELLED if self.cancel_requested_at else Standing.Status.INCOMPLETE

    @property
    def can_be_retried(self: Tried) -> bool:
        """It has ended badly, and it may have another attempt."""
        ended_badly = self.shown_status in (Standing.Status.FAILED, Standing.Status.INCOMPLETE)
        return ended_badly and self.attempt < Standing.MAX_ATTEMPTS and not self.withdrawn_at

    @property
    def error(self: Columns) -> dict[str, str] | None:
        """``code`` and ``detail``, a sentence for the user."""
        if self.abandoned and not self.cancel_requested_at:
            return {"code": "interrupted", "detail": Standing.BROKEN_OFF["error_detail"]}
        if not self.error_code:
            return None
        return {"code": self.error_code, "detail": self.error_detail}

    @property
    def duration_ms(self: Columns) -> int | None:
        """From its beginning to its end; these may be by the clocks of two nodes."""
        if self.finished_at is None:
            return None
        return max(0, round((self.finished_at - self.created_at) / timedelta(milliseconds=1)))

    @property
    def usage(self: Columns) -> dict[str, int | None]:
        """What the model has read and written for it; None where nobody has told."""
        return {
            "input_tokens": self.input_tokens,
            "output_tokens": self.output_tokens,
            "cached_tokens": self.cached_tokens,
        }
