"""What a turn costs beside its model: ``python -m benchmarks.overhead --database postgresql``.

Plain messages are sent to a real server, which asks another real server for words that are there
at once; then the same is asked of that one directly. Both are done by one user and by fifty at
once, each message in a conversation of its own; then the fifty go on in one conversation each,
whose history grows. It prints milliseconds: of a turn, of the model, the difference, and then the
multiple; at the end those that a hundred messages take to be read. It fails when an answer is
wrong, or is somebody else's.
"""

import argparse
import json
import os
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPConnection
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import quantiles
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import django

from tests.fakes import ScriptedServer
from tests.fakes.answers import says
from tests.fakes.prompts import words_of
from tests.servers import Postgres, TodoChat

USERS = 50
WARM_UP = 3  # turns of each user that are not counted


@dataclass(frozen=True)
class Door:
    """Where a user can say something, in which field; without a token it is the model's own."""

    url: str
    field: str
    token: str = ""

    def say(self, text: str) -> float:
        """How many seconds the answer takes."""
        asked = [{"role": "system", "content": "Repeat."}, {"role": "user", "content": text}]
        body = json.dumps({self.field: text if self.token else asked})
        answer, seconds = self._ask("POST", urlsplit(self.url).path, body)
        if f"You said: {text}.".encode() not in answer:
            raise SystemExit(f"{text!r} got the answer {answer!r}")
        return seconds

    def read(self) -> float:
        """How many seconds it takes to read a hundred messages."""
        answer, seconds = self._ask("GET", f"{urlsplit(self.url).path}?limit=100")
        if len(json.loads(answer)["results"]) != 100:
            raise SystemExit(f"These are not a hundred messages: {answer!r}")
        return seconds

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[bytes, float]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        beginning = time.perf_counter()
        with closing(HTTPConnection(urlsplit(self.url).netloc, timeout=60)) as connection:
            connection.request(method, path, body, headers)
            answer = connection.getresponse().read()
        return answer, time.perf_counter() - beginning


def times(doors: list[Door], turns: int) -> list[float]:
    """Seconds of so many rounds, in which all speak at once."""
    seconds: list[float] = []
    with ThreadPoolExecutor(len(doors)) as threads:
        for number in range(WARM_UP + turns):
            words = [f"word {number} of user {user}" for user in range(len(doors))]
            taken = list(threads.map(Door.say, doors, words))
            seconds += taken if number >= WARM_UP else []
    return seconds


def report(name: str, *measured: list[float]) -> None:
    hundredths = [quantiles(seconds, n=100, method="inclusive") for seconds in measured]
    for percent in (50, 95):
        turn, model = (parts[percent - 1] * 1000 for parts in hundredths)
        figures = f"{turn:9.1f}{model:9.1f}{turn - model:9.1f}{turn / model:9.1f}"
        print(f"{name:14}p{percent}{figures}", flush=True)


def report_reading(name: str, seconds: list[float]) -> None:
    hundredths = quantiles(seconds, n=100, method="inclusive")
    for percent in (50, 95):
        print(f"{name:14}p{percent}{hundredths[percent - 1] * 1000:9.1f}", flush=True)


def serve_model(pipe: Connection) -> None:
    server = ScriptedServer(
        answer_of=lambda body: says(f"You said: {words_of(body['messages'][-1])}.")
    )
    pipe.send(server.url)
    server.serve_forever()


def set_up(stack: ExitStack, database: str) -> str:
    """Set Django up on a database of its own, beside a model in another process: its address."""
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
    return model_url


def main() -> None:
    parser = argparse.ArgumentParser(prog="overhead", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--turns", type=int, default=20, help="of each user")
    options = parser.parse_args()
    with ExitStack() as stack:
        model_url = set_up(stack, options.database)
        from benchmarks.chaos_rows import prepare

        users = list(zip(*prepare(USERS, seconds=3600), strict=True))
        url = stack.enter_context(TodoChat(os.environ["DATABASE_URL"])).url
        begin = [Door(f"{url}/api/chat/", "message", token) for token, _ in users]
        go_on = [
            Door(f"{url}/api/conversations/{chat}/messages/", "content", token)
            for token, chat in users
        ]
        model = Door(f"{model_url}/chat/completions", "messages")
        print(f"{options.database:17}{'turn':>9}{'model':>9}{'beyond':>9}{'times':>9}")
        alone = 5 * options.turns
        report("one", times(begin[:1], alone), times([model], alone))
        models = times([model] * USERS, options.turns)
        report("50 at once", times(begin, options.turns), models)
        report("50 going on", times(go_on, options.turns), models)
        for number in range(50 - WARM_UP - options.turns):
            go_on[0].say(f"word {number} more")
        report_reading("100 read", [go_on[0].read() for _ in range(alone)])


if __name__ == "__main__":
    main()
