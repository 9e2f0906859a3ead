"""Places for values in a query that is compiled once, and how a database takes a value there."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from json import dumps
from types import NoneType
from typing import Any, get_args, get_origin
from uuid import UUID

from django.db import connection, models
from django.db.models.expressions import Expression

FIELDS: dict[Any, models.Field[Any, Any]] = {
    bool: models.BooleanField(),
    date: models.DateField(),
    datetime: models.DateTimeField(),
    dict: models.JSONField(),
    int: models.BigIntegerField(),
    str: models.TextField(),
    time: models.TimeField(),
    timedelta: models.DurationField(),
    UUID: models.UUIDField(),
}
PLAIN: dict[type[models.Field[Any, Any]], type] = {
    models.BooleanField: bool,
    models.CharField: str,
    models.TextField: str,
}
"""Of these fields such a value is as each database takes it; to prepare it takes its time."""
PLAIN_ON_POSTGRESQL: dict[type[models.Field[Any, Any]], type] = PLAIN | {
    models.BigAutoField: int,
    models.BigIntegerField: int,
    models.DateField: date,
    models.DateTimeField: datetime,
    models.DurationField: timedelta,
    models.PositiveIntegerField: int,
    models.PositiveSmallIntegerField: int,
    models.UUIDField: UUID,
}


class Several(models.Field[Any, Any]):
    """A list of values, as one: of a look-up ``among``."""

    def __init__(self, of: models.Field[Any, Any]) -> None:
        super().__init__()
        self.of = of

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        values = [self.of.get_db_prep_value(each, connection) for each in value]
        return values if connection.vendor == "postgresql" else dumps(values)


@models.Field.register_lookup
@models.ForeignKey.register_lookup
class Among(models.Lookup[Any]):
    """``in`` with one place for all the values, however many."""

    lookup_name = "among"
    rhs: Any

    def get_prep_lookup(self) -> Any:
        if isinstance(self.rhs, Expression):
            return self.rhs
        field = self.lhs.output_field
        return models.Value(self.rhs, Several(getattr(field, "target_field", field)))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, before = self.process_lhs(compiler, connection)
        values, params = self.process_rhs(compiler, connection)
        among = f"= ANY({values})"
        if connection.vendor == "sqlite":
            among = f"IN (SELECT value FROM json_each({values}))"  # noqa: S608
        return f"{column} {among}", (*before, *params)


class Place:
    """Where a value is to be."""

    kind: str
    """Its type, on PostgreSQL."""
    key: Any
    """The same of all places of one value."""

    def value(self, arguments: Sequence[Any]) -> Any:
        raise NotImplementedError


class Given(Place, Expression):
    """Of an argument, or of a column of the row that an argument is."""

    def __init__(self, field: models.Field[Any, Any], argument: int, column: str = "") -> None:
        super().__init__(output_field=getattr(field, "target_field", field))
        self.argument = argument
        self.column = column
        self.key = argument, column
        plain = PLAIN
        if connection.vendor == "postgresql":
            plain = PLAIN_ON_POSTGRESQL
            self.kind = kind_of(self.output_field)
        self.plain = plain.get(type(self.output_field))

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)

    def value(self, arguments: Sequence[Any]) -> Any:
        """As the database takes it."""
        value = arguments[self.argument]
        if self.column:
            value = getattr(value, self.column)
        if value is None or type(value) is self.plain:
            return value
        return self.output_field.get_db_prep_save(value, connection)


class Kept(Place):
    """Of what is as the database takes it already."""

    def __init__(self, kind: str, argument: int) -> None:
        self.kind = kind
        self.key = self.argument = argument

    def value(self, arguments: Sequence[Any]) -> Any:
        return arguments[self.argument]


def kind_of(field: models.Field[Any, Any]) -> str:
    """A text has no length here: as varchar(9) PostgreSQL would cut it, instead of refusing it."""
    if isinstance(field, Several):
        return f"{kind_of(field.of)}[]"
    kind = str(field.db_type(connection))
    return "text" if kind.startswith("varchar") else kind


def field_of(annotation: Any) -> models.Field[Any, Any]:
    """``list[UUID]`` is one of several, ``UUID | None`` one of those that are there."""
    if get_origin(annotation) is list:
        return Several(field_of(get_args(annotation)[0]))
    kinds = [kind for kind in get_args(annotation) if kind is not NoneType] or [annotation]
    return FIELDS[get_origin(kinds[0]) or kinds[0]]
