"""Where a task is: in a list, and as a step beneath another one."""

from collections.abc import Sequence
from typing import Any, Self
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.one_owner import OwnedForeignKey
from todos.models.change import Origin
from todos.models.journaled import Journaled
from todos.rules import RuleBroken

ELSEWHERE = "A step is in the list of its task."


class Placed(Journaled):
    """``list`` is the Inbox where it is null. ``parent`` is the task whose step this one is.

    A step is in the list of its task, has no steps of its own and does not repeat.
    """

    list = OwnedForeignKey(
        "todos.TaskList",
        models.SET_NULL,
        verbose_name=_("list"),
        null=True,
        blank=True,
        related_name="tasks",
        db_index=False,
    )
    parent = OwnedForeignKey(
        "self",
        models.SET_NULL,
        verbose_name=_("step of"),
        null=True,
        blank=True,
        related_name="steps",
        db_index=False,
    )
    parent_id: UUID | None

    _steps: Sequence[Self] = ()
    """Held with it, also deleted ones."""

    UNSET = Journaled.UNSET | {"list": None, "parent": None}

    class Meta:
        abstract = True

    def _with_place(self, fields: dict[str, Any]) -> dict[str, Any]:
        """The fields to be set, with the ids of a list and a parent, which are held.

        Raises RuleBroken.
        """
        if not {"list", "parent"} & fields.keys():
            return fields
        task_list = self._kept(fields.get("list"), "list", "There is no such list.")
        list_id = task_list and task_list.pk
        if "parent" not in fields:
            if self.parent_id is not None and list_id != self.list_id:
                raise RuleBroken("list", "step", ELSEWHERE)
            return fields | {"list": list_id}
        parent = self._kept(fields["parent"], "parent", "There is no such task.")
        if parent is None:
            return fields | ({"list": list_id} if "list" in fields else {})
        self._check_parent(parent)
        if list_id is not None and list_id != parent.list_id:
            raise RuleBroken("list", "step", ELSEWHERE)
        return fields | {"parent": parent.pk, "list": parent.list_id}

    def _place_left(self) -> dict[str, Any]:
        """Where it comes back to: a place of its own where those are no more."""
        parent, task_list = self.parent, self.list
        if parent is not None and parent.deleted_at is None and parent.parent_id is None:
            return {"list": parent.list_id}
        is_kept = task_list is not None and task_list.deleted_at is None
        return {"parent": None, "list": self.list_id if is_kept else None}

    def _check_parent(self, parent: "Placed") -> None:
        if parent.pk == self.pk:
            raise RuleBroken("parent", "one_level", "A task is no step of itself.")
        if parent.parent_id is not None:
            raise RuleBroken("parent", "one_level", "A step has no steps of its own.")
        if self._kept_steps():
            raise RuleBroken("parent", "has_steps", "It has steps itself, so it can be none.")

    def _kept(self, row: Any, name: str, sentence: str) -> Any:
        """The row as it is now, and held; it is one of the same user and not deleted."""
        if row is None:
            return None
        if isinstance(row, Journaled) and row.user_id == self.user_id and row._is_as_read():
            held = None if row.deleted_at else row
        else:
            model: Any = self._meta.get_field(name).related_model
            kept = model.objects.filter(user=self.user_id, deleted_at=None)
            held = kept.filter(pk=getattr(row, "pk", row)).select_for_update().first()
        if held is None:
            raise RuleBroken(name, "not_found", sentence)
        return held

    def _become(self, row: Any) -> None:
        super()._become(row)
        self._steps = row._steps

    def _read_with(self) -> set[UUID | None]:
        return {self.pk, self.list_id, self.parent_id, *(step.pk for step in self._steps)}

    def _know(self, rows: dict[str, Any]) -> None:
        """The rows of its list and parent, where these were given."""
        for name, row in rows.items():
            if isinstance(row, Journaled) and row.pk == self.value(name):
                setattr(self, name, row)

    def _kept_steps(self) -> Sequence[Self]:
        """As they were read with it; where they were, these are all."""
        return [step for step in self._steps if step.deleted_at is None]

    def _change_steps(
        self, steps: Sequence[Self], kind: str, origin: Origin, **fields: Any
    ) -> None:
        """None where this is a step itself."""
        if self.parent_id is None and self._change_all(steps, kind, origin, **fields):
            self.__dict__.pop("steps_open", None)  # counted before
