"""The journal of every change made to tasks from every door, and how they are taken back."""

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Self
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.ownership import Owned, OwnedQuerySet

OWN_HANDS = frozenset({"page", "api", "chat", "admin"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where changes come from; those by chat name their ToolCall and Conversation rows.

    All changes of one origin are one act: they are taken back together. So each request and each
    tool call has an origin of its own.
    """

    source: str
    tool_call_id: UUID | None = None
    conversation_id: UUID | None = None
    act: UUID = field(default_factory=uuid7)
    touched: dict[str, set[UUID]] = field(default_factory=dict, compare=False, repr=False)
    """The rows changed so far, by the kind of the change."""

    @property
    def is_own(self) -> bool:
        """Whether the person's own hand is at work; all else brings the words of others."""
        return self.source in OWN_HANDS


class ChangedSince(Exception):
    """Changes cannot be undone, because these tasks have moved on: their titles, by id."""

    def __init__(self, tasks: dict[UUID, str]) -> None:
        super().__init__()
        self.tasks = tasks


class ChangeKind(models.TextChoices):
    CREATED = "created", _("created")
    UPDATED = "updated", _("updated")
    COMPLETED = "completed", _("completed")
    REOPENED = "reopened", _("reopened")
    DELETED = "deleted", _("deleted")
    RESTORED = "restored", _("restored")
    UNDONE = "undone", _("undone")


class JournalEncoder(DjangoJSONEncoder):
    """Values as the API spells them, and exact: Django's own encoder drops the microseconds."""

    def default(self, o: Any) -> Any:
        if isinstance(o, datetime):
            return o.isoformat().replace("+00:00", "Z")
        if isinstance(o, time):
            return o.isoformat().removesuffix(":00")
        return super().default(o)


class TaskChangeQuerySet(OwnedQuerySet["TaskChange"]):
    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-id")

    def not_undone(self) -> Self:
        return self.filter(undone_at=None)

    def of_calls(self, tool_calls: Any) -> Self:
        """What these tool calls did: ids, or a query of them."""
        return self.filter(tool_call_id__in=tool_calls)

    def of_acts(self, acts: Any) -> Self:
        """All changes of these acts; one from before there were acts stands alone, by its id."""
        return self.filter(Q(act__in=acts) | Q(act=None, pk__in=acts))

    def count_of_acts(self) -> int:
        """How many acts by tool calls nobody has taken back; taking back is itself none."""
        made = self.not_undone().exclude(kind=ChangeKind.UNDONE)
        return made.aggregate(acts=models.Count("tool_call_id", distinct=True))["acts"] or 0

    def newest_act(self) -> UUID | None:
        """The act that was done last and is not taken back; taking back is itself none."""
        made = self.not_undone().exclude(kind=ChangeKind.UNDONE)
        newest = made.newest_first().first()
        return newest.its_act if newest else None

    def undo(self, origin: Origin) -> list["TaskChange"]:
        """Put the tasks back as they were before these changes; returns what was taken back now.

        Newest first, and all of them or, with ChangedSince, none. What was taken back before is
        left out.
        """
        with transaction.atomic():
            model: Any = TaskChange._meta.get_field("task").related_model  # imports this module
            tasks = model.objects.held(set(self.values_list("task_id", flat=True)))
            moved: dict[UUID, str] = {}
            changes = list(self.not_undone().newest_first())
            for change in changes:
                change.task = tasks[change.task_id]
                if change.task_id not in moved and not change._put_back(origin):
                    moved[change.task_id] = change.task.title
            if moved:
                raise ChangedSince(moved)
            undone_at = timezone.now()
            self.filter(pk__in=[change.pk for change in changes]).update(undone_at=undone_at)
            for change in changes:
                change.undone_at = undone_at
        return changes


class TaskChange(Owned):
    """One line of the journal: the touched fields as they were and as they became."""

    task = models.ForeignKey("todos.Task", models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=9, choices=ChangeKind.choices)
    before = models.JSONField(encoder=JournalEncoder)
    after = models.JSONField(encoder=JournalEncoder)
    source = models.CharField(max_length=10)
    act = models.UUIDField(db_index=True, null=True)
    tool_call_id = models.UUIDField(db_index=True, null=True)
    conversation_id = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = TaskChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            # What the assistant takes back next.
            models.Index(
                fields=["user", "-created_at", "-id"],
                name="change_newest",
                condition=Q(undone_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.task_id}"

    @property
    def undone(self) -> bool:
        return self.undone_at is not None

    @property
    def its_act(self) -> UUID:
        """Rows from before there were acts have none, and stand alone."""
        return self.act or self.pk

    def _put_back(self, origin: Origin) -> bool:
        """``False``, and nothing, when the locked task is not as this change left it, or cannot be
        as it was before beside what came since.
        """
        if not self.has_left(self.task):
            return False
        before = _values(self.before, self.task)
        if self.kind == ChangeKind.CREATED:
            before = {"deleted_at": timezone.now()}
        return self.task._change_in_place(ChangeKind.UNDONE, origin, **before)

    def has_left(self, task: models.Model) -> bool:
        """Whether its task still is as this change has left it."""
        after = _values(self.after, task)
        if self.kind == ChangeKind.CREATED:
            after |= {"deleted_at": None, "completed_at": None}
        return all(getattr(task, name) == value for name, value in after.items())


def _values(spelled: dict[str, Any], task: models.Model) -> dict[str, Any]:
    """The fields of a journal line, read back from JSON."""
    fields = {field.name: field for field in task._meta.fields}
    return {name: fields[name].to_python(text) for name, text in spelled.items()}
