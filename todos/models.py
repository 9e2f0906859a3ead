"""Tasks, and the journal of every change made to them from every door."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Self
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models, transaction
from django.db.models import Case, Expression, Q, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.ownership import Owned, OwnedQuerySet, Recoverable, RecoverableQuerySet


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from; one by chat names its ToolCall and Conversation rows."""

    source: str
    tool_call_id: UUID | None = None
    conversation_id: UUID | None = None


class ChangedSince(Exception):
    """A change cannot be undone, because the task has moved on."""


class Priority(models.TextChoices):
    NONE = "none", _("none")
    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


ORDERINGS = ("created_at", "updated_at", "due", "priority")


class TaskQuerySet(RecoverableQuerySet["Task"]):
    def listed(
        self,
        *,
        now: datetime,
        status: str,
        search: str,
        ordering: str,
        priority: str | None = None,
        due: str | None = None,
    ) -> Self:
        """The tasks that pass every filter, in order; ``now`` is the owner's local time."""
        tasks = self.with_status(status).search(search).in_order(ordering)
        tasks = tasks.filter(priority=priority) if priority else tasks
        return tasks.due(due, now) if due else tasks

    def with_status(self, status: str) -> Self:
        """``status``: ``open``, ``done`` or ``all``."""
        return self if status == "all" else self.filter(completed_at__isnull=status == "open")

    def due(self, when: str, now: datetime) -> Self:
        """Narrow to ``overdue``, ``today`` (overdue included), ``upcoming`` or ``none`` (no date).

        ``now`` is the owner's local time: a task is overdue once its day, or its hour, has passed
        and it is still open.
        """
        today = now.date()
        past = Q(due_date__lt=today) | Q(due_time__lt=now.time())
        overdue = Q(completed_at=None, due_date__lte=today) & past
        conditions = {
            "overdue": overdue,
            "today": overdue | Q(due_date=today),
            "upcoming": Q(due_date__gt=today),
            "none": Q(due_date=None),
        }
        return self.filter(conditions[when])

    def due_between(self, first: date | None, last: date | None) -> Self:
        """Both days included; ``None`` leaves that side open."""
        tasks = self.filter(due_date__gte=first) if first else self
        return tasks.filter(due_date__lte=last) if last else tasks

    def search(self, text: str) -> Self:
        """Tasks whose title or notes contain every word of ``text``, in any case."""
        tasks = self
        for word in text.split():
            # Not icontains: the LIKE of SQLite knows upper and lower case of A to Z only.
            pattern = re.escape(word)
            tasks = tasks.filter(Q(title__iregex=pattern) | Q(notes__iregex=pattern))
        return tasks

    def in_order(self, ordering: str) -> Self:
        """By one of ORDERINGS, falling if it begins with ``-``; fit for pages by keyset.

        ``priority`` rises from none to high. ``due`` puts tasks without a day last in both
        directions, and one without a time at the end of its day.
        """
        key, falling = ordering.removeprefix("-"), ordering.startswith("-")
        computed = _sort_columns(key, falling)
        names = [*(computed or [key]), "id"]
        return self.annotate(**computed).order_by(
            *(f"-{name}" if falling else name for name in names)
        )

    def in_due_order(self) -> Self:
        """As a person would work through them: earliest due first, those without a date last."""
        return self.order_by(
            models.F("due_date").asc(nulls_last=True),
            models.F("due_time").asc(nulls_last=True),
            "created_at",
            "id",
        )

    def latest_done(self) -> Self:
        return self.with_status("done").order_by("-completed_at", "-id")


def _sort_columns(key: str, falling: bool) -> dict[str, Expression]:
    """What is computed for an order: a keyset cannot compare null, so that gets a place here."""
    if key == "due":
        return {
            "sort_date": Coalesce("due_date", date.min if falling else date.max),
            "sort_time": Coalesce("due_time", time.max),
        }
    if key == "priority":
        ranks = [When(priority=name, then=Value(rank)) for rank, name in enumerate(Priority.values)]
        return {"priority_rank": Case(*ranks)}
    return {}


class Task(Recoverable):
    """A thing to get done. Its methods are the only writers: each change leaves a TaskChange."""

    title = models.CharField(_("title"), max_length=200)
    notes = models.TextField(_("notes"), blank=True, max_length=10_000)
    due_date = models.DateField(_("due date"), null=True, blank=True)
    due_time = models.TimeField(_("due time"), null=True, blank=True)
    priority = models.CharField(
        _("priority"), max_length=6, choices=Priority.choices, default=Priority.NONE
    )
    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="task_time_needs_date", condition=Q(due_time=None) | ~Q(due_date=None)
            )
        ]
        indexes = [
            # The REST list, newest first, page by page.
            models.Index(
                fields=["user", "-created_at", "-id"],
                name="task_newest",
                condition=Q(deleted_at=None),
            ),
            # What is due next: the assistant's list and the ?due= filters.
            models.Index(
                fields=["user", "due_date", "due_time"],
                name="task_open_by_due",
                condition=Q(deleted_at=None, completed_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def completed(self) -> bool:
        return self.completed_at is not None

    def is_overdue(self, now: datetime) -> bool:
        """As :meth:`TaskQuerySet.due` has it; ``now`` is the owner's local time."""
        if self.completed or self.due_date is None:
            return False
        return (self.due_date, self.due_time or time.max) < (now.date(), now.time())

    @classmethod
    def add(cls, user: User, origin: Origin, *, completed: bool = False, **fields: Any) -> "Task":
        task = cls(user=user, **fields)
        with transaction.atomic():
            task.save(force_insert=True)
            after = {name: getattr(task, name) for name in EDITABLE}
            task._journal(ChangeKind.CREATED, origin, {}, after)
            task._set_completed(completed, origin)
        return task

    def edit(self, origin: Origin, *, completed: bool | None = None, **fields: Any) -> bool:
        """Set the named fields; ``False`` when nothing differs. A time goes with its date.

        ``completed`` completes or reopens the task: a change, and a journal line, of its own.
        """
        with transaction.atomic():
            self._lock()
            if fields.get("due_date", self.due_date) is None:
                fields["due_time"] = None
            edited = self._change(ChangeKind.UPDATED, origin, **fields)
            if completed is None:
                return edited
            return self._set_completed(completed, origin) or edited

    def complete(self, origin: Origin) -> bool:
        """``False`` when it was done before."""
        with transaction.atomic():
            self._lock()
            return self._set_completed(True, origin)

    def reopen(self, origin: Origin) -> bool:
        """``False`` when it was open already."""
        with transaction.atomic():
            self._lock()
            return self._set_completed(False, origin)

    def remove(self, origin: Origin) -> None:
        """Delete softly; :meth:`restore` brings it back."""
        with transaction.atomic():
            self._lock()
            self._change(ChangeKind.DELETED, origin, deleted_at=timezone.now())

    def restore(self, origin: Origin) -> bool:
        """``False`` when it was not deleted."""
        with transaction.atomic():
            self._lock(deleted_too=True)
            return self._change(ChangeKind.RESTORED, origin, deleted_at=None)

    def _lock(self, *, deleted_too: bool = False) -> None:
        """Read the row anew and keep others from changing it until the transaction ends.

        Raises ``Task.DoesNotExist`` when somebody else has deleted it meanwhile.
        """
        rows = Task.objects.all() if deleted_too else Task.objects.filter(deleted_at=None)
        self.refresh_from_db(from_queryset=rows.select_for_update())

    def _set_completed(self, completed: bool, origin: Origin) -> bool:
        if completed == self.completed:
            return False
        if completed:
            return self._change(ChangeKind.COMPLETED, origin, completed_at=timezone.now())
        return self._change(ChangeKind.REOPENED, origin, completed_at=None)

    def _change(self, kind: str, origin: Origin, **fields: Any) -> bool:
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

    def _journal(
        self, kind: str, origin: Origin, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        TaskChange.objects.create(
            user_id=self.user_id,
            task=self,
            kind=kind,
            before=before,
            after=after,
            source=origin.source,
            tool_call_id=origin.tool_call_id,
            conversation_id=origin.conversation_id,
        )


EDITABLE = ("title", "notes", "due_date", "due_time", "priority")


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

    def not_undone_of(self, tool_calls: Iterable[UUID]) -> Self:
        """What these tool calls did and nobody has taken back, newest first."""
        return self.filter(tool_call_id__in=tool_calls, undone_at=None).newest_first()

    def last_by_chat(self, conversation: UUID | None) -> "TaskChange | None":
        """What the assistant did last in a conversation and nobody has taken back; no undo."""
        made = self.filter(conversation_id=conversation, undone_at=None)
        return made.exclude(kind=ChangeKind.UNDONE).newest_first().select_related("task").first()


class TaskChange(Owned):
    """One line of the journal: the touched fields as they were and as they became."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=9, choices=ChangeKind.choices)
    before = models.JSONField(encoder=JournalEncoder)
    after = models.JSONField(encoder=JournalEncoder)
    source = models.CharField(max_length=10)
    # Of another app, so no foreign keys.
    tool_call_id = models.UUIDField(null=True, db_index=True)
    conversation_id = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)

    objects = TaskChangeQuerySet.as_manager()

    class Meta:
        indexes = [
            # What the assistant takes back next in a conversation.
            models.Index(
                fields=["conversation_id", "-created_at", "-id"],
                name="change_newest_by_chat",
                condition=Q(undone_at=None, conversation_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.task_id}"

    @property
    def undone(self) -> bool:
        return self.undone_at is not None

    def undo(self, origin: Origin) -> bool:
        """Put the task back as it was; ``False`` when that was done before. Raises ChangedSince."""
        task = self.task
        with transaction.atomic():
            task._lock(deleted_too=True)
            self.refresh_from_db(fields=["undone_at"])
            if self.undone:
                return False
            before, after = _values(self.before), _values(self.after)
            if self.kind == ChangeKind.CREATED:
                before = {"deleted_at": timezone.now()}
                after |= {"deleted_at": None, "completed_at": None}
            if any(getattr(task, name) != value for name, value in after.items()):
                raise ChangedSince
            task._change(ChangeKind.UNDONE, origin, **before)
            self.undone_at = timezone.now()
            self.save(update_fields=["undone_at"])
        return True


def _values(spelled: dict[str, Any]) -> dict[str, Any]:
    """The fields of a journal line, read back from JSON."""
    fields = {field.name: field for field in Task._meta.fields}
    return {name: fields[name].to_python(text) for name, text in spelled.items()}
