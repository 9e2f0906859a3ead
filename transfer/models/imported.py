"""Which tasks came in from files, so that they come in once."""

from collections.abc import Iterable
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.one_owner import OwnedForeignKey
from accounts.ownership import Owned, OwnedQuerySet
from transfer.pieces import pieces

AT_ONCE = 5_000


class ImportedQuerySet(OwnedQuerySet["Imported"]):
    def kept(self, digests: Iterable[bytes]) -> dict[bytes, UUID]:
        """The tasks that were made of these and are not deleted."""
        found: dict[bytes, UUID] = {}
        for piece in pieces(list(digests), AT_ONCE):
            rows = self.filter(digest__in=[each.hex() for each in piece], task__deleted_at=None)
            found |= {
                bytes.fromhex(digest): task for digest, task in rows.values_list("digest", "task")
            }
        return found

    def keep(self, user: User, made: dict[bytes, UUID]) -> None:
        """What was made of them before and is deleted has been made anew."""
        digests = [digest.hex() for digest in made]
        self.filter(user=user, digest__in=digests).delete()
        self.bulk_create(
            Imported(user=user, digest=digest, task_id=task)
            for digest, task in zip(digests, made.values(), strict=True)
        )


class Imported(Owned):
    """That a task was made of an entry of a file, so that the same entry makes no other one."""

    task = OwnedForeignKey("todos.Task", models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)

    objects = ImportedQuerySet.as_manager()

    class Meta:
        verbose_name = _("imported task")
        verbose_name_plural = _("imported tasks")
        constraints = [
            # Of two who import the same at once, one makes it.
            models.UniqueConstraint(fields=["user", "digest"], name="imported_once"),
        ]

    def __str__(self) -> str:
        return self.digest
