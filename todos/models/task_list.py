"""Lists of tasks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, models, transaction
from django.db.models import Count, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.compiled import compiled
from accounts.line import in_line
from accounts.models import User
from todos import rules
from todos.models.change import ChangeKind, Origin
from todos.models.journaled import Journaled, JournaledQuerySet

INBOX = "inbox"
"""Where tasks are that are in no list; so no list has its name."""


class NameTaken(Exception):
    """Another list of the user has this name, in whatever case."""


class TaskListQuerySet(JournaledQuerySet["TaskList"]):
    def in_name_order(self) -> "TaskListQuerySet":
        return self.order_by("name_key", "id")

    def names(self) -> dict[str, str]:
        """By the ids, as JSON has them."""
        return {str(key): name for key, name in self.values_list("pk", "name")}

    def with_counts(self) -> Any:
        """Each with ``open_tasks`` and ``done_tasks``: how many it has that are kept."""
        tasks: Any = self.model._meta.get_field("tasks").related_model
        kept = tasks.objects.of_same_owner(list="pk").filter(deleted_at=None).order_by()
        numbers = kept.values("list").annotate(number=Count("pk")).values("number")
        done = numbers.filter(completed_at__isnull=False)
        return self.annotate(
            open_tasks=Coalesce(Subquery(numbers.filter(completed_at=None)), 0),
            done_tasks=Coalesce(Subquery(done), 0),
        )

    def named(self, name: str) -> "TaskListQuerySet":
        """In any case and spacing; at most one of a user's that are kept."""
        return self.filter(name_key=rules.list_key(name))


class TaskList(Journaled):
    """A list of a user's tasks. Its methods are the only writers: each leaves a TaskChange."""

    name = models.CharField(_("name"), max_length=rules.LIST_NAME_LENGTH)
    name_key = models.CharField(max_length=2 * rules.LIST_NAME_LENGTH, editable=False)

    objects = TaskListQuerySet.as_manager()

    journaled_as = "list"
    TOLD = ("name", "name_key")

    class Meta:
        verbose_name = _("list")
        verbose_name_plural = _("lists")
        constraints = [
            # Of two who make or name a list alike at once, one does.
            models.UniqueConstraint(
                fields=["user", "name_key"],
                name="list_name_of_user",
                condition=models.Q(deleted_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def task_counts(self) -> dict[str, int]:
        """Those that are kept: ``open`` and ``done``. A query, unless it came ``with_counts``."""
        row: Any = self
        if not hasattr(self, "open_tasks"):
            row = TaskList.objects.just(self).with_counts().get()
        return {"open": row.open_tasks, "done": row.done_tasks}

    @classmethod
    def of(cls, user: User) -> "list[TaskList]":
        """Those that are kept. Who is in line may take them as they are."""
        lists = _kept_of(user.pk)
        for each in lists:
            each._note_read()
        return lists

    @classmethod
    def add(cls, user: User, origin: Origin, *, name: str, **times: datetime) -> "TaskList":
        """``times``: when it was made and changed, if that was earlier. Raises
        RuleBroken, NameTaken.
        """
        task_list = cls(user=user, foreign=not origin.is_own, **_names(name), **times)
        try:
            with transaction.atomic():
                task_list._keep_new(origin)
        except IntegrityError:
            raise NameTaken from None
        return task_list

    def rename(self, origin: Origin, name: str) -> bool:
        """``False`` when it had this name. Raises RuleBroken, NameTaken."""
        names = _names(name)
        with in_line(self.user_id):
            self._lock()
            return self._change_name(ChangeKind.UPDATED, origin, **names)

    def remove(self, origin: Origin, tasks: str = "keep") -> None:
        """Delete softly. Its tasks go to the Inbox (``keep``) or are deleted with it (``delete``).

        One act, which an undo takes back whole; :meth:`restore` brings back what was deleted.
        """
        with in_line(self.user_id):
            self._lock()
            deleted = {"deleted_at": timezone.now()}
            if tasks == "delete":
                self._change_tasks(self.tasks.filter(deleted_at=None), "deleted", origin, **deleted)
            else:
                self._change_tasks(self.tasks.filter(deleted_at=None), "updated", origin, list=None)
            self._change(ChangeKind.DELETED, origin, **deleted)

    def restore(self, origin: Origin) -> bool:
        """With the tasks that were deleted with it; ``False`` when it was not deleted.

        Raises NameTaken.
        """
        with in_line(self.user_id):
            self._lock(deleted_too=True)
            if self.deleted_at is None:
                return False
            tasks = self.tasks.filter(deleted_at=self.deleted_at)
            self._change_name(ChangeKind.RESTORED, origin, deleted_at=None)
            self._change_tasks(tasks, ChangeKind.RESTORED, origin, deleted_at=None)
            return True

    def merge(self, into: "TaskList | UUID", origin: Origin) -> "TaskList":
        """Its tasks move into the other one, which is returned, and it is deleted.

        Raises RuleBroken.
        """
        key = into if isinstance(into, UUID) else into.pk
        with in_line(self.user_id):
            self._lock()
            others = TaskList.objects.filter(user=self.user_id, deleted_at=None).exclude(pk=self.pk)
            other = others.filter(pk=key).select_for_update().first()
            if other is None:
                raise rules.RuleBroken("into", "not_found", "There is no such other list.")
            self._change_tasks(self.tasks.filter(deleted_at=None), "updated", origin, list=key)
            self._change(ChangeKind.DELETED, origin, deleted_at=timezone.now())
        return other

    def _change_name(self, kind: str, origin: Origin, **fields: Any) -> bool:
        try:
            with transaction.atomic():
                return self._change(kind, origin, **fields)
        except IntegrityError:
            raise NameTaken from None

    def _change_tasks(self, tasks: Any, kind: str, origin: Origin, **fields: Any) -> None:
        held = tasks.order_by("pk").select_for_update()
        tasks.model._change_all(held, kind, origin, **fields)
        self.__dict__.pop("open_tasks", None)  # counted before


@compiled
def _kept_of(user: int) -> models.QuerySet[TaskList]:
    return TaskList.objects.filter(user=user, deleted_at=None)


def _names(name: str) -> dict[str, str]:
    name = rules.read_list_name(name)
    key = rules.list_key(name)
    if key == INBOX:
        raise NameTaken
    return {"name": name, "name_key": key}
