"""What deleting a list with its tasks takes, and its undo: ``python -m benchmarks.lists``.

For a list of 50 and one of 500 tasks it prints the statements and the seconds, and at last how many
times longer ten times the tasks take; it fails when the statements grow, or an undo loses a row.
"""

import argparse
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from tempfile import TemporaryDirectory
from typing import Any

import django
from django.core.management import call_command

from tests.servers import Postgres


def measure(tasks: int) -> list[tuple[int, float]]:
    """Statements and seconds of deleting, and of the undo."""
    from accounts.models import User
    from todos.models import Origin, Task, TaskChange, TaskList

    user, origin = User.objects.create(username=f"of {tasks}"), Origin("api")
    home = TaskList.add(user, origin, name="Home")
    for number in range(tasks):
        Task.add(user, origin, title=f"Task {number}", list=home, tags=("work",))
    there = Task.objects.for_user(user).order_by("pk")
    before, wide = list(there.values_list("pk", "list", "tags")), Origin("api")
    deleting = taken(lambda: home.remove(wide, "delete"))
    undoing = taken(lambda: TaskChange.objects.of_acts([wide.act]).undo(Origin("api")))
    if list(there.all().values_list("pk", "list", "tags")) != before:
        raise SystemExit("The undo has lost something.")
    return [deleting, undoing]


def taken(do: Callable[[], object]) -> tuple[int, float]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as made:
        beginning = time.perf_counter()
        do()
    return len(made), time.perf_counter() - beginning


def tell(few: Any, many: Any) -> None:
    for name, one, other in zip(("delete", "undo"), few, many, strict=True):
        ratio = other[1] / one[1]
        print(f"{name:8}{one[0]:11}{other[0]:11}{one[1]:9.3f}{other[1]:9.3f}{ratio:8.1f}")
        if one[0] != other[0]:
            raise SystemExit("The statements grow with the tasks.")


def main() -> None:
    parser = argparse.ArgumentParser(prog="lists", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="todo-chat-lists-"))
        postgres = stack.enter_context(Postgres()) if options.database == "postgresql" else None
        os.environ |= {
            "DATABASE_URL": postgres.url if postgres else f"sqlite:///{folder}/db.sqlite3",
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ENV_FILE": f"{folder}/no.env",
        }
        django.setup()
        call_command("migrate", verbosity=0)
        print(f"{'':8}{'statements':>11}{'of 500':>11}{'s':>9}{'of 500':>9}{'times':>8}")
        tell(measure(50), measure(500))


if __name__ == "__main__":
    main()
