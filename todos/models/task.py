"""Tasks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.compiled import compiled
from accounts.line import in_line
from accounts.models import User
from todos import rules
from todos.models.change import ChangeKind, Origin, TaskChange
from todos.models.queries import Priority, TaskLookups
from todos.models.reminded import DECIDES
from todos.models.reminder import Reminder
from todos.models.repeating import ALONE, OF_SERIES, Repeating
from todos.models.tags import TagsField
from todos.repeating import Repeat


class TaskQuerySet(TaskLookups["Task"]):
    """Named queries are in :class:`TaskLookups`."""

    def write(self, rows: Sequence[Any], names: Iterable[str]) -> None:
        """And their reminders follow."""
        super().write(rows, names)
        if DECIDES & set(names):
            Reminder.objects.bring_up_to_date(rows, specs_too="reminders" in names)


class Task(Repeating):
    """A thing to get done. Its methods are the only writers: each change leaves a TaskChange."""

    title = models.CharField(_("title"), max_length=rules.TITLE_LENGTH)
    notes = models.TextField(_("notes"), blank=True, max_length=rules.NOTES_LENGTH)
    priority = models.CharField(
        _("priority"), max_length=6, choices=Priority.choices, default=Priority.NONE
    )
    tags = TagsField(_("tags"), default=(), blank=True)
    duration_minutes = models.PositiveSmallIntegerField(
        _("duration in minutes"), null=True, blank=True
    )

    objects = TaskQuerySet.as_manager()

    journaled_as = "task"
    TOLD = ("title", "notes", "due_date", "due_time", "priority", "repeats")
    UNSET = Repeating.UNSET | {"tags": (), "duration_minutes": None}

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="task_time_needs_date", condition=Q(due_time=None) | ~Q(due_date=None)
            ),
            models.CheckConstraint(
                name="task_repeats_needs_date",
                condition=Q(repeats__isnull=True) | Q(due_date__isnull=False),
            ),
            models.CheckConstraint(
                name="task_step_does_not_repeat",
                condition=Q(repeats__isnull=True) | Q(parent=None),
            ),
            # One completion has one successor, whoever completes it and how often at once.
            models.UniqueConstraint(
                fields=["user", "series", "place"],
                name="task_place_in_series",
                condition=Q(deleted_at=None, series__isnull=False),
            ),
        ]
        indexes = [
            # The REST list, newest first, page by page.
            models.Index(
                fields=["user", "-created_at", "-id"],
                name="task_newest",
                condition=Q(deleted_at=None),
            ),
            # The tasks of one list, and the steps of one task.
            models.Index(fields=["user", "list"], name="task_of_list"),
            models.Index(fields=["user", "parent"], name="task_steps"),
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
    def add(
        cls,
        user: User,
        origin: Origin,
        *,
        repeats: Repeat | None = None,
        completed: bool = False,
        **fields: Any,
    ) -> "Task":
        """``list``, and ``parent`` whose step it is, are rows or their ids; ``reminders`` are asked
        for as the API has them. Raises RuleBroken.
        """
        asks = {"reminders": fields.pop("reminders")} if "reminders" in fields else {}
        place = {name: row for name in ("list", "parent") if (row := fields.pop(name, None))}
        task = cls(user=user, foreign=not origin.is_own, **fields)
        rules.check_time(task.due_date, task.due_time)
        given = {"repeats": repeats, "tags": task.tags, "duration_minutes": task.duration_minutes}
        with in_line(user.pk):
            for name, value in task._checked(given | place | asks).items():
                task._assign(name, value)
            task._know(place)
            task._keep_new(origin, *(OF_SERIES if task.series else ()))
            task.steps_open = task.steps_done = 0
            Reminder.objects.add_for([task])
            task._set_completed(completed, origin)
        return task

    @classmethod
    def held(
        cls, user_id: int, keys: Iterable[UUID], *, steps_too: bool = False
    ) -> dict[UUID, "Task"]:
        """Those of these ids that there are, by id, deleted ones too, with their lists and parents;
        kept from others until the transaction ends, as are their steps, if they are read, too.

        Who calls it is in line.
        """
        wanted = list(keys)
        rows = {row.pk: row for row in _held(user_id, wanted, steps_too=steps_too)}
        steps: defaultdict[UUID | None, Any] = defaultdict(tuple)
        for row in rows.values():
            steps[row.parent_id] += (row,)
        for row in rows.values():
            row._note_read(steps_too=steps_too)
            row._steps = steps[row.pk]
        return {key: rows[key] for key in wanted if key in rows}

    @classmethod
    def drafted(
        cls, user: User, origin: Origin, *, repeats: Repeat | None = None, **fields: Any
    ) -> "Task":
        """One for :meth:`add_all`; its maker has looked up its list and parent. ``reminders`` are
        specs. Raises RuleBroken.
        """
        task = cls(user=user, foreign=not origin.is_own, **fields)
        rules.check_title(task.title)
        rules.check_time(task.due_date, task.due_time)
        rules.check_duration(task.duration_minutes)
        rules.check_step(task.parent_id, repeats)
        task.tags = rules.read_tags(task.tags)
        for name, value in task._with_series({"repeats": repeats}).items():
            task._assign(name, value)
        return task

    @classmethod
    def add_all(cls, tasks: Sequence[Self], origin: Origin) -> None:
        """Keep drafts of one user, in as many statements as one; in line, and parents not later
        than their steps.
        """
        cls.objects.bulk_create(tasks)
        TaskChange.objects.bulk_create(
            task._creation(origin, *(OF_SERIES if task.series else ())) for task in tasks
        )
        Reminder.objects.add_for(tasks)

    def edit(
        self,
        origin: Origin,
        *,
        completed: bool | None = None,
        append_notes: str = "",
        **fields: Any,
    ) -> bool:
        """Set the named fields; ``False`` when nothing differs. A time goes with its date.

        ``append_notes`` is added to the notes as they are now. ``repeats`` is a Repeat, or None to
        end the series. ``list`` is a TaskList or its id, or None for the Inbox, and its steps go
        along; ``parent`` a task or its id, or None. ``reminders`` are asked for as the API has
        them, and replace those there were. ``completed`` completes or reopens the task: a change,
        and a journal line, of its own. Raises RuleBroken.
        """
        steps_too = completed is not None or not fields.keys().isdisjoint(("list", "parent"))
        with in_line(self.user_id):
            self._lock(steps_too=steps_too)
            if append_notes:
                fields["notes"] = rules.appended(self.notes, append_notes)
            if fields.get("due_date", self.due_date) is None:
                rules.check_time(None, fields.get("due_time"))
                fields["due_time"] = None
            place: dict[str, Any] = {n: fields[n] for n in ("list", "parent") if n in fields}
            fields = self._checked(fields)
            is_moved = fields.get("list", self.list_id) != self.list_id
            edited = self._change(ChangeKind.UPDATED, origin, **fields)
            self._know(place)
            if is_moved:
                self._change_steps(self._kept_steps(), "updated", origin, list=self.list_id)
            if completed is None:
                return edited
            return self._set_completed(completed, origin) or edited

    def complete(self, origin: Origin) -> bool:
        """``False`` when it was done before. Its open steps are done with it.

        One that repeats is followed by its successor.
        """
        with in_line(self.user_id):
            self._lock(steps_too=True)
            return self._set_completed(True, origin)

    def reopen(self, origin: Origin) -> bool:
        """``False`` when it was open already. The steps that were done with it are open again.

        Its successor goes away if nobody has changed it.
        """
        with in_line(self.user_id):
            self._lock(steps_too=True)
            return self._set_completed(False, origin)

    def remove(self, origin: Origin) -> None:
        """Delete softly, and its steps with it; :meth:`restore` brings them back."""
        with in_line(self.user_id):
            self._lock(steps_too=True)
            deleted = {"deleted_at": timezone.now()}
            self._change_steps(self._kept_steps(), ChangeKind.DELETED, origin, **deleted)
            self._change(ChangeKind.DELETED, origin, **deleted)

    def restore(self, origin: Origin) -> bool:
        """``False`` when it was not deleted. The steps that were deleted with it come along.

        If another one has its place in the series by now, it comes back alone and repeats no more;
        in the Inbox, if its list is deleted; as a task of its own, if that is whose step it was.
        """
        with in_line(self.user_id):
            self._lock(deleted_too=True, steps_too=True)
            if self.deleted_at is None:
                return False
            steps = [step for step in self._steps if step.deleted_at == self.deleted_at]
            back = {"deleted_at": None} | self._place_left()
            if not self._change_in_place(ChangeKind.RESTORED, origin, **back):
                self._change(ChangeKind.RESTORED, origin, **back, **ALONE)
            self._change_steps(steps, "restored", origin, deleted_at=None, list=self.list_id)
            return True

    @property
    def step_counts(self) -> dict[str, int]:
        """Those that are kept: ``open`` and ``done``. A query, unless it came ``with_steps``."""
        if not hasattr(self, "steps_open"):
            counted: Any = Task.objects.just(self).with_steps()
            self.steps_open, self.steps_done = counted.values_list("steps_open", "steps_done").get()
        return {"open": self.steps_open, "done": self.steps_done}

    def _checked(self, fields: dict[str, Any]) -> dict[str, Any]:
        """As they are kept. Raises RuleBroken."""
        if "tags" in fields:
            fields["tags"] = rules.read_tags(fields["tags"])
        rules.check_duration(fields.get("duration_minutes"))
        fields = self._with_reminders(self._with_series(self._with_place(fields)))
        parent, repeats = (fields.get(name, self.value(name)) for name in ("parent", "repeats"))
        rules.check_step(parent, repeats)
        return fields

    def _set_completed(self, completed: bool, origin: Origin) -> bool:
        if completed == self.completed:
            return False
        steps = [step for step in self._kept_steps() if step.completed_at == self.completed_at]
        if completed:
            now = timezone.now()
            self._change(ChangeKind.COMPLETED, origin, completed_at=now)
            self._add_successor(origin)
            self._change_steps(steps, ChangeKind.COMPLETED, origin, completed_at=now)
        else:
            self._change(ChangeKind.REOPENED, origin, completed_at=None)
            self._change_steps(steps, ChangeKind.REOPENED, origin, completed_at=None)
            self._remove_successor(origin)
        return True

    def _held_anew(self, *, steps_too: bool) -> "Task | None":
        return Task.held(self.user_id, [self.pk], steps_too=steps_too).get(self.pk)


@compiled
def _held(user: int, keys: list[UUID], *, steps_too: bool) -> TaskQuerySet:
    which = Q(pk__among=keys)
    if steps_too:
        which |= Q(parent__among=keys)
    rows = Task.objects.filter(which, user=user).select_related("user", "list", "parent")
    return rows.select_for_update(of=("self",)).order_by("pk")
