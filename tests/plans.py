"""How the database reads what it is asked for, in its own words."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from psycopg import ClientCursor, RawCursor
from psycopg.sql import Literal


def plans(act: Callable[[], Any], table: str) -> list[str]:
    """The plan of each SELECT of ``act`` from ``table``, with the same values."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if f' FROM "{table}"' in sql and sql.startswith("SELECT"):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        act()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # which it does by itself, but not at once
    return [told(sql, params) for sql, params in asked]


def sorts(plan: str) -> bool:
    """Whether rows are put in order, which an index has them in."""
    return "Sort" in plan or "B-TREE" in plan


def told(sql: str, params: Any) -> str:
    rows = explained(connection, connection.ops.explain_query_prefix(), sql, params)
    return "\n".join(row[-1] for row in rows)


def explained(database: Any, how: str, sql: str, params: Any) -> list[Any]:
    """Past whatever listens. A compiled statement of PostgreSQL has numbers for its values."""
    if database.vendor == "sqlite":
        cursor = database.cursor()
    else:
        cursor = (RawCursor if "$1" in sql else ClientCursor)(database.connection)
    with cursor:
        cursor.execute(f"{how} {sql}", params)
        return cursor.fetchall()


def planned_once(how: str, sql: str, params: Any) -> list[Any]:
    """As PostgreSQL plans a prepared statement in the long run: without looking at values."""
    texts = [f"{{{','.join(each)}}}" if isinstance(each, list) else each for each in params]
    values = ", ".join(Literal(text).as_string() for text in texts)
    with ClientCursor(connection.connection) as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute(f"PREPARE planned_once AS {sql}")
        cursor.execute(f"{how} EXECUTE planned_once({values})")
        found = cursor.fetchall()
        cursor.execute("DEALLOCATE planned_once")
        cursor.execute("SET LOCAL plan_cache_mode = auto")
    return found
