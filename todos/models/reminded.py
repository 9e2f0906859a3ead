"""A task that has reminders: what was asked for is kept with it, and its rows follow it."""

from collections.abc import Iterable
from datetime import date, time
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.line import in_line
from todos.models.change import ChangeKind, Origin
from todos.models.placed import Placed
from todos.models.reminder import Reminder
from todos.reminding import Habits, Occasion, Reminding, Spec, check_number, read

DECIDES = frozenset({"due_date", "due_time", "completed_at", "deleted_at", "reminders"})
"""The fields that say when a task rings."""


class RemindersField(models.JSONField):
    """A tuple of specs, as :mod:`todos.reminding` has them."""

    def to_python(self, value: Any) -> tuple[Spec, ...]:
        return tuple(value or ())

    def from_db_value(self, value: Any, *args: Any) -> tuple[Spec, ...]:
        return self.to_python(super().from_db_value(value, *args))


class Reminded(Placed):
    """``reminders`` are specs; each has a row, its Reminder, that says when it rings."""

    due_date = models.DateField(_("due date"), null=True, blank=True)
    due_time = models.TimeField(_("due time"), null=True, blank=True)
    reminders = RemindersField(_("reminders"), default=tuple, db_default=[], blank=True)

    UNSET = Placed.UNSET | {"reminders": ()}

    class Meta:
        abstract = True

    @cached_property
    def ringing(self) -> dict[str, Reminder]:
        """The rows of its reminders, by their ids. A query, unless they have come along."""
        Reminder.objects.come_along([self])
        rows: dict[str, Reminder] = self.__dict__.get("ringing", {})
        return rows

    def add_reminders(self, origin: Origin, asks: Iterable[Any]) -> tuple[Spec, ...]:
        """Beside those there are; returns what was asked for, be it new or there already.

        Raises RuleBroken.
        """
        with in_line(self.user_id):
            self._lock()
            asked = read([*asks], self._occasion(self.due_date, self.due_time), self.reminders)
            new = [spec for spec in asked if spec not in self.reminders]
            all_of_them = check_number((*self.reminders, *new))
            self._change(ChangeKind.UPDATED, origin, reminders=all_of_them)
        return asked

    def drop_reminder(self, origin: Origin, key: UUID) -> bool:
        """``False`` where it has no such reminder."""
        with in_line(self.user_id):
            self._lock()
            rest = tuple(spec for spec in self.reminders if spec["id"] != str(key))
            return self._change(ChangeKind.UPDATED, origin, reminders=rest)

    def specs_of(self, fields: dict[str, Any]) -> tuple[Spec, ...]:
        """What the ``reminders`` of fields to be set ask for now. Raises RuleBroken."""
        day, at = (fields.get(name, getattr(self, name)) for name in ("due_date", "due_time"))
        return read(fields["reminders"], self._occasion(day, at), self.reminders)

    def _change(self, kind: str, origin: Origin, **fields: Any) -> bool:
        before = {name: self.value(name) for name in DECIDES & fields.keys()}
        is_changed = super()._change(kind, origin, **fields)
        if differing := {name for name, was in before.items() if was != self.value(name)}:
            Reminder.objects.bring_up_to_date([self], specs_too="reminders" in differing)
        return is_changed

    def _with_reminders(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields to be set, with the specs of what is asked for. Raises RuleBroken.

        Where nothing is, a task that gets its time has the reminder that its owner wants for all.
        """
        if "reminders" in fields:
            return fields | {"reminders": self.specs_of(fields)}
        at = fields.get("due_time", self.due_time)
        gets_time = at is not None and (self._state.adding or self.due_time is None)
        minutes = Habits.of(self.user).default_reminder if gets_time else None
        if minutes is None or self.reminders:
            return fields
        return fields | {"reminders": (Reminding(before_minutes=minutes).spec(),)}

    def _occasion(self, day: date | None, at: time | None) -> Occasion:
        return Occasion(self.user.local_now(), day, at, Habits.of(self.user))
