"""Queries that take long are told in the log: their SQL, which holds none of their values."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

logger = logging.getLogger(__name__)

LONGEST = 2_000
"""Characters of a statement that are told."""


def watch(seconds: float) -> None:
    """From here on, in each connection of this process."""

    def begin(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
        if timed not in connection.execute_wrappers:
            connection.execute_wrappers.append(timed)

    def timed(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        began = monotonic()
        try:
            return execute(sql, params, many, context)
        finally:
            if (took := monotonic() - began) > seconds:
                fields = {"ms": round(took * 1000), "sql": str(sql)[:LONGEST]}
                logger.warning("a slow query", extra={"fields": fields})

    connection_created.connect(begin, weak=False, dispatch_uid="telemetry.queries")
