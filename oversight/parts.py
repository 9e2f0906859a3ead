"""Whether the parts hold that the product stands on."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.core.cache import cache
from django.db import Error as DatabaseError
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from rest_framework_simplejwt.settings import api_settings

if TYPE_CHECKING:
    from web.cache import RedisOrMemoryCache


def parts() -> dict[str, bool]:
    """``database``, ``migrations``, ``cache``, ``clock``.

    It may wait for the database for five seconds; of one that is away the clock is not known to be
    wrong.
    """
    database = _holds(_database)
    return {
        "database": database,
        "migrations": database and _holds(_migrations),  # not waited for a second time
        "cache": _holds(_cache),
        "clock": not database or _holds(_clock),
    }


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except DatabaseError:
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


def _clock() -> bool:
    """Two nodes with the database's differ by less than what tokens allow for."""
    if connection.vendor == "sqlite":
        return True  # it has ours
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    difference: timedelta = abs(timezone.now() - theirs)
    return bool(difference < api_settings.LEEWAY / 2)


def _cache() -> bool:
    """Memory always holds."""
    return not settings.REDIS_URL or cast("RedisOrMemoryCache", cache).holds()
