"""Tasks, and how they are looked up."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from unicodedata import normalize
from uuid import UUID

from django.db import models, transaction
from django.db.models import Case, Expression, Q, Value, When
from django.db.models.functions import Coalesce, Length, Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.ownership import RecoverableQuerySet
from todos import rules
from todos.models.change import ChangeKind, Origin
from todos.models.repeating import ALONE, OF_SERIES, Repeating
from todos.repeating import Repeat


class Priority(models.TextChoices):
    NONE = "none", _("none")
    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


ORDERINGS = ("created_at", "updated_at", "due", "priority")
"""Those that the API has."""


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
        **days: date | None,
    ) -> Self:
        """The tasks that pass every filter, in order; ``now`` is the owner's local time.

        ``days`` are bounds, both included and local to the owner: ``due_from``, ``due_to``, and
        likewise of ``completed`` and ``created``.
        """
        tasks = self.with_status(status).search(search).in_order(ordering)
        tasks = tasks.filter(priority=priority) if priority else tasks
        tasks = tasks.due(due, now) if due else tasks
        bounds = [_bound(name, day, now) for name, day in days.items() if day]
        return tasks.filter(**dict(bounds))

    def with_status(self, status: str) -> Self:
        """``status``: ``open``, ``done``, ``all`` or ``deleted``."""
        if status == "deleted":
            return self.exclude(deleted_at=None)
        return self if status == "all" else self.filter(completed_at__isnull=status == "open")

    def held(self, keys: Iterable[UUID]) -> "dict[UUID, Task]":
        """Those of these ids that there are, by id, kept from others until the transaction ends.

        They are taken in one order, so that no two who take several wait for each other.
        """
        rows = self.filter(pk__in=keys).order_by("pk").select_for_update()
        return {task.pk: task for task in rows}

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

    def search(self, text: str) -> Self:
        """Tasks whose title or notes contain every word of ``text``, in any case."""
        tasks = self
        for word in text.split():
            # Not icontains: the LIKE of SQLite knows upper and lower case of A to Z only.
            pattern = re.escape(word)
            tasks = tasks.filter(Q(title__iregex=pattern) | Q(notes__iregex=pattern))
        return tasks

    def titled(self, words: Iterable[str], *, first: str) -> Self:
        """Tasks whose titles contain every word, in any case, with its accents in one character or
        beside it; the shortest titles come first.

        And before them, where ``first`` is ``open`` or ``done``, all tasks of that status.
        """
        tasks = self
        for word in words:
            spellings = {normalize(form, word) for form in ("NFC", "NFD")}
            tasks = tasks.filter(title__iregex="|".join(map(re.escape, sorted(spellings))))
        is_done = Case(When(completed_at=None, then=Value(0)), default=Value(1))
        status = {"open": [is_done.asc()], "done": [is_done.desc()]}.get(first, [])
        return tasks.order_by(*status, Length("title"), "id")

    def in_order(self, ordering: str) -> Self:
        """By one of ORDERINGS, ``title`` or ``completed_at``, falling if it begins with ``-``.

        Fit for pages by keyset. ``priority`` rises from none to high. ``due`` puts tasks without a
        day last in both directions, and one without a time at the end of its day; so does
        ``completed_at`` with open tasks.
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
    if key == "completed_at":
        return {"sort_completed": Coalesce("completed_at", BEFORE_ALL if falling else AFTER_ALL)}
    return {"sort_title": Lower("title")} if key == "title" else {}


BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
AFTER_ALL = datetime(9999, 1, 1, tzinfo=UTC)


def _bound(name: str, day: date, now: datetime) -> tuple[str, date | datetime]:
    """The condition that ``created_from``, ``due_to`` and so on stand for.

    A day is the owner's, from midnight to midnight on their clock.
    """
    what, _, side = name.partition("_")
    if what == "due":
        return f"due_date__{'gte' if side == 'from' else 'lte'}", day
    day = min(max(day, BEFORE_ALL.date()), AFTER_ALL.date())  # or UTC has no such time
    midnight = datetime.combine(day, time.min, tzinfo=now.tzinfo)
    if side == "from":
        return f"{what}_at__gte", midnight
    return f"{what}_at__lt", midnight + timedelta(days=1)


class Task(Repeating):
    """A thing to get done. Its methods are the only writers: each change leaves a TaskChange."""

    title = models.CharField(_("title"), max_length=rules.TITLE_LENGTH)
    notes = models.TextField(_("notes"), blank=True, max_length=rules.NOTES_LENGTH)
    due_time = models.TimeField(_("due time"), null=True, blank=True)
    priority = models.CharField(
        _("priority"), max_length=6, choices=Priority.choices, default=Priority.NONE
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="task_time_needs_date", condition=Q(due_time=None) | ~Q(due_date=None)
            ),
            models.CheckConstraint(
                name="task_repeats_needs_date",
                condition=Q(repeats__isnull=True) | Q(due_date__isnull=False),
            ),
            # One completion has one successor, whoever completes it and how often at once.
            models.UniqueConstraint(
                fields=["series", "place"],
                name="task_place_in_series",
                condition=Q(deleted_at=None),
            ),
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
    def add(
        cls,
        user: User,
        origin: Origin,
        *,
        repeats: Repeat | None = None,
        completed: bool = False,
        **fields: Any,
    ) -> "Task":
        """Raises RuleBroken."""
        task = cls(user=user, foreign=not origin.is_own, **fields)
        rules.check_time(task.due_date, task.due_time)
        for name, value in task._with_series({"repeats": repeats}).items():
            setattr(task, name, value)
        with transaction.atomic():
            task.save(force_insert=True)
            task._journal_creation(origin, *(OF_SERIES if task.series else ()))
            task._set_completed(completed, origin)
        return task

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
        end the series. ``completed`` completes or reopens the task: a change, and a journal line,
        of its own. Raises RuleBroken.
        """
        with transaction.atomic():
            self._lock()
            if append_notes:
                fields["notes"] = rules.appended(self.notes, append_notes)
            if fields.get("due_date", self.due_date) is None:
                rules.check_time(None, fields.get("due_time"))
                fields["due_time"] = None
            fields = self._with_series(fields)
            edited = self._change(ChangeKind.UPDATED, origin, **fields)
            if completed is None:
                return edited
            return self._set_completed(completed, origin) or edited

    def complete(self, origin: Origin) -> bool:
        """``False`` when it was done before. One that repeats is followed by its successor."""
        with transaction.atomic():
            self._lock()
            return self._set_completed(True, origin)

    def reopen(self, origin: Origin) -> bool:
        """``False`` when it was open already. Its successor goes away if nobody has changed it."""
        with transaction.atomic():
            self._lock()
            return self._set_completed(False, origin)

    def remove(self, origin: Origin) -> None:
        """Delete softly; :meth:`restore` brings it back."""
        with transaction.atomic():
            self._lock()
            self._change(ChangeKind.DELETED, origin, deleted_at=timezone.now())

    def restore(self, origin: Origin) -> bool:
        """``False`` when it was not deleted.

        If another one has its place in the series by now, it comes back alone and repeats no more.
        """
        with transaction.atomic():
            self._lock(deleted_too=True)
            if self.deleted_at is None:
                return False
            if not self._change_in_place(ChangeKind.RESTORED, origin, deleted_at=None):
                self._change(ChangeKind.RESTORED, origin, deleted_at=None, **ALONE)
            return True

    def _set_completed(self, completed: bool, origin: Origin) -> bool:
        if completed == self.completed:
            return False
        if completed:
            self._change(ChangeKind.COMPLETED, origin, completed_at=timezone.now())
            self._add_successor(origin)
        else:
            self._change(ChangeKind.REOPENED, origin, completed_at=None)
            self._remove_successor(origin)
        return True
