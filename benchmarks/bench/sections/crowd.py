"""Five hundred and a thousand conversations at once, whose model takes two seconds."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import quantiles
from threading import Event, Thread

import psycopg

from benchmarks.bench import asks, processor
from benchmarks.bench.driver import Burst, each_once
from benchmarks.bench.ground import Ground
from benchmarks.bench.model import PAUSE
from benchmarks.bench.rows import Person, Rows, settle
from benchmarks.bench.told import Found
from tests.servers import TodoChat, children_of

WORKERS = 2
POOLS = 10 * WORKERS  # connections
BEGINS = 2  # seconds, in which a worker has its connections plan what is asked
CODE = re.compile(r'"code": ?"(\w+)"')
CONNECTIONS = """
    SELECT count(*), count(*) FILTER (WHERE state <> 'idle') FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"""


class Watched:
    """The most that a server and its database had in the time, seen ten times a second."""

    def __init__(self, others: int) -> None:
        self.others = others  # connections of other servers, which rest
        self.megabytes = 0.0
        self.connections = 0
        self.fewest_at_work = 10**6

    def look(self, server: TodoChat, database: psycopg.Connection | None) -> None:
        assert server.pid is not None
        self.megabytes = max(self.megabytes, processor.megabytes(server.pid))
        if database and (row := database.execute(CONNECTIONS).fetchone()):
            self.connections = max(self.connections, row[0] - self.others)
            self.fewest_at_work = min(self.fewest_at_work, row[1])


def crowd(ground: Ground, rows: Rows, seconds: float) -> Found:
    people = rows.crowd()
    settle()
    others = connections(ground)
    server = ground.serve()
    until_all_are_there(server)
    idle = megabytes(server)
    found = Found(
        "Many at once over a model that takes 2 s",
        ("", "answered", "added p50 s", "added p95 s", "MB", "connections", "at work, at least"),
    )
    each_once(server.port, [say(person, "plain", False) for person in people[:50]])
    rested = megabytes(server)
    waiting = {}
    for number in (500, 1000):
        for streamed in (False, True):
            name = f"{number} {'streamed' if streamed else 'whole'}"
            sent = [say(person, "wait", streamed) for person in people[:number]]
            with watching(ground, server, others) as watched:
                came = each_once(server.port, sent)
            waiting.setdefault(number, watched.megabytes)
            tell(found, name, number, came, watched)
    found.within("memory idle, two workers", idle, 180, " MB")
    found.within("memory at 500 waiting", waiting[500], 250, " MB")
    each = 1024 * (waiting[500] - rested) / 500
    found.within("memory of a conversation that waits", each, 150, " KB")
    server.kill()
    return found


def say(person: Person, kind: str, streamed: bool) -> asks.Ask:
    return asks.plain(person, person.conversations[0], kind, stream=streamed)


def tell(found: Found, name: str, number: int, came: Burst, watched: Watched) -> None:
    added = quantiles([each - PAUSE for each in came.times], n=100, method="inclusive")
    numbers = (f"{added[49]:.2f}", f"{added[94]:.2f}", f"{watched.megabytes:.0f}")
    at_work = (str(watched.connections), str(watched.fewest_at_work))
    if not watched.connections:
        at_work = ("", "")
    answered = f"{len(came.answers)} of {number}"
    found.rows.append((name, answered, *numbers, *at_work))
    found.at_all(f"{name}: answered", f"{answered}{why(came.failures)}", not came.failures)
    if number == 500:
        most = 0.5 if watched.connections else 0.3  # on SQLite, which has none
        found.within(f"{name}: added p95", added[94], most, " s")
    if watched.connections:
        tell_connections(found, name, watched)


def tell_connections(found: Found, name: str, watched: Watched) -> None:
    found.within(f"{name}: connections", watched.connections, POOLS)
    found.at_all(
        f"{name}: connections at work while all wait",
        f"{watched.fewest_at_work} at the fewest",
        watched.fewest_at_work == 0,
    )


def why(failures: list[str]) -> str:
    """Each kind by the code of its error, with how many there were."""
    codes = Counter(code[1] if (code := CODE.search(each)) else each[:60] for each in failures)
    return "".join(f", {number} × {code}" for code, number in codes.most_common())


@contextmanager
def watching(ground: Ground, server: TodoChat, others: int) -> Iterator[Watched]:
    watched, end = Watched(others), Event()

    def watch() -> None:
        database = psycopg.connect(ground.postgres.url) if ground.postgres else None
        while not end.wait(0.1):
            watched.look(server, database)
        if database:
            database.close()

    thread = Thread(target=watch)
    thread.start()
    try:
        yield watched
    finally:
        end.set()
        thread.join()


def connections(ground: Ground) -> int:
    if ground.postgres is None:
        return 0
    with psycopg.connect(ground.postgres.url) as database:
        row = database.execute(CONNECTIONS).fetchone()
    return int(row[0]) if row else 0


def until_all_are_there(server: TodoChat) -> None:
    """The first one answers before the last one is forked."""
    assert server.pid is not None
    while len(children_of(server.pid)) < WORKERS:
        time.sleep(0.01)
    time.sleep(BEGINS)


def megabytes(server: TodoChat) -> float:
    assert server.pid is not None
    return processor.megabytes(server.pid)
