"""A row whose every change leaves a line in the journal."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models import Case, Count, F, Max, Sum, Value, When
from django.db.models.functions import Cast, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.compiled import Insert, Update, Write, as_saved, compiled
from accounts.line import Place, place_of
from accounts.ownership import Recoverable, RecoverableQuerySet
from accounts.together import surely
from todos.models.change import ChangeKind, Origin, TaskChange

Row = TypeVar("Row", bound="Journaled", covariant=True)

AT_ONCE = 1000
"""Rows that one statement writes: a database takes so many values."""


class JournaledQuerySet(RecoverableQuerySet[Row]):
    def held(self, keys: Iterable[UUID]) -> dict[UUID, Row]:
        """Those of these ids that there are, by id, kept from others until the transaction ends.

        Who calls it waits in line before, as those do who then change them.
        """
        rows = self.filter(pk__in=keys).order_by("pk").select_for_update()
        return {row.pk: row for row in rows}

    def purge(self) -> int:
        """Delete for ever, with what the journal tells of them, so no act takes it back; how many.

        Steps of such tasks, and what is in such lists, stay without them.
        """
        _all, rows = self.delete()
        return rows.get(self.model._meta.label, 0)

    def state(self) -> tuple[Any, ...]:
        """Another one once any of these rows has changed, was added or is gone."""
        state = self.order_by().aggregate(Count("pk"), Sum("version"), Max("updated_at"))
        return tuple(state.values())

    def write(self, rows: Sequence[Any], names: Iterable[str]) -> None:
        """Keep these fields of held rows of one user, in one statement for a thousand.

        What is deleted goes before the rest, which may take its place.
        """
        now = timezone.now()
        fields = [field for field in self.model._meta.fields if field.name in names]
        for is_deleted in (True, False):
            chosen = [row for row in rows if (row.deleted_at is not None) == is_deleted]
            for start in range(0, len(chosen), AT_ONCE):
                part = chosen[start : start + AT_ONCE]
                values = {field.attname: _values_of(part, field) for field in fields}
                rows_of_it = self.filter(user=part[0].user_id, pk__in=[row.pk for row in part])
                rows_of_it.update(**values, updated_at=now, version=F("version") + 1)
        for row in rows:
            row.updated_at = now
            row.version += 1


class Journaled(Recoverable):
    """The writers below are called in a transaction, by methods of the row itself.

    ``foreign``: words in it came by other hands than the person's own.
    ``journaled_as`` is the column of the journal that names it. The journal tells all of ``TOLD``
    of a new row, and those of ``UNSET`` that are set; ``UNSET`` has what others are at first.
    """

    foreign = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    journaled_as: ClassVar[str]
    TOLD: ClassVar[tuple[str, ...]]
    UNSET: ClassVar[dict[str, Any]] = {"deleted_at": None}

    _read_at: tuple[Place, int] | None = None
    _with_steps = False

    class Meta:
        abstract = True

    def _lock(self, *, deleted_too: bool = False, steps_too: bool = False) -> None:
        """Read the row anew and keep others from changing it until the transaction ends.

        Not again, where nobody can have changed it since. Raises ``DoesNotExist`` when somebody
        else has deleted it meanwhile.
        """
        if not self._is_as_read(steps_too=steps_too):
            row = self._held_anew(steps_too=steps_too)
            if row is None or (row.deleted_at and not deleted_too):
                raise type(self).DoesNotExist
            self._become(row)

    def _held_anew(self, *, steps_too: bool) -> Any:
        """The row as it is now, held; None where it is gone."""
        return next(iter(_held(self)), None)

    def _become(self, row: Any) -> None:
        """As that one was read."""
        for field in self._meta.concrete_fields:
            setattr(self, field.attname, getattr(row, field.attname))
        self._state.fields_cache |= row._state.fields_cache
        self._note_read(steps_too=row._with_steps)

    def _note_read(self, *, steps_too: bool = False) -> None:
        """Just now, and nobody else changes it as long as its owner is in line."""
        place = place_of(self.user_id)
        self._read_at = (place, len(place.changed)) if place else None
        self._with_steps = steps_too

    def _is_as_read(self, *, steps_too: bool = False) -> bool:
        """Whether it and what was read with it is known to be as it was read."""
        place, since = self._read_at or (None, 0)
        if place is None or place is not place_of(self.user_id) or steps_too > self._with_steps:
            return False
        read = self._read_with()
        return all(key not in read and above != self.pk for key, above in place.changed[since:])

    def _read_with(self) -> set[UUID | None]:
        return {self.pk}

    def value(self, name: str) -> Any:
        """As the journal has it: of another row the id."""
        return getattr(self, _column(self, name))

    def _assign(self, name: str, value: Any) -> None:
        setattr(self, _column(self, name), value)

    def _change(self, kind: str, origin: Origin, **fields: Any) -> bool:
        """``False`` when nothing differs. Another row is given by its id."""
        line = self._set(kind, origin, **fields)
        if line is None:
            return False
        self.updated_at = timezone.now()
        self.version += 1
        surely(_changed, self, line, names=frozenset(line.after))
        return True

    def _set(self, kind: str, origin: Origin, **fields: Any) -> TaskChange | None:
        """Without saving it; returns the line to be saved with it, None when nothing differs."""
        if fields.get("deleted_at"):
            origin.check_deletion()
        if not (origin.is_own or kind == ChangeKind.UNDONE) and self._gets_words(fields):
            fields["foreign"] = True
        before = {name: self.value(name) for name in fields}
        changed = [name for name, value in fields.items() if before[name] != value]
        if not changed:
            return None
        for name in changed:
            self._assign(name, fields[name])
        return self._line(
            kind,
            origin,
            {name: before[name] for name in changed},
            {name: fields[name] for name in changed},
        )

    @classmethod
    def _change_all(cls, rows: Iterable[Any], kind: str, origin: Origin, **fields: Any) -> bool:
        """The same change of several held rows, in as many statements as of one."""
        return cls._change_each([(row, fields) for row in rows], kind, origin)

    @classmethod
    def _change_each(
        cls, changes: Iterable[tuple[Any, dict[str, Any]]], kind: str, origin: Origin
    ) -> bool:
        """A change of each held row, in as many statements as of one; ``False``: none differs."""
        made = [(row, row._set(kind, origin, **fields)) for row, fields in changes]
        changed = [(row, line) for row, line in made if line]
        if changed:
            names = {name for _, line in changed for name in line.after}
            cls.objects.write([row for row, _ in changed], names)  # type: ignore[attr-defined]
            TaskChange.objects.bulk_create([line for _, line in changed])
        return bool(changed)

    def _gets_words(self, fields: dict[str, Any]) -> bool:
        return any(fields[name] != getattr(self, name) for name in WORDS if name in fields)

    def _keep_new(self, origin: Origin, *names: str) -> None:
        """A row that was not kept before, and its line; also with ``names``."""
        surely(_added, self, self._creation(origin, *names))
        as_saved(self)

    def _creation(self, origin: Origin, *names: str) -> TaskChange:
        """The line of a new row; also with ``names``."""
        is_set = [name for name, unset in self.UNSET.items() if self.value(name) != unset]
        after = {name: self.value(name) for name in (*self.TOLD, *names, *is_set)}
        return self._line(ChangeKind.CREATED, origin, {}, after)

    def _line(
        self, kind: str, origin: Origin, before: dict[str, Any], after: dict[str, Any]
    ) -> TaskChange:
        origin.check_consent()
        origin.touched.setdefault(kind, set()).add(self.pk)
        if place := place_of(self.user_id):
            place.changed.append((self.pk, getattr(self, "parent_id", None)))
        return TaskChange(
            **{f"{self.journaled_as}_id": self.pk},
            user_id=self.user_id,
            kind=kind,
            before=before,
            after=after,
            source=origin.source,
            format=origin.format,
            act=origin.act,
            tool_call_id=origin.tool_call_id,
            conversation_id=origin.conversation_id,
            key=origin.key,
        )


@compiled
def _held(row: Journaled) -> models.QuerySet[Any]:
    rows = type(row)._default_manager.filter(pk=row.pk, user=row.user_id)
    return rows.select_related("user").select_for_update(of=("self",))


@compiled
def _added(row: Journaled, line: TaskChange) -> tuple[Write, ...]:
    line.changed_at = Now()
    return Insert(row), Insert(line)


@compiled
def _changed(row: Journaled, line: TaskChange, *, names: frozenset[str]) -> tuple[Write, ...]:
    """``names`` of the fields that are other than they were."""
    rows = type(row)._default_manager.filter(pk=row.pk, user=row.user_id)
    line.changed_at = Now()
    values = {name: row.value(name) for name in ("updated_at", "version", *sorted(names))}
    return Update(rows, **values), Insert(line)


WORDS = ("title", "notes", "tags", "name")
"""What somebody else may have written, to be read by a model."""


def _column(row: models.Model, name: str) -> str:
    return row._meta.get_field(name).attname  # type: ignore[union-attr]


def _values_of(rows: Sequence[Any], field: models.Field[Any, Any]) -> Any:
    """What an UPDATE sets the column to: the value that all share, or that of each."""
    values = [getattr(row, field.attname) for row in rows]
    if all(value == values[0] for value in values):
        return values[0]
    cases = [
        When(pk=row.pk, then=Value(value, None if value is None else field))
        for row, value in zip(rows, values, strict=True)
    ]
    value = Case(*cases, output_field=field)
    return Cast(value, field) if connection.features.requires_casted_case_in_updates else value
