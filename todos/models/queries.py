"""How tasks are looked up."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self, cast
from uuid import UUID

from django.db import models
from django.db.models import Case, Count, Expression, Q, Subquery, Value, When
from django.db.models.functions import Coalesce, Length, Lower
from django.utils.translation import gettext_lazy as _

from accounts.line import in_line
from accounts.models import User
from text.folding import fold
from text.searching import has_all, words_of
from todos import rules
from todos.models.change import ChangeKind, Origin, TaskChange
from todos.models.journaled import JournaledQuerySet, Row
from todos.models.reminder import Reminder
from todos.models.tags import has_tag
from todos.models.task_list import INBOX


class Priority(models.TextChoices):
    NONE = "none", _("none")
    LOW = "low", _("low")
    MEDIUM = "medium", _("medium")
    HIGH = "high", _("high")


ORDERINGS = ("created_at", "updated_at", "due", "priority", "title", "completed_at")
"""Those that the API has."""


NUMBERS = ("open", "done", "overdue", "today", "upcoming")
"""What :meth:`TaskLookups.numbers` counts."""


PLACE = (
    "deleted_at",
    "list",
    "list__user",
    "list__deleted_at",
    "parent",
    "parent__user",
    "parent__deleted_at",
    "parent__list",
    "parent__parent",
)
"""What :meth:`TaskLookups.misplaced` looks at."""


TO_PLAN = (
    *("title", "due_date", "due_time", "priority", "repeats", "duration_minutes", "foreign"),
    *("parent", "completed_at", "created_at", "updated_at"),
)
"""Of a task what is looked at to plan it: there may be very many."""


class TaskLookups(JournaledQuerySet[Row]):
    def listed(
        self,
        *,
        now: datetime,
        status: str,
        search: str,
        ordering: str,
        priority: str | None = None,
        due: str | None = None,
        list: UUID | str | None = None,
        tag: str | None = None,
        parent: UUID | None = None,
        repeating: bool | None = None,
        ringing: str | None = None,
        **days: date | None,
    ) -> Self:
        """The tasks that pass every filter, in order; ``now`` is the owner's local time.

        ``list`` and ``parent`` are ids; the list may be ``inbox``, that of tasks in none.
        ``tag`` is one, in small letters. ``ringing``: ``any`` that ring or have rung and were not
        answered, or only those that are ``due``.
        ``days`` are bounds, both included and local to the owner: ``due_from``, ``due_to``, and
        likewise of ``completed`` and ``created``; ``completed_since`` and ``created_since`` may
        be times.
        """
        tasks = self.with_status(status).search(search).in_order(ordering)
        tasks = tasks.filter(priority=priority) if priority else tasks
        tasks = tasks.due(due, now) if due else tasks
        tasks = tasks.in_list(list) if list else tasks
        tasks = tasks.tagged(tag) if tag else tasks
        tasks = tasks.filter(parent=parent) if parent else tasks
        tasks = tasks if repeating is None else tasks.filter(repeats__isnull=not repeating)
        tasks = tasks.that_ring(ringing, now) if ringing else tasks
        bounds = [_bound(name, day, now) for name, day in days.items() if day]
        return tasks.filter(**dict(bounds))

    def that_ring(self, which: str, now: datetime) -> Self:
        """With reminders that ring or rang and nobody answered: ``any``, or only ``due`` ones."""
        rows = Reminder.objects.of_same_owner(task="pk").filter(rings_at__isnull=False)
        rows = rows.due(now) if which == "due" else rows.filter(answered_at=None)
        return self.filter(models.Exists(rows))

    def with_status(self, status: str) -> Self:
        """``status``: ``open``, ``done``, ``all`` or ``deleted``."""
        if status == "deleted":
            return self.exclude(deleted_at=None)
        return self if status == "all" else self.filter(completed_at__isnull=status == "open")

    def deleted_alone(self) -> Self:
        """Those that were not deleted with their list, nor with the task whose step they are."""
        when = models.F("deleted_at")
        return self.exclude(list__deleted_at=when).exclude(parent__deleted_at=when)

    def to_plan(self, done_since: datetime) -> Self:
        """What is open, and what was done since; of each what is looked at for it."""
        lately = Q(completed_at=None) | Q(completed_at__gte=done_since)
        return self.filter(lately).only(*TO_PLAN)

    def changed_by(self, tool_calls: Any) -> Self:
        """What these tool calls have changed: ids, or a query of them."""
        return self.filter(pk__in=TaskChange.objects.of_calls(tool_calls).values("task"))

    def without_notes(self) -> Self:
        return self.defer("notes")

    def in_list(self, task_list: UUID | str) -> Self:
        """Of a list by its id, or of the Inbox."""
        return self.filter(list=None if task_list == INBOX else task_list)

    def narrowed(self, list: UUID | str | None = None, tag: str | None = None) -> Self:
        """To those of a list and those about a tag, where they are given."""
        tasks = self.in_list(list) if list else self
        return tasks.about(tag) if tag else tasks

    def tagged(self, name: str) -> Self:
        return self.filter(has_tag(name))

    def steps_of(self, tasks: Iterable[models.Model]) -> Self:
        return self.filter(parent__in=[task.pk for task in tasks]).order_by("pk")

    def tag_counts(self) -> dict[str, dict[str, int]]:
        """``{"errands": {"open": 2, "done": 1}}``, by name."""
        counts: dict[str, dict[str, int]] = {}
        tagged = self.exclude(tags=()).order_by()
        for tags, completed_at in tagged.values_list("tags", "completed_at"):
            for name in tags:
                count = counts.setdefault(name, {"open": 0, "done": 0})
                count["done" if completed_at else "open"] += 1
        return dict(sorted(counts.items()))

    def rename_tag(self, user: User, name: str, new: str, origin: Origin) -> bool:
        """One act; what has the new one already has it once. ``False`` where no task has it.

        Raises RuleBroken.
        """
        return self._change_tag(user, name, {rules.read_tag(new)}, origin)

    def drop_tag(self, user: User, name: str, origin: Origin) -> bool:
        """No task has it any more; one act. ``False`` where none had."""
        return self._change_tag(user, name, set(), origin)

    def _change_tag(self, user: User, name: str, new: set[str], origin: Origin) -> bool:
        with in_line(user.pk):
            rows: Any = self.for_user(user).tagged(name).order_by("pk").select_for_update()
            changes = [(row, {"tags": rules.read_tags({*row.tags} - {name} | new)}) for row in rows]
            self.model._change_each(changes, ChangeKind.UPDATED, origin)
        return bool(changes)

    def catch_up(self, user: User, origin: Origin) -> int:
        """What is overdue is due today, and its time goes if that has passed; one act.

        Returns how many there were.
        """
        now = user.local_now()
        with in_line(user.pk):
            overdue = self.for_user(user).due("overdue", now).order_by("pk")
            rows: Any = list(overdue.select_for_update())
            changes = [(row, _today(row.due_time, now)) for row in rows]
            self.model._change_each(changes, ChangeKind.UPDATED, origin)
        return len(rows)

    def with_a_day(self) -> Self:
        return self.exclude(due_date=None)

    def top_level(self) -> Self:
        """Those that are no steps."""
        return self.filter(parent=None)

    def about(self, tag: str) -> Self:
        """Those with the tag, and those that have a step with it which is still to be done."""
        rows: Any = self.model._default_manager
        steps = rows.of_same_owner(parent="pk").filter(deleted_at=None, completed_at=None)
        return self.filter(has_tag(tag) | Q(steps.filter(has_tag(tag)).any_for_each()))

    def latest_made(self) -> Self:
        return self.order_by("-created_at", "-id")

    def open_by_list(self) -> models.QuerySet[Any, Any]:
        """Lists, None for the Inbox, each with how many are to be done in it."""
        rows: Any = self.with_status("open").order_by().values("list")
        rows = rows.annotate(number=Count("pk")).values_list("list", "number")
        return cast(models.QuerySet[Any, Any], rows)

    def with_steps(self) -> Self:
        """Each with ``steps_open`` and ``steps_done``: how many it has that are kept."""
        steps: Any = self.model._default_manager
        kept = steps.of_same_owner(parent="pk").filter(deleted_at=None)
        numbers = kept.order_by().values("parent").annotate(number=Count("pk")).values("number")
        done = numbers.filter(completed_at__isnull=False)
        return self.annotate(
            steps_open=Coalesce(Subquery(numbers.filter(completed_at=None)), 0),
            steps_done=Coalesce(Subquery(done), 0),
        )

    def misplaced(self, keys: Iterable[UUID]) -> dict[UUID, str]:
        """Of these tasks, their steps, and what is in these lists: those that are not where a
        task can be, their titles by id.
        """
        keys = list(keys)
        rows = self.filter(Q(pk__in=keys) | Q(parent__in=keys) | Q(list__in=keys))
        found = rows.order_by().values_list("pk", "title", *PLACE)
        return {pk: title for pk, title, *place in found if not _is_place(*place)}

    def due(self, when: str, now: datetime) -> Self:
        """Narrow to ``overdue``, ``today`` (overdue included), ``upcoming`` or ``none`` (no date).

        ``now`` is the owner's local time: a task is overdue once its day, or its hour, has passed
        and it is still open.
        """
        return self.due_at(when, now.date(), now.time())

    def due_at(self, when: str, today: date, clock: time) -> Self:
        """As :meth:`due`, of a day and a time."""
        return self.filter(_due(today, clock)[when])

    def due_alone(self, when: str, now: datetime) -> Self:
        """As :meth:`due`, but without steps of open tasks that are due then, too."""
        return self.filter(_due_alone(when, now.date(), now.time()))

    def numbers(self, now: datetime) -> dict[str, int]:
        """How many are ``open``, and ``done``, no step being counted; and how many are open and
        ``overdue``, due ``today`` or ``upcoming``, as :meth:`due_alone` has it.
        """
        return in_numbers(self.counted(now.date(), now.time()))

    def counted(self, today: date, clock: time) -> models.QuerySet[Any, Any]:
        """A row of numbers, for :func:`in_numbers`; none where there are no tasks."""
        is_open, is_top = Q(completed_at=None), Q(parent=None)
        due = {name: is_open & _due_alone(name, today, clock) for name in NUMBERS[2:]}
        wanted = {"open": is_top & is_open, "done": is_top & ~is_open} | due
        counts = {name: Count("pk", filter=each) for name, each in wanted.items()}
        rows: Any = self.order_by().values("user").annotate(**counts).values_list(*NUMBERS)
        return cast(models.QuerySet[Any, Any], rows)

    def search(self, text: str) -> Self:
        """Tasks whose title or notes contain every word of ``text``, as it is folded."""
        return self.filter(has_all(words_of(text), "title", "notes"))

    def titled(self, words: Iterable[str], *, first: str) -> Self:
        """Tasks whose titles contain every word, as it is folded; the shortest titles come first.

        And before them, where ``first`` is ``open`` or ``done``, all tasks of that status.
        """
        tasks = self.filter(has_all(map(fold, words), "title"))
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

    def open_first(self) -> Self:
        is_done = Case(When(completed_at=None, then=Value(0)), default=Value(1))
        return self.order_by(is_done, "-updated_at", "-id")

    def latest_done(self) -> Self:
        return self.with_status("done").order_by("-completed_at", "-id")


def in_numbers(rows: Iterable[Sequence[int]]) -> dict[str, int]:
    """As :meth:`TaskLookups.numbers` has them."""
    found = next(iter(rows), [0] * len(NUMBERS))
    return dict(zip(NUMBERS, found, strict=True))


def _today(due_time: time | None, now: datetime) -> dict[str, Any]:
    """When a task is due that is not to be overdue any more."""
    has_passed = due_time is not None and due_time < now.time()
    return {"due_date": now.date()} | ({"due_time": None} if has_passed else {})


def _is_place(
    deleted_at: datetime | None,
    task_list: UUID | None,
    list_owner: int | None,
    list_deleted_at: datetime | None,
    parent: UUID | None,
    parent_owner: int | None,
    parent_deleted_at: datetime | None,
    parents_list: UUID | None,
    parents_parent: UUID | None,
) -> bool:
    """Whether its list and parent are there, and kept if it is; and are as those of a step."""
    if (task_list and list_owner is None) or (parent and parent_owner is None):
        return False
    if deleted_at or parent is None:
        return bool(deleted_at) or list_deleted_at is None
    return parent_deleted_at is None and (parents_list, parents_parent) == (task_list, None)


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
    if isinstance(day, datetime):
        return f"{what}_at__gte", day
    if what == "due":
        return f"due_date__{'gte' if side == 'from' else 'lte'}", day
    day = min(max(day, BEFORE_ALL.date()), AFTER_ALL.date())  # or UTC has no such time
    midnight = datetime.combine(day, time.min, tzinfo=now.tzinfo)
    if side in ("from", "since"):
        return f"{what}_at__gte", midnight
    return f"{what}_at__lt", midnight + timedelta(days=1)


def _due(today: date, clock: time, of: str = "") -> dict[str, Q]:
    """By the owner's clock; ``of``: what the names of the columns begin with."""

    def has(**values: Any) -> Q:
        return Q(**{f"{of}{name}": value for name, value in values.items()})

    past = has(due_date__lt=today) | has(due_time__lt=clock)
    overdue = has(completed_at=None, due_date__lte=today) & past
    return {
        "overdue": overdue,
        "today": overdue | has(due_date=today),
        "upcoming": has(due_date__gt=today),
        "none": has(due_date=None),
    }


def _due_alone(when: str, today: date, clock: time) -> Q:
    above = Q(parent__isnull=False, parent__completed_at=None)
    above &= _due(today, clock, "parent__")[when]
    return _due(today, clock)[when] & ~above
