"""A model that says again what it is told, and a database: what some benchmarks begin with."""

import os
import secrets
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection
from tempfile import TemporaryDirectory

import django

from tests.fakes import ScriptedServer
from tests.fakes.answers import says
from tests.fakes.prompts import words_of
from tests.servers import Postgres


def serve_model(pipe: Connection) -> None:
    server = ScriptedServer(
        answer_of=lambda body: says(f"You said: {words_of(body['messages'][-1])}.")
    )
    pipe.send(server.url)
    server.serve_forever()


def set_up(stack: ExitStack, database: str) -> None:
    """Set Django up on a database of its own, beside a model in another process."""
    folder = stack.enter_context(TemporaryDirectory(prefix="todo-chat-benchmark-"))
    here, there = get_context("spawn").Pipe()
    get_context("spawn").Process(target=serve_model, args=(there,), daemon=True).start()
    postgres = stack.enter_context(Postgres()) if database == "postgresql" else None
    model_url: str = here.recv()
    os.environ |= {
        "AGENT_DAILY_TURNS": "1000000",
        "CHAT_RATE": "100000/s",
        "DATABASE_URL": postgres.url if postgres else f"sqlite:///{folder}/db.sqlite3",
        "DATA_DIR": folder,
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": f"{folder}/no.env",
        "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
        "OPENAI_BASE_URL": model_url,
        "SECRET_KEY": secrets.token_urlsafe(48),
    }
    django.setup()
