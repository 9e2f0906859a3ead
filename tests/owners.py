"""Whether a statement names one owner: of each table that is spread by owner, the rows of one.

It is read as PostgreSQL reads it: a table has the owner whom a condition names that must hold
(``user_id = 5``), and whom another one has whose ``user_id`` must be the same.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp

OWNER = "user_id"


def ownerless(sql: str, params: Sequence[Any] | None, tables: frozenset[str]) -> list[str]:
    """Of these tables those, by their aliases, of which it may reach rows of any owner.

    ``two owners``, where it names more than one.
    """
    if not any(f'"{table}"' in sql for table in tables):
        return []
    tree = _parsed(sql)
    parts = [part.this for part in tree.ctes] if isinstance(tree, exp.Query) else []
    return [lost for part in parts or [tree] for lost in _ownerless(part, params or (), tables)]


def _ownerless(tree: exp.Expression, params: Sequence[Any], tables: frozenset[str]) -> list[str]:
    if isinstance(tree, exp.Insert):
        return _of_insert(tree, params, tables)
    reading = _Reading(params, tables)
    reading.read(tree, {})
    return reading.found()


@cache
def _parsed(sql: str) -> exp.Expression:
    """Each ``%s`` as ``$1``, ``$2``, … so that its value is found again."""
    first, *rest = sql.split("%s")
    numbered = first + "".join(f"${place}{part}" for place, part in enumerate(rest, 1))
    return sqlglot.parse_one(numbered.replace("%%", "%"), dialect="postgres")


class _Reading:
    def __init__(self, params: Sequence[Any], tables: frozenset[str]) -> None:
        self._params = params
        self._tables = tables
        self._aliases: list[int] = []  # a number for each table that the statement reads or writes
        self._names: list[str] = []
        self._owners: dict[int, set[Any]] = {}

    def found(self) -> list[str]:
        named = [self._owners.get(self._root(place), set()) for place in range(len(self._names))]
        lost = [name for name, owners in zip(self._names, named, strict=True) if not owners]
        if lost:
            return lost
        return ["two owners"] if len(set().union(*named)) > 1 else []

    def read(self, tree: exp.Expression, outer: dict[str, int]) -> None:
        """A SELECT, UPDATE or DELETE, whose columns may be those of ``outer`` statements."""
        inner = dict(outer)
        for table in _tables_of(tree):
            if table.name in self._tables:
                inner[table.alias_or_name] = len(self._aliases)
                self._aliases.append(len(self._aliases))
                self._names.append(f"{table.name} {table.alias}".strip())
        for condition in _conditions(tree):
            self._note(condition, inner)
        for each in _nested(tree):
            self.read(each, inner)

    def _note(self, condition: exp.Expression, places: dict[str, int]) -> None:
        pair = _equal(condition)
        if pair is None:
            return
        sides = [_bare(side) for side in pair]
        owners = [self._place(side, places) for side in sides]
        if None not in owners:
            one, other = (self._root(place) for place in owners if place is not None)
            self._aliases[other] = one
            self._owners.setdefault(one, set()).update(self._owners.pop(other, set()))
        for place, value in zip(owners, reversed(sides), strict=True):
            if place is not None and isinstance(value, exp.Parameter | exp.Literal):
                self._owners.setdefault(self._root(place), set()).add(self._value(value))

    def _place(self, side: exp.Expression, places: dict[str, int]) -> int | None:
        is_owner = isinstance(side, exp.Column) and side.name == OWNER
        return places.get(side.table) if is_owner and isinstance(side, exp.Column) else None

    def _root(self, place: int) -> int:
        while self._aliases[place] != place:
            place = self._aliases[place]
        return place

    def _value(self, value: exp.Expression) -> Any:
        return _value(value, self._params)


def _of_insert(tree: exp.Insert, params: Sequence[Any], tables: frozenset[str]) -> list[str]:
    table = tree.this.this.name
    if table not in tables:
        return []
    place = [column.name for column in tree.this.expressions].index(OWNER)
    if isinstance(tree.expression, exp.Values):
        values = {
            _value(_bare(row.expressions[place]), params) for row in tree.expression.expressions
        }
    else:  # a list of each column
        lists = next(tree.expression.find_all(exp.Unnest)).expressions
        values = {*_value(_bare(lists[place]), params)}
    return [] if len(values) == 1 else ["two owners"]


def _tables_of(tree: exp.Expression) -> Iterator[exp.Table]:
    parts = [tree.this] if isinstance(tree, exp.Update | exp.Delete) else []
    if source := tree.args.get("from_"):
        parts.append(source.this)
    parts += [join.this for join in tree.args.get("joins") or ()]
    yield from (part for part in parts if isinstance(part, exp.Table))


def _conditions(tree: exp.Expression) -> Iterator[exp.Expression]:
    """Those that must hold of each row."""
    where = tree.args.get("where")
    joins = tree.args.get("joins") or ()
    for each in [where and where.this, *(join.args.get("on") for join in joins)]:
        if each is not None:
            yield from _parts(each)


def _parts(condition: exp.Expression) -> Iterator[exp.Expression]:
    condition = condition.unnest()
    if isinstance(condition, exp.And):
        for side in (condition.this, condition.expression):
            yield from _parts(side)
    else:
        yield condition


def _nested(tree: exp.Expression) -> Iterator[exp.Expression]:
    """The statements within it, but not those within these."""
    for child in tree.iter_expressions():
        if isinstance(child, exp.Select):
            yield child
        else:
            yield from _nested(child)


def _equal(condition: exp.Expression) -> tuple[exp.Expression, exp.Expression] | None:
    condition = condition.unnest()
    if isinstance(condition, exp.EQ):
        return condition.this, condition.expression
    if isinstance(condition, exp.In) and len(condition.expressions) == 1:
        return condition.this, condition.expressions[0]
    return None


def _bare(side: exp.Expression) -> exp.Expression:
    while isinstance(side, exp.Paren | exp.Cast):
        side = side.this
    return side


def _value(value: exp.Expression, params: Sequence[Any]) -> Any:
    if isinstance(value, exp.Parameter):
        return params[int(value.this.this) - 1]
    return int(value.this)
