"""What is measured, and against what: servers of their own, gone at the end of the benchmark."""

import logging
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, TypeVar
from urllib.parse import quote

import django
import psycopg
from django.core.management import call_command

from benchmarks.bench import processor
from tests.servers import ROOT, Postgres, TodoChat

THREADS = 1000  # of each worker: whichever takes those who wait for the model
STATEMENTS = "pg_stat_statements"

Served = TypeVar("Served", bound=TodoChat)


class Counting(Postgres):
    """It can count the statements that come, and does not before it is told to."""

    def options(self) -> dict[str, object]:
        return super().options() | {
            "max_connections": 200,
            "shared_preload_libraries": STATEMENTS,
        }

    def start(self) -> None:
        super().start()
        self.count("none")

    def count(self, which: Literal["none", "top"]) -> None:
        with psycopg.connect(self.url, autocommit=True) as database:
            database.execute(f"CREATE EXTENSION IF NOT EXISTS {STATEMENTS}")
            database.execute(f"ALTER SYSTEM SET {STATEMENTS}.track = '{which}'")
            database.execute("SELECT pg_reload_conf()")


class Floors(TodoChat):
    """The plain views, as Todo Chat is served."""

    def start(self) -> None:
        command = ["-m", "gunicorn", "--config", "benchmarks/bench/floors/gunicorn.py"]
        own = {
            "DATA_DIR": str(self.folder),
            "PORT": str(self.port),
            "DJANGO_SETTINGS_MODULE": "benchmarks.bench.floors.settings",
            "AGENT_TRY_AT_START": "0",
        }
        application = "benchmarks.bench.floors.wsgi"
        self._run(
            [self.python, *command, application],
            {},
            cwd=ROOT,
            env={**os.environ, **own, **self.settings},
        )


@dataclass(frozen=True)
class Work:
    """Seconds of the processor: of the application, and of PostgreSQL."""

    application: float
    database: float

    def __sub__(self, other: "Work") -> "Work":
        return Work(self.application - other.application, self.database - other.database)


@dataclass
class Ground:
    database: str
    postgres: Counting | None
    model: int  # its port
    python: str
    stack: ExitStack

    def serve(self, **settings: str) -> TodoChat:
        return self._started(TodoChat(os.environ["DATABASE_URL"], **settings))

    @cached_property
    def server(self) -> TodoChat:
        return self.serve()

    @cached_property
    def floors(self) -> Floors:
        return self._started(Floors(os.environ["DATABASE_URL"]))

    def _started(self, server: Served) -> Served:
        server.python = self.python
        return self.stack.enter_context(server)

    def work_of(self, server: TodoChat) -> Work:
        """Until now."""
        assert server.pid is not None
        database = self.postgres.pid if self.postgres else None
        return Work(processor.seconds(server.pid), processor.seconds(database) if database else 0)


@contextmanager
def ground(database: str, python: str = sys.executable) -> Iterator[Ground]:
    """Django is set up, and the tables are made; no limit of rates or turns is in the way.

    ``python`` has what is installed for what is measured.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="todo-chat-bench-"))
        postgres = stack.enter_context(Counting()) if database == "postgresql" else None
        model = stack.enter_context(_model())
        # Where it is installed, all is compiled; of three starts the first may have to do it.
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
        os.environ |= {
            "AGENT_DAILY_TURNS": "0",
            "CHAT_RATE": "1000000/s",
            "DATABASE_URL": postgres.url if postgres else f"sqlite:///{quote(folder)}/db.sqlite3",
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ENV_FILE": f"{folder}/no.env",
            "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
            "OPENAI_BASE_URL": f"http://127.0.0.1:{model}/v1",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "WEB_CONCURRENCY": "2",
            "WEB_THREADS": str(THREADS),
        }
        django.setup()
        logging.getLogger("telemetry.queries").setLevel(logging.ERROR)  # rows by the thousand
        call_command("migrate", verbosity=0)
        yield Ground(database, postgres, model, python, stack)


@contextmanager
def _model() -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.bench.model"]
    with subprocess.Popen(
        command, cwd=Path(ROOT), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()
