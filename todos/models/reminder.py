"""When what was asked for rings: a row for each spec of a task, kept true by who writes tasks."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.compiled import compiled
from accounts.line import in_line
from accounts.models import User
from accounts.one_owner import OwnedForeignKey
from accounts.ownership import Owned, OwnedQuerySet
from accounts.shards import key_fields
from todos.reminding import Clock, Reminding, Spec
from todos.rules import RuleBroken

GRACE = timedelta(minutes=1)
"""What has passed by more than that when it is set does not ring late."""

AT_ONCE = 1000
DERIVED = ("moment", "snoozed_to", "rings_at", "rang_at", "answered_at")


class ReminderQuerySet(OwnedQuerySet["Reminder"]):
    def due(self, now: datetime | None = None) -> Self:
        """They ring by the clock alone, and nobody has answered; the latest comes first."""
        rows = self.filter(rings_at__lte=now or timezone.now(), answered_at=None)
        return rows.order_by("-rings_at", "-id")

    def to_ring(self, now: datetime | None = None) -> Self:
        """Of those that are due, what no channel was told of; what waits longest comes first."""
        rows = self.filter(rings_at__lte=now or timezone.now(), answered_at=None, rang_at=None)
        return rows.order_by("rings_at", "id")

    def waiting(self, now: datetime | None = None) -> Self:
        """They will ring."""
        rows = self.filter(rings_at__gt=now or timezone.now(), answered_at=None)
        return rows.order_by("rings_at", "id")

    def which(self, due: str | None) -> Self:
        """``true``: :meth:`due`; ``false``: :meth:`waiting`; else both, as they ring."""
        if due is None:
            return self.filter(rings_at__isnull=False, answered_at=None).order_by("rings_at", "id")
        return self.due() if due == "true" else self.waiting()

    def of_kept_tasks(self) -> Self:
        """Those whose task is not deleted, and with it."""
        return self.filter(task__deleted_at=None).select_related("task")

    def held(self) -> Self:
        """Until the transaction ends they neither ring nor are answered."""
        return self.order_by("pk").select_for_update(of=("self",), no_key=True)

    def note_failed(self, keys: Iterable[UUID], channel: str) -> None:
        """They could not be told on this channel, and nobody tries any more."""
        rows = list(self.filter(pk__in=keys).held())
        for row in rows:
            row.failed = sorted({*row.failed, channel})
        self.bulk_update(rows, ["failed"])

    def come_along(self, tasks: Iterable[Any]) -> None:
        """Read the rows of all these tasks of an owner at once, for their ``ringing``; none where
        there are no reminders."""
        reminded: dict[int, dict[UUID, Any]] = defaultdict(dict)
        for task in tasks:
            task.ringing = {}
            if task.reminders:
                reminded[task.user_id][task.pk] = task
        for owner, its_tasks in reminded.items():
            for row in _of_tasks(owner, [*its_tasks]):
                row.task = its_tasks[row.task_id]
                row.task.ringing[str(row.pk)] = row

    def add_for(self, tasks: Iterable[Any]) -> None:
        """The rows of tasks of one user that have just been made; bounded statements for many."""
        made = [task for task in tasks if task.reminders]
        if made:
            self._bring(made, (), User.objects.get(pk=made[0].user_id))

    def bring_up_to_date(self, tasks: Iterable[Any], *, specs_too: bool = True) -> None:
        """The rows of held tasks of one user, as the tasks are now, in the same transaction.

        Without ``specs_too`` their reminders are those that they had.
        """
        rung = [task for task in tasks if specs_too or task.reminders]
        for start in range(0, len(rung), AT_ONCE):
            part = rung[start : start + AT_ONCE]
            rows = list(self.filter(task__in=part).held())
            if rows or any(task.reminders for task in part):
                self._bring(part, rows, part[0].user)

    def set_anew(self, user: User) -> None:
        """What still waits, after the clock, the morning or the quiet hours of a user changed."""
        with in_line(user.pk):
            waiting = self.filter(user=user).waiting().filter(rang_at=None)
            rows = list(waiting.select_related("task").held())
            clock = Clock.of(User.objects.get(pk=user.pk)) if rows else None
            if clock:
                self._keep([row for row in rows if row.moved_by(clock)])

    def _bring(self, tasks: Sequence[Any], rows: Iterable["Reminder"], user: User) -> None:
        there = {row.pk: row for row in rows}
        clock, now, changed = Clock.of(user), timezone.now(), []
        for task in tasks:
            task.ringing = {}
            for spec in task.reminders:
                key = UUID(spec["id"])
                row = there.pop(key, None) or self.model(id=key, task=task, user_id=task.user_id)
                task.ringing[spec["id"]] = row
                if row._follow(task, Reminding.of(spec), clock, now):
                    changed.append(row)
        changed += [row for row in there.values() if row._rest(now)]
        self._keep(changed)

    def _keep(self, rows: Sequence["Reminder"]) -> None:
        if rows:
            self.bulk_create(
                rows, update_conflicts=True, unique_fields=key_fields(), update_fields=[*DERIVED]
            )


class Reminder(Owned):
    """One spec of a task by its id, and when it rings.

    ``moment`` is what the spec says, and ``rings_at`` what comes of it: later, where it would be
    within quiet hours or was snoozed; null, where it does not ring (the task is done or deleted,
    the spec is gone or names no moment, or it had passed when it was set). ``rang_at``: when the
    channels were told; ``failed``: those on which that was given up. It is due from ``rings_at``
    until it is answered: the task is done, or it is dismissed; when it is snoozed it waits anew.
    """

    task = OwnedForeignKey(
        "todos.Task", models.CASCADE, related_name="reminder_rows", db_index=False
    )
    moment = models.DateTimeField(null=True)
    snoozed_to = models.DateTimeField(null=True)
    rings_at = models.DateTimeField(_("rings at"), null=True)
    rang_at = models.DateTimeField(_("rang at"), null=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    failed = models.JSONField(_("not told on"), default=list, db_default=[])

    objects = ReminderQuerySet.as_manager()

    class Meta:
        indexes = [
            # What rings next, whoever has it.
            models.Index(
                fields=["rings_at", "id"],
                name="reminder_to_ring",
                condition=Q(rings_at__isnull=False, rang_at=None, answered_at=None),
            ),
            # Those of one task.
            models.Index(fields=["user", "task"], name="reminder_of_task"),
            # What is due, of a user.
            models.Index(
                fields=["user", "rings_at"],
                name="reminder_due",
                condition=Q(rings_at__isnull=False, answered_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.pk}"

    @property
    def status(self) -> str:
        """``waiting``, ``due``, ``answered`` or ``never`` (it does not ring)."""
        if self.answered_at is not None:
            return "answered"
        if self.rings_at is None:
            return "answered" if self.rang_at or self.task.completed else "never"
        return "due" if self.rings_at <= timezone.now() else "waiting"

    @property
    def spec(self) -> Spec | None:
        """None where its task has it no more."""
        return next((each for each in self.task.reminders if each["id"] == str(self.pk)), None)

    def snooze(self, until: datetime) -> None:
        """Let it ring again, then or at the end of quiet hours. Raises RuleBroken."""
        with in_line(self.user_id):
            self._lock()
            if self.task.completed or self.task.deleted_at or self.spec is None:
                raise RuleBroken("reminder", "no_task", "Its task is done, or it is gone.")
            self.snoozed_to = until
            self.rings_at = Clock.of(self.user).after_quiet(until)
            self.rang_at = self.answered_at = None
            self.save(update_fields=["snoozed_to", "rings_at", "rang_at", "answered_at"])

    def dismiss(self) -> bool:
        """It is due no more, and its task stays as it is; ``False`` when it was answered before."""
        unanswered = Reminder.objects.just(self).filter(answered_at=None)
        self.answered_at = timezone.now()
        return bool(unanswered.update(answered_at=self.answered_at))

    def _lock(self) -> None:
        rows = Reminder.objects.select_related("task", "user")
        self.refresh_from_db(from_queryset=rows.held())

    def _follow(self, task: Any, reminding: Reminding, clock: Clock, now: datetime) -> bool:
        """Be as the task is; ``False`` when it is already. A changed moment rings anew."""
        before = self._state_of_it()
        moment = reminding.moment(task.due_date, task.due_time, clock)
        if moment != self.moment:
            self.snoozed_to = self.rings_at = self.rang_at = self.answered_at = None
            self.moment = moment
        wanted = self.snoozed_to or moment
        if task.completed or task.deleted_at is not None or wanted is None:
            self._rest(now)
        elif self.rings_at is None and wanted >= now - GRACE:
            self.rings_at = clock.after_quiet(wanted)
        return self._state.adding or before != self._state_of_it()

    def _rest(self, now: datetime) -> bool:
        """Ring no more, and be answered if it was due; ``False`` when it did not ring."""
        if self.rings_at is None:
            return False
        if self.rings_at <= now and self.answered_at is None:
            self.answered_at = now
        self.rings_at = None
        return True

    def moved_by(self, clock: Clock) -> bool:
        """Set anew by a clock that has changed; ``False`` when nothing differs. Its task is there.

        What has passed by the new clock while it waited rings now.
        """
        before = self._state_of_it()
        task, spec = self.task, self.spec
        if spec:
            self.moment = Reminding.of(spec).moment(task.due_date, task.due_time, clock)
        wanted = self.snoozed_to or self.moment
        self.rings_at = clock.after_quiet(wanted) if wanted else None
        return before != self._state_of_it()

    def _state_of_it(self) -> tuple[datetime | None, ...]:
        return tuple(getattr(self, name) for name in DERIVED)


@compiled
def _of_tasks(owner: int, tasks: list[UUID]) -> models.QuerySet[Reminder]:
    return Reminder.objects.filter(user=owner, task__among=tasks)
