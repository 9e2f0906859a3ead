"""Rows as they are read from one database and written to another, a few at a time."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.apps import apps
from django.core.management.base import CommandError
from django.db import DataError, IntegrityError, connections, models, reset_queries, transaction
from django.db.models.query import QuerySet

Table = type[models.Model]
Values = tuple[Any, ...]

AT_ONCE = 500
UNKEPT = (DataError, IntegrityError, ValueError)
FILES_AT_ONCE = 4  # of 20 MB, it may be


def all_models() -> list[Table]:
    """Those with a table of ours, also of the pairs between two of them."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


def tables(alias: str) -> list[str]:
    """The names of those that are there."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        there = {*connection.introspection.table_names(cursor)}
    return [model._meta.db_table for model in all_models() if model._meta.db_table in there]


def rows_of(model: Table, alias: str) -> QuerySet[Any]:
    """Every one, whatever the model's managers leave out or ask for."""
    return QuerySet(model, using=alias).order_by()


def read(model: Table, alias: str) -> Iterator[list[Values]]:
    """All rows, as the values of their columns."""
    names = [field.attname for field in model._meta.concrete_fields]
    binary = any(isinstance(field, models.BinaryField) for field in model._meta.concrete_fields)
    size = FILES_AT_ONCE if binary else AT_ONCE
    rows = rows_of(model, alias).values_list(*names).iterator(chunk_size=size)
    while batch := list(islice(rows, size)):
        yield batch
        reset_queries()  # which Django keeps with DEBUG


def write(model: Table, alias: str, batch: list[Values]) -> None:
    """Those that are not there yet. Raises CommandError where one cannot be kept there."""
    try:
        _insert(model, alias, batch)
    except UNKEPT as error:
        for values in batch:
            _insert_alone(model, alias, values)
        raise error


def check_sum(batch: list[Values]) -> int:
    """The same for equal rows in any order, within this process; sums of batches add up."""
    return sum(hash(_frozen(values)) for values in batch)


def _insert(model: Table, alias: str, batch: list[Values]) -> None:
    names = [field.attname for field in model._meta.concrete_fields]
    rows = [model.from_db(alias, names, values) for values in batch]
    with transaction.atomic(using=alias):
        rows_of(model, alias).bulk_create(rows, ignore_conflicts=True)


def _insert_alone(model: Table, alias: str, values: Values) -> None:
    try:
        _insert(model, alias, [values])
    except UNKEPT as error:
        names = [field.attname for field in model._meta.concrete_fields]
        key = values[names.index(model._meta.pk.attname)]
        reason = str(error).splitlines()[0]
        raise CommandError(f"{model._meta.label} {key} cannot be kept there: {reason}") from None


def _frozen(value: Any) -> Any:
    """Equal for what is equal, also in JSON, and to be hashed."""
    if isinstance(value, dict):
        return frozenset((key, _frozen(each)) for key, each in value.items())
    if isinstance(value, (list, tuple)):
        return tuple(_frozen(each) for each in value)
    return bytes(value) if isinstance(value, (memoryview, bytearray)) else value
