"""The way of a move: the target is prepared, filled table by table, compared and finished."""

from collections.abc import Iterator

from django.core.management.base import CommandError
from rich.console import Console

from config.moving.places import SOURCE, TARGET, source_held
from config.moving.rows import Table, Values, all_models, check_sum, read, rows_of, write
from config.moving.target import finish, prepare
from config.moving.told import Told

Sum = tuple[int, int]
"""How many rows, and their check sum."""


def move(console: Console) -> int:
    """All rows of the source into the target, which may have a part of them; how many.

    Memory is bounded by the largest few rows. It may be killed at any time, and be run again.
    Raises CommandError.
    """
    with source_held():
        prepare()
        counts = {model: rows_of(model, SOURCE).count() for model in all_models()}
        told = Told(console, sum(counts.values()))
        with told.shown():
            for model in counts:
                _move_table(model, told)
        finish()
    return sum(counts.values())


def _move_table(model: Table, told: Told) -> None:
    """Again from its beginning where what an earlier try has left is of rows that have changed."""
    wanted = _copied(model, told)
    if _found(model, told) != wanted:
        rows_of(model, TARGET)._raw_delete(TARGET)
        wanted = _copied(model, told)
        if _found(model, told) != wanted:
            raise CommandError(f"The rows of {model._meta.label} are not the same there.")
    told.ended(model, wanted[0])


def _copied(model: Table, told: Told) -> Sum:
    told.now("copying", model)
    return _summed(_written(read(model, SOURCE), model), told)


def _found(model: Table, told: Told) -> Sum:
    told.now("comparing", model)
    return _summed(read(model, TARGET), told)


def _written(batches: Iterator[list[Values]], model: Table) -> Iterator[list[Values]]:
    for batch in batches:
        write(model, TARGET, batch)
        yield batch


def _summed(batches: Iterator[list[Values]], told: Told) -> Sum:
    rows = total = 0
    for batch in batches:
        rows, total = rows + len(batch), total + check_sum(batch)
        told.add(len(batch))
    return rows, total
