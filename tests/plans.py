"""How the database reads what it is asked for, in its own words."""

from collections.abc import Callable
from typing import Any

from django.db import connection


def plans(act: Callable[[], Any], table: str) -> list[str]:
    """The plan of each SELECT of ``act`` from ``table``, with the same values."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if f' FROM "{table}"' in sql and sql.startswith("SELECT"):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        act()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")  # which it does by itself, but not at once
        return [_plan(cursor, sql, params) for sql, params in asked]


def sorts(plan: str) -> bool:
    """Whether rows are put in order, which an index has them in."""
    return "Sort" in plan or "B-TREE" in plan


def _plan(cursor: Any, sql: str, params: Any) -> str:
    cursor.execute(f"{connection.ops.explain_query_prefix()} {sql}", params)
    return "\n".join(row[-1] for row in cursor.fetchall())
