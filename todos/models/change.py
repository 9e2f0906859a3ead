"""The journal of every change made to tasks from every door, and how they are taken back."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Any, Self, cast
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, models, transaction
from django.db.models import Case, Q, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Now
from django.db.models.lookups import GreaterThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.keys import Key
from accounts.line import wait_in_line
from accounts.one_owner import OwnedForeignKey
from accounts.ownership import Followed, Owned, OwnedQuerySet
from accounts.scopes import MissingScope

Rows = dict[UUID, Any]
"""Tasks and lists by their ids: they know this module, and it does not know theirs."""

OWN_HANDS = frozenset({"page", "api", "chat", "admin"})
MAY_NOT_DELETE = _("Not done: this key may not delete, nor undo what was added.")
NOT_ASKED = _("Not done: this key asks before each change. Ask once more.")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where changes come from; those by chat name their ToolCall and Conversation rows, and those
    by a file its format.

    All changes of one origin are one act: they are taken back together. So each request and each
    tool call has an origin of its own. ``key`` is that of who came with one, ``may_delete`` and
    ``asks`` (before each change) what it says of that.
    """

    source: str
    tool_call_id: UUID | None = None
    conversation_id: UUID | None = None
    format: str = ""
    act: UUID = field(default_factory=uuid7)
    key: UUID | None = None
    may_delete: bool = True
    asks: bool = False
    touched: dict[str, set[UUID]] = field(default_factory=dict, compare=False, repr=False)
    """The rows changed so far, by the kind of the change."""

    @classmethod
    def by(cls, key: Key | None, source: str, **fields: Any) -> "Origin":
        """Of who comes with this key, if with any."""
        if key is None:
            return cls(source, **fields)
        return cls(source, key=key.pk, may_delete=key.may_delete, asks=key.asks, **fields)

    @property
    def is_own(self) -> bool:
        """Whether the person's own hand is at work; all else brings the words of others.

        With a key comes a program: in a chat a person speaks through it, but else it writes.
        """
        return self.source in OWN_HANDS and not (self.key and self.source == "api")

    def check_deletion(self) -> None:
        """Raises MissingScope (403)."""
        if not self.may_delete:
            raise MissingScope(MAY_NOT_DELETE)

    def check_consent(self) -> None:
        """Over REST nothing is written to be asked for: what is written there was not asked.

        Raises MissingScope (403).
        """
        if self.asks and self.source == "api":
            raise MissingScope(NOT_ASKED)


class ChangedSince(Exception):
    """Changes cannot be undone, because these tasks and lists have moved on: titles by id."""

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

    def done_by(self, tool_calls: Sequence[UUID], acts: Sequence[UUID]) -> Self:
        """What any of these did."""
        by_act = Q(act__in=acts) | Q(act=None, pk__in=acts)
        return self.filter(Q(tool_call_id__in=tool_calls) | by_act)

    def of_families(self, families: Iterable[UUID]) -> Self:
        """The changes with these ids, and the lines that took them back or brought them back."""
        keys = list(families)
        return self.filter(Q(pk__in=keys) | Q(original__in=keys))

    def doors_of_deletion(self, keys: Iterable[UUID]) -> dict[UUID, str]:
        """By which door each of these tasks and lists was deleted the last time."""
        keys = list(keys)
        lines = self.filter(Q(task__in=keys) | Q(list__in=keys), after__deleted_at__isnull=False)
        found = lines.order_by("created_at", "id").values_list("task", "list", "after", "source")
        return {task or of: source for task, of, after, source in found if after["deleted_at"]}

    def of_key(self, key: UUID, since: datetime | None = None) -> Self:
        """What was done with this key, ever or since then."""
        mine = self.filter(key=key)
        return mine.filter(created_at__gte=since) if since else mine

    def acts_by_size(self) -> list[tuple[UUID, int]]:
        """The acts, the newest first, with how many of these changes each has."""
        acts: Any = self.order_by().values("act")
        acts = acts.annotate(newest=models.Max("created_at"), size=models.Count("pk"))
        return list(acts.order_by("-newest", "-act").values_list("act", "size"))

    def acts(self) -> set[UUID | None]:
        return set(self.order_by().values_list("act", flat=True).distinct())

    def count_of_acts(self) -> int:
        """How many acts by tool calls nobody has taken back; taking back is itself none."""
        made = self.not_undone().exclude(kind=ChangeKind.UNDONE)
        return made.aggregate(acts=models.Count("tool_call_id", distinct=True))["acts"] or 0

    def times_postponed(self) -> models.QuerySet["TaskChange", tuple[UUID, int]]:
        """How often the day of each open task was moved to a later one."""
        moved = self.not_undone().filter(
            kind=ChangeKind.UPDATED, task__completed_at=None, task__deleted_at=None
        )
        was, became = KT("before__due_date"), KT("after__due_date")
        later = moved.filter(GreaterThan(became, was)).exclude(after__due_date=None)
        counted = later.order_by().values("task").annotate(times=models.Count("pk"))
        return counted.values_list("task", "times")

    def newest_act(self) -> UUID | None:
        """The act that was done last, or brought back last, and is not taken back."""
        made = Q(original=None) & ~Q(kind=ChangeKind.UNDONE)
        brought_back = Q(original__undone_at=None) & ~Q(original__kind=ChangeKind.UNDONE)
        lines = self.not_undone().filter(made | brought_back).select_related("original")
        newest = lines.newest_first().first()
        return (newest.original or newest).its_act if newest else None

    def undo(self, origin: Origin) -> list["TaskChange"]:
        """Put the rows back as they were before these changes; returns what was taken back now.

        Newest first, and all of them or, with ChangedSince, none. What was taken back before is
        left out. Where they took something back, it stands again. The changes are those of one
        user.
        """
        with transaction.atomic():
            mine, rows = self._held_rows()
            families = self._standing(mine)
            lines: list[TaskChange] = []
            moved: dict[UUID, str] = {}
            now = timezone.now()
            for change, standing in families:
                row = rows[change.row_id]
                setattr(change, row.journaled_as, row)
                if not all(line.has_left(row) for line in standing):
                    moved[row.pk] = str(row)
                elif line := standing[-1]._put_back(row, origin, now):
                    lines.append(line)
            changes = [change for change, _ in families]
            mine.of_families(change.family for change in changes)._turn_over()
            moved = moved or _save(rows, lines)
            if moved:
                raise ChangedSince(moved)
            for change in changes:
                change.undone_at = timezone.now()
        return changes

    def _standing(self, mine: Self) -> list[tuple["TaskChange", list["TaskChange"]]]:
        """Of each family the first of these changes, if it stands, with all lines of the family
        that stand, oldest first; the family that was changed last comes first.

        A change that was taken back by another one of these is as it was before all of them.
        """
        named = dict(self.order_by().values_list("pk", Coalesce("original", "pk")))
        families = defaultdict(list)
        for line in mine.of_families({*named.values()}).newest_first().reverse():
            families[line.family].append(line)
        firsts = [next(line for line in lines if line.pk in named) for lines in families.values()]
        found = [
            (first, [line for line in families[first.family] if not line.undone])
            for first in firsts
            if not first.undone
        ]
        return sorted(found, key=lambda pair: pair[1][-1].moment, reverse=True)

    def _turn_over(self) -> None:
        """What stood is taken back, and what was taken back stands again."""
        now = Value(timezone.now(), models.DateTimeField())
        turned = Case(When(undone_at=None, then=now), default=None)
        self.update(undone_at=turned, changed_at=Now())

    def _held_rows(self) -> tuple[Self, Rows]:
        """All changes of their user, and what these changed, by id; nobody else changes anything
        of this user's now.
        """
        named = list(self.order_by().values_list("user_id", "list_id", "task_id").distinct())
        if not named:
            return self, {}
        owner = named[0][0]
        wait_in_line(owner)
        rows: Rows = {}
        for model in _journaled():
            keys = {key for _owner, *keys in named for key in keys if key}
            rows |= model._default_manager.filter(user=owner).held(keys - rows.keys())
        return type(self)(TaskChange).filter(user=owner), rows


class TaskChange(Followed, Owned):
    """One line of the journal: the touched fields as they were and as they became.

    It is of a task or of a list. Fields that name another row have its id.
    ``original``: of what an undoing left, the change that it took back or brought back. A change
    and all that have it as their original are a family, of which some stand (decision 43).
    """

    task = OwnedForeignKey(
        "todos.Task", models.CASCADE, related_name="changes", null=True, db_index=False
    )
    list = OwnedForeignKey(
        "todos.TaskList", models.CASCADE, related_name="changes", null=True, db_index=False
    )
    kind = models.CharField(max_length=9, choices=ChangeKind.choices)
    before = models.JSONField(encoder=JournalEncoder)
    after = models.JSONField(encoder=JournalEncoder)
    source = models.CharField(max_length=10)
    format = models.CharField(max_length=10, default="", db_default="", editable=False)
    act = models.UUIDField(db_index=True, null=True)
    tool_call_id = models.UUIDField(db_index=True, null=True)
    conversation_id = models.UUIDField(null=True)
    key = models.UUIDField(null=True)
    undone_at = models.DateTimeField(null=True)
    original = OwnedForeignKey("self", models.DO_NOTHING, related_name="+", null=True)

    client = ""
    """The name of its key, where somebody has looked it up."""

    objects = TaskChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="change_of_a_task_or_a_list",
                condition=Q(task=None, list__isnull=False) | Q(list=None, task__isnull=False),
            )
        ]
        indexes = [
            # The history of one task, or of one list.
            models.Index(fields=["user", "task"], name="change_of_task"),
            models.Index(fields=["user", "list"], name="change_of_list"),
            # What the assistant takes back next.
            models.Index(
                fields=["user", "-created_at", "-id"],
                name="change_newest",
                condition=Q(undone_at=None),
            ),
            # All that was done with a key since a time, newest first.
            models.Index(
                fields=["key", "-created_at"], name="change_of_key", condition=Q(key__isnull=False)
            ),
            # What is new, and of that what was taken back or brought back.
            models.Index(fields=["user", "-changed_at"], name="change_followed"),
            models.Index(
                fields=["user", "-changed_at"],
                name="change_undoing",
                condition=Q(original__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.row_id}"

    @property
    def row_id(self) -> UUID:
        return cast("UUID", self.task_id or self.list_id)

    @property
    def undone(self) -> bool:
        return self.undone_at is not None

    @property
    def its_act(self) -> UUID:
        """Rows from before there were acts have none, and stand alone."""
        return self.act or self.pk

    @property
    def family(self) -> UUID:
        return self.original_id or self.pk

    @property
    def moment(self) -> tuple[datetime, UUID]:
        """As :meth:`TaskChangeQuerySet.newest_first` orders."""
        return self.created_at, self.pk

    def has_left(self, row: Any) -> bool:
        """Whether its task or list still is as this change has left it."""
        after = _values(self.after, row)
        if self.kind == ChangeKind.CREATED:
            after = row.UNSET | after
        return all(row.value(name) == value for name, value in after.items())

    def _put_back(self, row: Any, origin: Origin, now: datetime) -> "TaskChange | None":
        """Set the held row as it was before; returns the line of it, to be saved with it.

        What is deleted by it was there until ``now``.
        """
        before = _values(self.before, row)
        if self.kind == ChangeKind.CREATED:
            before = {"deleted_at": now}
        line: TaskChange | None = row._set(ChangeKind.UNDONE, origin, **before)
        if line:
            line.original_id = self.family
        return line


def _save(rows: Rows, lines: Sequence[TaskChange]) -> dict[UUID, str]:
    """What was put back, and its lines. Returns what cannot be so beside what came since."""
    changed = {line.row_id: rows[line.row_id] for line in lines}
    names = {name for line in lines for name in line.after}
    parts = [
        (model, [row for row in changed.values() if type(row) is model]) for model in _journaled()
    ]
    try:
        with transaction.atomic():
            for model, part in parts:
                model.objects.write(part, names)
    except IntegrityError:
        return _refused(parts, names)
    TaskChange.objects.bulk_create(lines)
    task: Any = _journaled()[1]
    of_user = task.objects.filter(user__in={row.user_id for row in changed.values()})
    moved: dict[UUID, str] = of_user.misplaced(changed)
    return moved


def _refused(parts: Any, names: set[str]) -> dict[UUID, str]:
    """The rows that the database does not take, each tried by itself."""
    moved = {}
    for model, part in parts:
        for row in part:
            try:
                with transaction.atomic():
                    model.objects.write([row], names)
            except IntegrityError:
                moved[row.pk] = str(row)
    return moved


def _journaled() -> tuple[Any, Any]:
    """The models of what the journal is of."""
    task_list, task = (TaskChange._meta.get_field(name) for name in ("list", "task"))
    return task_list.related_model, task.related_model


def _values(spelled: dict[str, Any], row: models.Model) -> dict[str, Any]:
    """The fields of a journal line, read back from JSON."""
    fields = {field.name: field for field in row._meta.fields}
    return {name: fields[name].to_python(value) for name, value in spelled.items()}
