"""A task that repeats: the series it belongs to, and the task that follows when it is done."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self, cast

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from uuid_utils.compat import uuid7

from accounts.line import in_line
from todos import rules
from todos.models.change import ChangeKind, Origin, TaskChange
from todos.models.reminded import Reminded
from todos.models.reminder import Reminder
from todos.reminding import carried
from todos.repeating import Repeat

OF_SERIES = ("series", "place", "last_place", "rule_day")
"""What goes along with ``repeats``."""

ALONE = {"repeats": None, "series": None, "place": 0, "last_place": None, "rule_day": None}
"""What a task has that is of no series."""

TOLD = ("words", "rule")
"""What a rule is told with and follows from the rest."""

ALONG = (
    "user_id",
    "title",
    "notes",
    "foreign",
    "due_time",
    "priority",
    "tags",
    "duration_minutes",
    "list_id",
)
"""What a successor, and a step of it, has of the one before; and its reminders anew."""


class Repeating(Reminded):
    """``repeats`` is the rule, as the API has it, of a task that is followed by another one.

    All tasks that follow each other share ``series``; ``place`` counts them from 0, ``last_place``
    is that of the last one (null: there is no last). ``rule_day`` is the day that the rule gave
    this one: a task may be moved off it, and the series goes on from there all the same.
    """

    completed_at = models.DateTimeField(_("completed at"), null=True, blank=True)
    repeats = models.JSONField(_("repeats"), null=True, blank=True)
    series = models.UUIDField(_("series"), null=True, blank=True)
    place = models.PositiveIntegerField(_("place in the series"), default=0)
    last_place = models.PositiveIntegerField(_("last place"), null=True, blank=True)
    rule_day = models.DateField(_("day by the rule"), null=True, blank=True)

    UNSET = Reminded.UNSET | {"completed_at": None, "repeats": None}

    class Meta:
        abstract = True

    @property
    def repeat(self) -> Repeat | None:
        return None if self.repeats is None else Repeat.read(self.repeats)

    @property
    def successor(self) -> Self | None:
        """The task that followed when this one was done; deleted ones count as not there."""
        if self.series is None:
            return None
        rows: Any = self._at_next_place()
        found: Self | None = rows.with_steps().first()
        return found

    def skip(self, origin: Origin, until: date | None = None) -> bool:
        """Move it to its next day or, with ``until``, to its first day from then on, be it earlier
        or later than now; ``False`` when that is its day. Raises RuleBroken when there is none."""
        with in_line(self.user_id):
            self._lock()
            rules.check_skip(self.repeats, self.completed_at)
            day = self._next_day() if until is None else self._day_from(until)
            if day is None:
                raise rules.RuleBroken(
                    "repeats", "no_next_day", "It has no next day: it ends here."
                )
            return self._change(ChangeKind.UPDATED, origin, due_date=day, rule_day=day)

    def _with_series(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields to be set, a Repeat among them as it is kept, and what goes along with it.

        A new rule, or the same one together with another day, counts from the day of this task.
        Raises RuleBroken.
        """
        day = fields.get("due_date", self.due_date)
        if "repeats" not in fields:
            rules.check_repeats(self.repeats, day)
            return fields
        repeats = _kept(fields["repeats"])
        rules.check_repeats(repeats, day)
        if repeats is None:
            return fields | {"repeats": None, "last_place": None, "rule_day": None}
        repeat, fields = fields["repeats"], fields | {"repeats": repeats}
        if (repeats, day) == (self.repeats, self.due_date):
            return fields
        repeat.check_due(day)
        if repeats != self.repeats:
            times = repeats["times"]
            fields["last_place"] = times and self.place + times - 1
        return fields | {"series": self.series or uuid7(), "rule_day": day}

    def _next_day(self) -> date | None:
        """The first day of the rule after today and after the day it is due; None at its end.

        So what was left undone for weeks comes once, and not once for each week.
        """
        repeat, today = cast("Repeat", self.repeat), self.user.local_now().date()
        due, rule_day = cast("date", self.due_date), cast("date", self.rule_day)
        passed = today if repeat.start == "done" else max(today, due)
        return repeat.next_day(rule_day, done_on=passed)

    def _day_from(self, since: date) -> date | None:
        repeat, rule_day = cast("Repeat", self.repeat), cast("date", self.rule_day)
        return repeat.day_from(since, counted_from=rule_day)

    def _add_successor(self, origin: Origin) -> None:
        """Unless the series ends here, or the place is taken by one that was changed since."""
        if self.repeats is None or self.place == self.last_place:
            return
        day = self._next_day()
        if day is None:
            return
        task = self._again(
            due_date=day,
            rule_day=day,
            place=self.place + 1,
            **{name: getattr(self, name) for name in ("repeats", "series", "last_place")},
        )
        type(self)._default_manager.bulk_create([task], ignore_conflicts=True)
        if self._at_next_place().filter(pk=task.pk).exists():
            task._creation(origin, *OF_SERIES).save(force_insert=True)
            Reminder.objects.add_for([task])
            self._add_steps_of(task, origin)

    def _add_steps_of(self, successor: Self, origin: Origin) -> None:
        """The steps of this one anew, open; their days are moved as far as its own."""
        moved = cast("date", successor.due_date) - cast("date", self.due_date)
        steps = [
            step._again(due_date=step.due_date and step.due_date + moved, parent_id=successor.pk)
            for step in self._kept_steps()
        ]
        if steps:
            type(self)._default_manager.bulk_create(steps)
            TaskChange.objects.bulk_create([step._creation(origin) for step in steps])
            Reminder.objects.add_for(steps)

    def _again(self, **fields: Any) -> Self:
        along = {name: getattr(self, name) for name in ALONG}
        return type(self)(**along, reminders=carried(self.reminders), **fields)

    def _remove_successor(self, origin: Origin) -> None:
        """Unless it was changed since: then it is somebody's own, and stays."""
        if self.series is None:
            return
        successor = self._at_next_place().select_for_update().first()
        if successor is None:
            return
        steps = type(self)._default_manager.filter(parent=successor).order_by("pk")
        made: Any = [successor, *steps.select_for_update()]
        rows = {row.pk: row for row in made}
        lines = TaskChange.objects.filter(task__in=made, kind=ChangeKind.CREATED)
        if all(line.has_left(rows[line.row_id]) for line in lines) and _is_one_act(lines):
            self._change_all(made, ChangeKind.DELETED, origin, deleted_at=timezone.now())

    def _change_in_place(self, kind: str, origin: Origin, **fields: Any) -> bool:
        """As :meth:`_change`; ``False``, and nothing, where the database refuses it: its place in
        the series is taken, or its time or its rule would be left without a day.
        """
        if self.series is None and "due_date" not in fields:
            self._change(kind, origin, **fields)
            return True
        try:
            with transaction.atomic():
                self._change(kind, origin, **fields)
        except IntegrityError:
            self.refresh_from_db()
            return False
        return True

    def _at_next_place(self) -> models.QuerySet[Self]:
        rows = type(self)._default_manager.filter(user_id=self.user_id, deleted_at=None)
        return rows.filter(series=self.series, place=self.place + 1)


def _kept(repeat: Repeat | None) -> dict[str, Any] | None:
    if repeat is None:
        return None
    return {name: value for name, value in repeat.as_json().items() if name not in TOLD}


def _is_one_act(lines: Iterable[TaskChange]) -> bool:
    return len({line.act for line in lines}) == 1
