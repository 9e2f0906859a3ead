"""A row whose every change leaves a line in the journal."""

from typing import Any

from django.db import models
from django.utils import timezone

from accounts.ownership import Recoverable
from todos.models.change import ChangeKind, Origin, TaskChange


class Journaled(Recoverable):
    """The writers below are called in a transaction, by methods of the row itself.

    ``foreign``: words in it came by other hands than the person's own.
    """

    foreign = models.BooleanField(default=False, db_default=False, editable=False)

    class Meta:
        abstract = True

    def _lock(self, *, deleted_too: bool = False) -> None:
        """Read the row anew and keep others from changing it until the transaction ends.

        Raises ``DoesNotExist`` when somebody else has deleted it meanwhile.
        """
        rows = type(self)._default_manager.all()
        rows = rows if deleted_too else rows.filter(deleted_at=None)
        self.refresh_from_db(from_queryset=rows.select_for_update())

    def _change(self, kind: str, origin: Origin, **fields: Any) -> bool:
        """``False`` when nothing differs."""
        if not (origin.is_own or kind == ChangeKind.UNDONE) and self._gets_words(fields):
            fields["foreign"] = True
        before = {name: getattr(self, name) for name in fields}
        changed = [name for name, value in fields.items() if before[name] != value]
        if not changed:
            return False
        for name in changed:
            setattr(self, name, fields[name])
        self.updated_at = timezone.now()
        self.save(update_fields=[*changed, "updated_at"])
        self._journal(
            kind,
            origin,
            {name: before[name] for name in changed},
            {name: fields[name] for name in changed},
        )
        return True

    def _gets_words(self, fields: dict[str, Any]) -> bool:
        return any(fields[name] != getattr(self, name) for name in WORDS if name in fields)

    def _journal_creation(self, origin: Origin, *names: str) -> None:
        """The fields that a person sets, and those of ``names``."""
        after = {name: getattr(self, name) for name in (*EDITABLE, *names)}
        self._journal(ChangeKind.CREATED, origin, {}, after)

    def _journal(
        self, kind: str, origin: Origin, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        origin.touched.setdefault(kind, set()).add(self.pk)
        TaskChange.objects.create(
            user_id=self.user_id,
            task_id=self.pk,
            kind=kind,
            before=before,
            after=after,
            source=origin.source,
            act=origin.act,
            tool_call_id=origin.tool_call_id,
            conversation_id=origin.conversation_id,
        )


EDITABLE = ("title", "notes", "due_date", "due_time", "priority", "repeats")
WORDS = ("title", "notes", "tags", "name")
"""What somebody else may have written, to be read by a model."""
