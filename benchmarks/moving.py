"""A move of many rows to the other kind of database: how long it takes, and how much memory.

    python -m benchmarks.moving --rows 1000000

Rows are those of turns with a tool call each. PostgreSQL is a server of its own. It is moved by the
command that an operator runs; `MB` is the most that its process had.
"""

import argparse
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from tempfile import TemporaryDirectory

import django
from django.core.management import call_command
from django.utils import timezone

from tests.servers import ROOT, Postgres

TURNS = 10  # of each conversation
ROWS = 1 + 4 * TURNS  # of each conversation: a turn, two messages and a tool call


def move(target: str) -> None:
    command = [sys.executable, "manage.py", "move_to", target]
    beginning = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("It has failed.")
    print(f"{time.perf_counter() - beginning:.0f} s, {usage.ru_maxrss / 1024:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(prog="moving", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rows", type=int, default=1_000_000)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="todo-chat-moving-"))
        postgres = stack.enter_context(Postgres()).url
        file = f"sqlite:///{folder}/db.sqlite3"
        is_sqlite = options.database == "sqlite"
        os.environ |= {
            "DATABASE_URL": file if is_sqlite else postgres,
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ENV_FILE": f"{folder}/no.env",
        }
        django.setup()
        call_command("migrate", verbosity=0)
        seed_rows(options.rows)
        move(postgres if is_sqlite else file)


def seed_rows(count: int) -> None:
    from tests.seeding import seed

    seed(-(-count // ROWS), TURNS, then=timezone.now(), deleted=False)


if __name__ == "__main__":
    main()
