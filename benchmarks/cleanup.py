"""What clean-up takes: ``python -m benchmarks.cleanup --database postgresql``.

Purges ten thousand conversations of twenty messages, and a tenth of that. For each it prints the
seconds, the peak of the memory, and how long the longest of the writes took that somebody else
made meanwhile; it fails when a row is left.
"""

import argparse
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import timedelta
from tempfile import TemporaryDirectory

import django
from django.core.management import call_command
from django.utils import timezone

from tests.servers import ROOT, Postgres

TURNS = 10  # of each conversation


def measure(conversations: int) -> None:
    from accounts.models import User
    from conversations.models import Conversation
    from tests.seeding import seed

    seed(conversations, TURNS, then=timezone.now() - timedelta(days=40))
    mine = Conversation.objects.create(user=User.objects.create(username="busy"))
    command = [sys.executable, "manage.py", "cleanup_conversations"]
    beginning, longest = time.perf_counter(), 0.0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        ended = 0
        while not ended:
            clock = time.perf_counter()
            mine.rename("Still here")
            longest = max(longest, time.perf_counter() - clock)
            time.sleep(0.02)
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - beginning
    if process.returncode or Conversation.objects.get() != mine:
        raise SystemExit("It has failed, or has left something.")
    User.objects.all().delete()
    megabytes = usage.ru_maxrss / 1024
    print(f"{conversations:13}{seconds:9.1f}{megabytes:9.1f}{1000 * longest:9.0f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="cleanup", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--conversations", type=int, default=10_000)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="todo-chat-cleanup-"))
        postgres = stack.enter_context(Postgres()) if options.database == "postgresql" else None
        os.environ |= {
            "DATABASE_URL": postgres.url if postgres else f"sqlite:///{folder}/db.sqlite3",
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ENV_FILE": f"{folder}/no.env",
        }
        django.setup()
        call_command("migrate", verbosity=0)
        print(f"{'conversations':13}{'s':>9}{'MB':>9}{'wait ms':>9}")
        measure(options.conversations // 10)
        measure(options.conversations)


if __name__ == "__main__":
    main()
