"""A task that has reminders: what was asked for is kept with it, and its rows follow it."""

from functools import cached_property
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from todos.models.change import Origin
from todos.models.placed import Placed
from todos.models.reminder import Reminder
from todos.reminding import Habits, Occasion, Reminding, Spec, read

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
        rows = Reminder.objects.filter(task=self.pk) if self.reminders else ()
        return {str(row.pk): row for row in rows}

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
        day, at = (fields.get(name, getattr(self, name)) for name in ("due_date", "due_time"))
        if "reminders" in fields:
            occasion = Occasion(self.user.local_now(), day, at, Habits.of(self.user))
            return fields | {"reminders": read(fields["reminders"], occasion, self.reminders)}
        gets_time = at is not None and (self._state.adding or self.due_time is None)
        minutes = Habits.of(self.user).default_reminder if gets_time else None
        if minutes is None or self.reminders:
            return fields
        return fields | {"reminders": (Reminding(before_minutes=minutes).spec(),)}
