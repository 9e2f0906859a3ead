"""What models were told to be and given to work with: a row for each version that was used."""

from typing import Any

from django.db import models
from django.utils import timezone


class InstructionsQuerySet(models.QuerySet["Instructions"]):
    def keep(self, hash: str, text: str, tools: Any) -> None:
        """Once, whoever else does so at the same time; 1 statement."""
        self.bulk_create([Instructions(hash=hash, text=text, tools=tools)], ignore_conflicts=True)


class Instructions(models.Model):
    """Nobody owns it: it is of the product, and the same for all users."""

    hash = models.CharField(primary_key=True, max_length=64)  # sha256 of text and tools, as hex
    text = models.TextField()
    tools = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = InstructionsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "instructions"

    def __str__(self) -> str:
        return self.hash[:8]
