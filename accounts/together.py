"""Writes that are told in one statement with those that come next."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from itertools import accumulate
from typing import Any, ParamSpec

from django.db import DatabaseError, connection

from accounts.compiled import MOST, in_one, writes_of
from accounts.statements import Statement

Args = ParamSpec("Args")

_held_back: ContextVar["HeldBack | None"] = ContextVar("held_back", default=None)


class HeldBack:
    """What is still to be told. It is told before anything else is, so who asks finds it done."""

    def __init__(self) -> None:
        self._writes: list[Statement] = []
        self._values: list[Any] = []

    def add(self, write: Statement, values: list[Any]) -> None:
        if any(_touch_one_row(each, write) for each in self._writes):
            self.tell()
        self._writes.append(write)
        self._values += values

    def tell(self) -> None:
        writes, values = self._writes, self._values
        self._writes, self._values = [], []
        if writes:
            done = _joined(*writes).run(values)
            _all_of(done if isinstance(done, list) else [done])

    def before(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        """Of a savepoint that is taken back nothing is told, as it is told when one begins."""
        if sql.startswith("ROLLBACK TO "):
            self._writes, self._values = [], []
        self.tell()
        return execute(sql, params, many, context)


@contextmanager
def together() -> Iterator[None]:
    """Within it writes that surely find their rows wait for those that follow, and PostgreSQL is
    told them in one statement: when something else is asked, and at its end. In a transaction.
    """
    if connection.vendor != "postgresql" or _held_back.get():
        yield
        return
    held_back = HeldBack()
    mine = _held_back.set(held_back)
    try:
        with connection.execute_wrapper(held_back.before):
            yield
            held_back.tell()
    finally:
        _held_back.reset(mine)


def surely(write: Callable[Args, Any], *arguments: Args.args, **constants: Args.kwargs) -> None:
    """Make a compiled write, whose rows are there. Raises DatabaseError, maybe at the end of
    ``together``, where they are not any more.
    """
    held_back = _held_back.get()
    if held_back is None:
        done = write(*arguments, **constants)
        _all_of(done if isinstance(done, list) else [done])
        return
    for each in writes_of(write, arguments, constants):
        held_back.add(each, each.values(arguments))


@lru_cache(MOST)
def _joined(*writes: Statement) -> Statement:
    """Of the values of all."""
    firsts = accumulate((len(write.places) for write in writes), initial=0)
    kept = [write.kept(first) for write, first in zip(writes, firsts, strict=False)]
    return in_one(kept) if len(kept) > 1 else kept[0]


def _all_of(done: list[int]) -> None:
    if not all(done):
        raise DatabaseError("Such a row of that owner is not there any more.")


def _touch_one_row(one: Statement, other: Statement) -> bool:
    """Perhaps: of two in one statement PostgreSQL would do one, or do them in any order."""
    (deed, table), (its_deed, its_table) = (_about(each) for each in (one, other))
    return table == its_table and {deed, its_deed} != {"INSERT"}


def _about(write: Statement) -> tuple[str, str]:
    deed, _, rest = write.sql.partition(" ")
    return deed, rest.split('"')[1]
