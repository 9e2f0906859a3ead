"""Every statement names the owner: what Django does to a row by its id is done by owner and id.

So that rows can be spread over servers by their owner, and each statement goes to one of them.
Django has few public hooks for that. What is used here of its insides, as of Django 5.2, is in
``INSIDES``; a test tells when it is not there any more.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import inf
from typing import Any, Self, TypeVar

from django.apps import apps
from django.db import DatabaseError, models
from django.db.models.deletion import Collector
from django.db.models.expressions import Col
from django.db.models.fields.related_lookups import RelatedExact, RelatedIn
from django.db.models.lookups import IsNull

INSIDES: dict[type, tuple[str, ...]] = {
    models.Model: ("_do_update",),
    models.QuerySet: ("_raw_delete",),
    models.ForeignKey: ("get_joining_fields", "get_extra_descriptor_filter"),
    RelatedExact: ("as_sql", "get_prep_lookup"),
    RelatedIn: ("as_sql", "get_prep_lookup"),
    Collector: ("add", "collect", "related_objects", "delete", "can_fast_delete"),
}

AT_ONCE = 1000
"""Rows that one statement deletes: a database takes so many values."""

BEHIND_THE_LINE = 3
"""The ``lock_order`` of what those who change tasks lock when they have waited in line."""

Row = TypeVar("Row", bound=models.Model, covariant=True)
Set = TypeVar("Set")
Get = TypeVar("Get")
Key = TypeVar("Key")


class OneOwnerQuerySet(models.QuerySet[Row]):
    def just(self, row: models.Model) -> Self:
        """That one, for a conditional update."""
        return self.filter(pk=row.pk, user=row.user_id)  # type: ignore[attr-defined]

    def of_same_owner(self, **columns: str) -> Self:
        """Within another query: those of the owner of its row, with the values of its columns."""
        same = {name: models.OuterRef(column) for name, column in columns.items()}
        return self.filter(user=models.OuterRef("user"), **same)

    def any_for_each(self) -> IsNull:
        """Within another query: whether there is any, looked up for each of its rows.

        Where Exists is a column, or one side of an Or, PostgreSQL may first read the rows of all
        owners, to have them at hand.
        """
        return IsNull(models.Subquery(self.values("pk")[:1]), False)

    def by_owner(self, size: int = 100) -> Iterator[tuple[int, Self]]:
        """Each owner of any of them, and those of that owner.

        Finding the owners is the one statement that reads the rows of all; it is asked for so many.
        """
        rest = owners = self.order_by("user").values_list("user", flat=True).distinct()
        while found := list(rest[:size]):
            for owner in found:
                yield owner, self.filter(user=owner)
            rest = owners.filter(user__gt=found[-1])

    def delete(self) -> tuple[int, dict[str, int]]:
        """And what goes with them."""
        rows = self.order_by().select_related(None)
        rows.query.select_for_update = False
        collector = _Collector(using=rows.db, origin=self)
        collector.collect(rows)
        return collector.delete()

    delete.queryset_only = True  # type: ignore[attr-defined]
    delete.alters_data = True  # type: ignore[attr-defined]


class OneOwner(models.Model):
    """A row with a ``user``, which is written, read anew and deleted as that user's."""

    user_id: int

    class Meta:
        abstract = True

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Any] | None = None,
    ) -> None:
        rows: Any = type(self)._base_manager.all() if from_queryset is None else from_queryset
        if "user_id" in self.__dict__:
            rows = rows.filter(user=self.user_id)
        super().refresh_from_db(using, fields, rows)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        return OneOwnerQuerySet(type(self)).just(self).delete()

    def _do_update(self, base_qs: models.QuerySet[Any], *args: Any) -> Any:
        """Where that finds none, Django would insert one: a second, of the wrong owner."""
        updated = super()._do_update(base_qs.filter(user=self.user_id), *args)
        if not updated and not self._state.adding:
            raise DatabaseError("Such a row of that owner is not there any more.")
        return updated


class OwnedForeignKey(models.ForeignKey[Set, Get]):
    """To a row of the same owner: joins say so, and look-ups by a row say whose it is."""

    def deconstruct(self) -> Any:
        """As Django's own: in the schema there is no difference."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.ForeignKey", args, kwargs

    def get_joining_fields(self, reverse_join: bool = False) -> Any:
        ids = super().get_joining_fields(reverse_join)
        owners = (_owner_of(self.model), _owner_of(self.related_model))
        return (*ids, owners[::-1] if reverse_join else owners)

    def get_extra_descriptor_filter(self, instance: Any) -> dict[str, int]:
        return {"user": instance.user_id}


class _OfOwner:
    """A look-up by rows that names their owners, where they are known."""

    lhs: Any

    def __init__(self, lhs: Any, rhs: Any) -> None:
        rows = rhs if isinstance(rhs, list | tuple | set) else [rhs]
        self._owners = sorted(
            {row.user_id for row in rows if "user_id" in getattr(row, "__dict__", ())}
        )
        super().__init__(lhs, rhs)  # type: ignore[call-arg]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Sequence[Any]]:
        sql, params = super().as_sql(compiler, connection)  # type: ignore[misc]
        if not self._owners:
            return sql, params
        column = Col(self.lhs.alias, _owner_of(self.lhs.target.model))
        owner, its_params = compiler.compile(RelatedIn(column, self._owners))
        return f"({sql} AND {owner})", (*params, *its_params)


@OwnedForeignKey.register_lookup
class _Exact(_OfOwner, RelatedExact):  # type: ignore[misc]
    pass


@OwnedForeignKey.register_lookup
class _In(_OfOwner, RelatedIn):  # type: ignore[misc]
    pass


def grouped(found: Iterable[tuple[int, Key]]) -> dict[int, list[Key]]:
    """Keys by their owners, of the pairs that a look over the rows of all has found."""
    by_owner: dict[int, list[Key]] = {}
    for owner, key in found:
        by_owner.setdefault(owner, []).append(key)
    return by_owner


def delete_with_all(user: models.Model, wait_in_line: Callable[[int], None]) -> None:
    """With each row of that user, in the caller's transaction: keys are checked at its end.

    A model may have a ``lock_order``: so others lock several rows of an owner, and so do we, lest
    each waits for the other.
    """
    owned = [
        model
        for model in apps.get_models(include_auto_created=True)
        if "user" in {field.name for field in model._meta.concrete_fields}
    ]
    for model in sorted(owned, key=_lock_order):
        if _lock_order(model) == BEHIND_THE_LINE:
            wait_in_line(user.pk)
        _delete(model._base_manager.filter(user=user.pk))
    _delete(type(user)._base_manager.filter(pk=user.pk))


def _lock_order(model: type[models.Model]) -> float:
    return getattr(model, "lock_order", inf)


def _delete(rows: Any) -> None:
    """In one statement, and none of what else may go with them."""
    rows._raw_delete(rows.db)


class _Collector(Collector):
    """Finds what is deleted together, and deletes it, as rows of the owners of the first ones."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._owners: set[int] = set()

    def add(self, objs: Any, source: Any = None, *args: Any, **kwargs: Any) -> Any:
        if source is None:
            self._owners |= {row.user_id for row in objs}
        return super().add(objs, source, *args, **kwargs)

    def related_objects(self, related_model: Any, related_fields: Any, objs: Any) -> Any:
        found = super().related_objects(related_model, related_fields, objs)
        return found.filter(user__in=self._owners)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Without signals: nobody listens to them."""
        for model, rows in reversed(self.data.items()):
            keys = [row.pk for row in rows]
            for start in range(0, len(keys), AT_ONCE):
                part = keys[start : start + AT_ONCE]
                whose = model._base_manager.filter(user__in=self._owners, pk__in=part)
                self.fast_deletes.append(whose)
        self.data.clear()
        return super().delete()


def _owner_of(model: Any) -> Any:
    return model._meta.get_field("user")
