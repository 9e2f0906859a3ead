"""What a turn takes through each door beside our own: ``python -m benchmarks.doors``.

Plain messages are sent to a real server, which asks another real server for words that are there
at once. One user says some through each door in its turn, whole and streamed as the door can, in
a conversation of its own. It prints milliseconds of a turn and of the server's processor in it,
and both as multiples of those through our own door in the same round: the median of all rounds.
It fails when an answer is wrong, or the processor has more than 1.1 times the work.
"""

import argparse
import os
import secrets
from contextlib import ExitStack
from multiprocessing import get_context
from tempfile import TemporaryDirectory

import django

from benchmarks.overhead import serve_model
from tests.servers import Postgres


def main() -> None:
    parser = argparse.ArgumentParser(prog="doors", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=100)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="todo-chat-doors-"))
        here, there = get_context("spawn").Pipe()
        get_context("spawn").Process(target=serve_model, args=(there,), daemon=True).start()
        postgres = stack.enter_context(Postgres()) if options.database == "postgresql" else None
        os.environ |= {
            "AGENT_DAILY_TURNS": "1000000",
            "CHAT_RATE": "100000/s",
            "DATABASE_URL": postgres.url if postgres else f"sqlite:///{folder}/db.sqlite3",
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ENV_FILE": f"{folder}/no.env",
            "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
            "OPENAI_BASE_URL": here.recv(),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "WEB_CONCURRENCY": "1",
        }
        django.setup()
        from benchmarks.chaos_rows import prepare
        from benchmarks.doors_rounds import measured, report
        from tests.served.processes import Mortal

        [token], _ = prepare(1, seconds=3600)
        server = stack.enter_context(Mortal(os.environ["DATABASE_URL"]))
        if not report(list(measured(server, token, options.rounds))):
            raise SystemExit("a door has more work than 1.1 times that of our own")


if __name__ == "__main__":
    main()
