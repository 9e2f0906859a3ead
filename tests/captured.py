"""Every statement of the product that any test makes, each held against its owner.

On PostgreSQL alone. The code that asks is the nearest of the project on the stack; what a test asks
itself is left out. Where the tables are partitioned by owner, PostgreSQL tells by its plan, too,
how many partitions of each it would read or write.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from accounts.shards import distributed
from tests.owners import ownerless
from tests.plans import explained

ROOT = f"{Path(__file__).parent.parent}/"
ADMIN = "django/contrib/admin/"
COMPILED = ("accounts/compiled.py", "accounts/statements.py")  # ask for who has declared it

OF_ALL = {
    "accounts/one_owner.py by_owner": "finds the owners, each of whom is then asked for alone",
    "accounts/one_owner.py grouped": "finds keys and their owners, and then goes owner by owner",
    "chat/finish.py look": "finds turns that were broken off, and each is then taken by itself",
    "conversations/models/leases.py in_hand": "looks at all turns of a process at once",
    "conversations/models/leases.py renew": "likewise, and renews their leases",
    "reminders/models/ringing.py _it_is_time": "finds the time zones in which it may be morning",
    "reminders/models/delivery.py channels": "finds on what channels anything waits",
    "chat/management/commands/cleanup_conversations.py handle": "counts, in a dry run",
    "chat/management/commands/cleanup_conversations.py <lambda>": "likewise",
    "conversations/models/conversation.py make_unless_known": "an id that a client has chosen",
    "conversations/models/conversation.py count_messages": "likewise",
}
"""What looks at the rows of all users by its nature, by the place that asks, and why."""
ROOMS_OF_ALL = ("oversight/", "evaluation/", "benchmarks/")
"""Of operators, who look at all; and what has a database of its own."""

Place = tuple[str, str]


class Captured:
    """Statements are looked at once, when the product first makes them."""

    def __init__(self, *, is_sharded: bool) -> None:
        self._is_sharded = is_sharded
        self._seen: set[str] = set()
        self._faults: list[str] = []
        self._tables = frozenset(model._meta.db_table for model in distributed())

    def listen(self, connection: Any, **_: Any) -> None:
        if connection.vendor == "postgresql" and self._watch not in connection.execute_wrappers:
            connection.execute_wrappers.insert(0, self._watch)  # those of tests come and go behind

    def faults(self) -> list[str]:
        """Since they were asked for."""
        found, self._faults = self._faults, []
        return found

    def _watch(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql not in self._seen and isinstance(sql, str) and (place := _place()):
            self._seen.add(sql)
            lost = ownerless(sql, params, self._tables)
            if self._is_sharded and not lost:
                lost = partitions(context["connection"], sql, params)
            if lost:
                self._faults.append(f"{place}: {', '.join(lost)} in {sql}")
        return execute(sql, params, many, context)


def _place() -> str:
    """The code of the product that asks, empty if it is none or may ask for the rows of all."""
    nearest = ""
    for file, function in _stack():
        if ADMIN in file:
            return ""
        is_ours = file.startswith(ROOT) and "/.venv/" not in file and not file.endswith(COMPILED)
        if is_ours and not nearest:
            nearest = f"{file.removeprefix(ROOT)} {function}"
    is_product = not nearest.startswith(("tests/", *ROOMS_OF_ALL)) and "/migrations/" not in nearest
    return nearest if is_product and nearest not in OF_ALL else ""


def _stack() -> Iterator[Place]:
    frame = sys._getframe(1)
    while frame := frame.f_back:  # type: ignore[assignment]
        yield frame.f_code.co_filename, frame.f_code.co_name


def partitions(connection: Any, sql: str, params: Any) -> list[str]:
    """Tables of which it would read or write several partitions."""
    if not re.match("SELECT|UPDATE|DELETE|INSERT|WITH", sql):
        return []
    is_read = sql.startswith("SELECT") and "FOR " not in sql and "pg_" not in sql
    how = "ANALYZE, TIMING OFF, SUMMARY OFF, " if is_read else ""
    [[[told]]] = explained(connection, f"EXPLAIN ({how}FORMAT JSON)", sql, params)
    touched: dict[str, set[str]] = {}
    for partition in _read(told["Plan"]):
        if found := re.fullmatch(r"(\w+)_p(\d+)", partition):
            touched.setdefault(found[1], set()).add(found[2])
    return [f"{len(each)} partitions of {name}" for name, each in touched.items() if len(each) > 1]


def _read(plan: dict[str, Any]) -> Iterator[str]:
    """The tables of a plan that are read or written; where it was run, those that truly were."""
    if plan.get("Actual Loops", 1) and "Relation Name" in plan:
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from _read(part)
