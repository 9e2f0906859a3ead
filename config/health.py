"""Whether the process is up, and whether it can work."""

from collections.abc import Callable

from django.conf import settings
from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from redis.exceptions import RedisError

from accounts.authentication import is_staff
from agent.choice import is_configured


def alive(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


def ready(request: HttpRequest) -> JsonResponse:
    """503 when a part that is needed is down; says which, and nothing of why.

    Without its cache it works on, each process with limits of its own: 200 ``degraded``. The staff
    are told the version and the node, too.
    """
    database = _holds(_database)
    migrations = database and _holds(_migrations)  # not waited for a second time
    parts = {"database": database, "migrations": migrations, "cache": _holds(_cache)}
    status = "down" if not migrations else "ok" if parts["cache"] else "degraded"
    words = {name: "ok" if holds else "down" for name, holds in parts.items()}
    assistant = "configured" if is_configured() else "built-in"
    body = {"status": status, **words, "assistant": assistant}
    if migrations and is_staff(request):
        body |= {"version": settings.VERSION, "node": settings.NODE}
    return JsonResponse(body, status=200 if migrations else 503)


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (DatabaseError, RedisError):
        return False


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if connection.vendor == "sqlite":
        _write_and_take_back()
    return True


def _write_and_take_back() -> None:
    """On the disk, but of no effect. SQLite writes to it early what its cache has no room for."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size = 1")
        try:
            with transaction.atomic():
                cursor.execute("CREATE TABLE room AS SELECT zeroblob(65536)")
                transaction.set_rollback(True)
        finally:
            cursor.execute("PRAGMA cache_size = -2000")  # its default


def _migrations() -> bool:
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def _cache() -> bool:
    cache.set("health", "ok", 5)
    return bool(cache.get("health") == "ok")
