"""What numbers over many rows are made of, the same on PostgreSQL and on SQLite."""

import json
from typing import Any

from django.db.models import Aggregate, CharField, Field, FloatField, Func


class Percentiles(Aggregate):
    """The half of the values is at most the first, and 95 of 100 are at most the second.

    Between two values in proportion. NULL does not count; of no values it is None.
    """

    FRACTIONS = [0.5, 0.95]

    function = "PERCENTILE_CONT"
    template = f"%(function)s(ARRAY{FRACTIONS}) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = Field()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = f"%(function)s(%(expressions)s, '{self.FRACTIONS}')"
        return self.as_sql(compiler, connection, template=template, **context)

    def convert_value(self, value: Any, *_: Any) -> list[float] | None:
        """PostgreSQL gives a list, SQLite a text of JSON."""
        found: list[float] | None = json.loads(value) if isinstance(value, str) else value
        return found


class Milliseconds(Func):
    """From one moment to another, whole ones."""

    template = "ROUND(EXTRACT(EPOCH FROM %(expressions)s)::float8 * 1000)"
    arg_joiner = " - "
    output_field = FloatField()

    def __init__(self, since: Any, until: Any) -> None:
        super().__init__(until, since)

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """By Julian days: Django's own difference of two times takes ten times as long."""
        return self.as_sql(
            compiler,
            connection,
            template="ROUND((JULIANDAY(%(expressions)s)) * 86400000)",
            arg_joiner=") - JULIANDAY(",
            **context,
        )


class Time(Func):
    """The hour of a moment as ``2026-11-21 12``, or its day as ``2026-11-21``, in UTC."""

    output_field = CharField()

    def __init__(self, moment: Any, letters: int) -> None:
        super().__init__(moment, letters=letters)

    template = "LEFT((%(expressions)s AT TIME ZONE 'UTC')::text, %(letters)s)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "SUBSTR(%(expressions)s, 1, %(letters)s)"
        return self.as_sql(compiler, connection, template=template, **context)
