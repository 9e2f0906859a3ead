"""Queries that Django compiles once a process, and that are then only filled in.

A function that builds a query is declared ``@compiled``, beside the model that it reads. It is
called once for each database with stand-ins: a row becomes a row whose columns are places for
values, another argument a place for one, of the type that its annotation names; so it is made of
named querysets like any other. Each later call fills in the values and asks the database. It
cannot depend on a value, only on keyword-only arguments: there is a query for each value of them.

What it returns says what it does: a QuerySet, ``Update``, ``Insert``, or several of these two,
which PostgreSQL is told in one statement. A test holds each against what the ORM says anew.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from inspect import Parameter, isclass, signature
from itertools import product
from operator import itemgetter
from typing import Any, ParamSpec, TypeVar, cast, overload

from django.db import DataError, connection, connections, models, transaction
from django.db.models import sql
from django.db.models.expressions import Expression
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    NamedValuesListIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.models.utils import create_namedtuple_class
from psycopg.errors import DivisionByZero

from accounts.places import Given, field_of
from accounts.statements import Statement

Args = ParamSpec("Args")
Row = TypeVar("Row")

Ask = TypeVar("Ask", bound=Callable[..., Any])

DECLARED: list["Compiled"] = []
PLANNED: list["Compiled"] = []
MOST = 500
"""Statements of one function, for whoever chooses the constants may choose many."""


class Update:
    """Of these rows; tells how many there were.

    What is to be ``returning`` PostgreSQL works out for each row once that is written.
    """

    def __init__(self, rows: models.QuerySet[Any], *, returning: Any = None, **fields: Any) -> None:
        query: Any = rows.query.chain(sql.UpdateQuery)
        query.add_update_values(fields)
        self.query = query
        self.returning = returning


class Insert:
    """These rows, with all their columns; the database takes what it makes for itself from none."""

    returning = None

    def __init__(self, *rows: models.Model) -> None:
        self.query = sql.InsertQuery(type(rows[0]))
        self.query.insert_values(rows[0]._meta.concrete_fields, list(rows))


Write = Update | Insert


class Whole(tuple[Write, ...]):
    """These writes, if each finds a row; else none of them, and NotWhole is raised."""


class NotWhole(Exception):
    """One of several writes found no row, so none is made."""


def as_value(value: Any) -> Expression:
    """Where the ORM would take a text for the name of a column."""
    return value if isinstance(value, Expression) else models.Value(value)


def as_saved(*rows: models.Model) -> None:
    """They are in the database now: to be told of rows that an ``Insert`` was made of."""
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


class Compiled:
    """What is declared: the function, and the statements made of it so far."""

    def __init__(self, build: Callable[..., Any]) -> None:
        self.build = build
        self.name = f"{build.__module__}.{build.__qualname__}"
        self._statements: dict[Any, list[Statement]] = {}

    def ask(self, arguments: Sequence[Any], constants: dict[str, Any]) -> Any:
        statements = self.statements(arguments, constants)
        if len(statements) == 1:
            return self._run(statements[0], arguments)
        done = [0] * len(statements)
        with transaction.atomic(savepoint=False):
            for number, statement in enumerate(statements):
                done[number] = statement.run(arguments)
                if not done[number]:
                    break
            if statements[0].is_whole and not all(done):
                raise NotWhole
        return done

    def _run(self, statement: Statement, arguments: Sequence[Any]) -> Any:
        try:
            return statement.run(arguments)
        except DataError as error:
            if isinstance(error.__cause__, DivisionByZero):
                raise NotWhole from None
            raise

    def ahead(self, known: dict[str, Any]) -> None:
        """Compile it before it is asked, where ``known`` has all its constants but for bools.

        With either of those, or where it has a default, which is the usual, with that alone.
        """
        parameters = signature(self.build, eval_str=True).parameters.values()
        named = {each.name: each for each in parameters if each.kind is Parameter.KEYWORD_ONLY}
        choices = [
            _usual(each) if each.annotation is bool else (known.get(name),)
            for name, each in named.items()
        ]
        kinds = [each.annotation for each in parameters if each.name not in named]
        rows = [kind for kind in kinds if isclass(kind) and issubclass(kind, models.Model)]
        if (None,) in choices or any(row._meta.abstract for row in rows):
            return
        arguments = [kind() if kind in rows else None for kind in kinds]
        for chosen in product(*choices):
            self.statements(arguments, dict(zip(named, chosen, strict=True)))

    def plan(self) -> None:
        """What is compiled of it by now."""
        for statements in [*self._statements.values()]:
            for statement in statements:
                statement.plan()

    def statements(self, arguments: Sequence[Any], constants: dict[str, Any]) -> list[Statement]:
        """As this database is told them; more than one where it takes several writes singly."""
        kinds = tuple(type(each) for each in arguments if isinstance(each, models.Model))
        which = (connection.vendor, kinds, frozenset(constants.items()))
        made = self._statements.get(which)
        if made is None:  # another thread may empty them at any moment
            if len(self._statements) >= MOST:
                self._statements.clear()
            places = _stand_ins(self.build, arguments, constants)
            made = self._statements[which] = told(self.build(*places, **constants))
        return made


def _usual(constant: Parameter) -> tuple[bool, ...]:
    return (False, True) if constant.default is Parameter.empty else (constant.default,)


@overload
def compiled(
    build: Callable[Args, models.QuerySet[Any, Row]],
) -> Callable[Args, list[Row]]: ...
@overload
def compiled(build: Callable[Args, Write]) -> Callable[Args, int]: ...
@overload
def compiled(build: Callable[Args, tuple[Write, ...]]) -> Callable[Args, list[int]]: ...
def compiled(build: Callable[..., Any]) -> Callable[..., Any]:
    """Ask the query that ``build`` returns, compiled once: its rows, or how many were written.

    Several writes are one transaction, and tell of each. Where one finds no row, no update behind
    it is made; whoever needs all of them returns a ``Whole``.
    """
    made = Compiled(build)
    DECLARED.append(made)

    @wraps(build)
    def ask(*arguments: Any, **constants: Any) -> Any:
        return made.ask(arguments, constants)

    ask.declared = made  # type: ignore[attr-defined]
    return ask


def compile_ahead(**known: Any) -> None:
    """What can be, so that nobody waits for it; for some it asks the database which one it is."""
    with transaction.atomic():  # else Django compiles no query that locks rows
        for each in DECLARED:
            each.ahead(known)


def planned_ahead(ask: Ask) -> Ask:
    """What each turn asks is declared so: see ``plan_ahead``."""
    PLANNED.append(ask.declared)  # type: ignore[attr-defined]
    return ask


def plan_ahead() -> None:
    """A connection of PostgreSQL that has planned these knows the tables of a turn."""
    if connection.vendor == "postgresql":
        for each in PLANNED:
            each.plan()


def writes_of(
    ask: Callable[..., Any], arguments: Sequence[Any], constants: dict[str, Any]
) -> list[Statement]:
    """Each by itself."""
    declared: Compiled = ask.declared  # type: ignore[attr-defined]
    return [
        part
        for whole in declared.statements(arguments, constants)
        for part in whole.parts or (whole,)
    ]


def _stand_ins(
    build: Callable[..., Any], arguments: Sequence[Any], constants: dict[str, Any]
) -> list[Any]:
    parameters = signature(build, eval_str=True).parameters
    if any(parameters[name].kind is not Parameter.KEYWORD_ONLY for name in constants):
        raise TypeError("What a query is compiled for is a keyword-only argument.")
    pairs = zip(parameters.values(), arguments, strict=False)
    return [
        _row_of(argument.__class__, number)  # of a lazy one, too
        if isinstance(argument, models.Model)
        else Given(field_of(parameter.annotation), number)
        for number, (parameter, argument) in enumerate(pairs)
    ]


def _row_of(model: type[models.Model], number: int) -> models.Model:
    row = model()
    for field in model._meta.concrete_fields:
        setattr(row, field.attname, Given(field, number, field.attname))
    return row


def told(said: models.QuerySet[Any, Any] | Write | tuple[Write, ...]) -> list[Statement]:
    if isinstance(said, models.QuerySet):
        return [_select(said)]
    writes = [_write(each) for each in (said if isinstance(said, tuple) else (said,))]
    whole = isinstance(said, Whole)
    if len(writes) > 1 and connection.vendor == "postgresql":
        return [in_one(writes, whole=whole)]
    return [replace(each, is_whole=whole) for each in writes]


def _compiler(query: sql.Query) -> Any:
    """It asks its connection so much that this thread's own is a tenth faster than the proxy."""
    return query.get_compiler(connection=connections[connection.alias])


def _select(rows: models.QuerySet[Any, Any]) -> Statement:
    compiler = _compiler(rows.query)
    text, params = compiler.as_sql()
    columns = [column for column, *_ in compiler.select]
    converters = [(place, *by) for place, by in compiler.get_converters(columns).items()]
    made = _maker(rows, compiler)

    def read(cursor: Any) -> list[Any]:
        found = cursor.fetchall()
        if converters:
            return [made(_converted(row, converters)) for row in found]
        return [made(row) for row in found]

    few = rows.query.is_sliced
    return Statement(text, params, read, gives_columns=True, is_first_few=few)


def _converted(row: Sequence[Any], converters: Sequence[Any]) -> list[Any]:
    """As a compiler of Django's does it, which would keep all that it has compiled."""
    values = list(row)
    for place, functions, expression in converters:
        for convert in functions:
            values[place] = convert(values[place], expression, connection)
    return values


def _maker(rows: Any, compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """Of a row of the answer what such a QuerySet gives for it."""
    kind, query = rows._iterable_class, rows.query
    if kind is ModelIterable:
        return _row_maker(rows.model, compiler)
    if kind is NamedValuesListIterable:
        names = rows._fields or (*query.values_select, *query.annotation_select)
        return cast(Callable[[Sequence[Any]], Any], create_namedtuple_class(*names)._make)
    if kind is FlatValuesListIterable:
        return itemgetter(0)
    if kind is ValuesListIterable:
        return tuple
    raise TypeError(f"A compiled query cannot give {kind.__name__}.")


def _row_maker(model: type[models.Model], compiler: Any) -> Callable[[Sequence[Any]], Any]:
    places = compiler.klass_info["select_fields"]
    first, behind = places[0], places[-1] + 1
    names = [column.target.attname for column, *_ in compiler.select[first:behind]]
    beside = list(compiler.annotation_col_map.items())
    others = get_related_populators(  # type: ignore[call-arg] # the stubs are those of Django 6
        compiler.klass_info, compiler.select, connection.alias
    )

    def made(row: Sequence[Any]) -> models.Model:
        instance = model.from_db(connection.alias, names, row[first:behind])
        for other in others:
            other.populate(row, instance)
        for name, place in beside:
            setattr(instance, name, row[place])
        return instance

    return made


def _write(said: Write) -> Statement:
    compiler = _compiler(said.query)
    made = compiler.as_sql()
    [(text, params)] = made if isinstance(made, list) else [made]
    if said.returning is not None and connection.vendor == "postgresql":
        more, values = compiler.compile(said.returning.resolve_expression(said.query))
        text, params = f"{text} RETURNING {more}", (*params, *values)
    return Statement(text, params, _rowcount)


def _rowcount(cursor: Any) -> int:
    return int(cursor.rowcount)


def in_one(writes: Sequence[Statement], *, whole: bool = False) -> Statement:
    """All of them, an update only behind the write before it, if that has changed a row.

    So rows are locked in this order, which PostgreSQL alone does not promise for parts of a WITH.
    Where all or none are to be made, a division by zero takes them back.
    """
    parts, counts = [], []
    for number, each in enumerate(writes):
        text = each.sql
        if number and text.startswith("UPDATE "):
            text += f" AND EXISTS(SELECT 1 FROM w{number - 1})"  # noqa: S608
        parts.append(f"w{number} AS ({text} RETURNING 1)")
        counts.append(f"(SELECT COUNT(*) FROM w{number})")  # noqa: S608
    told = ", ".join(counts)
    text = f"WITH {', '.join(parts)} SELECT {f'1 / LEAST({told})' if whole else told}"
    return Statement(text, [p for each in writes for p in each.params], _counts, writes)


def _counts(cursor: Any) -> list[int]:
    return list(cursor.fetchone())
