"""What may go wrong with a cluster, while people talk: a scene each. Django must be set up."""

import os
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from itertools import cycle
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self

import httpx2
import psycopg

from benchmarks.chaos_rows import turns, unfinished_turns
from benchmarks.invariants import violations
from tests.cluster.cluster import Cluster
from tests.cluster.people import (
    BEFORE,
    BEHIND,
    NO_RETRY_AFTER,
    Ledger,
    Load,
    Model,
    sign_in,
    until_answered,
)
from tests.cluster.release import next_version
from tests.served.processes import until
from tests.servers import ROOT, TodoChat
from todos.models import Task

OPEN = 8  # turns that wait for the model while their node stops
FAIL_TIMEOUT = 3  # seconds; 2 in the site, of which nginx counts whole ones
MOST_WAIT = 20  # seconds of a request while something is away: its own bound, and a busy machine
HALF = b"POST /api/chat/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{"
TEN_MINUTES_AHEAD = """
from datetime import timedelta
import time_machine
time_machine.travel(timedelta(minutes=10)).start()
"""
# What a request may be told, beside its answer, where a server dies.
BROKEN_OFF = ("RemoteProtocolError", "ReadError", "502", "409 turn_in_progress", "200 of_a_stream")
AWAY = ("503", "200 turn.failed", "409 turn_in_progress")


@dataclass
class Stage:
    """`faults` are all that must not have happened; `seconds` is how long a scene goes on, with so
    many people.
    """

    cluster: Cluster
    model: Model
    seconds: float
    number_of_people: int
    faults: list[str] = field(default_factory=list)
    titles: set[str] = field(default_factory=set)

    @contextmanager
    def people(self, scene: str, *may_be_told: str) -> Iterator[Ledger]:
        """They ask while the block goes on, and for a moment after it."""
        begun = time.monotonic()
        with Load(self.cluster.proxy, self.number_of_people).going_on() as ledger:
            self.more(ledger)
            yield ledger
            self.more(ledger)
        self.titles |= ledger.titles
        wrong = {
            told: n
            for told, n in ledger.failed.items()
            if not told.startswith(may_be_told) or told.endswith(NO_RETRY_AFTER)
        }
        self.faults += [f"{scene}: {n} × {told}" for told, n in wrong.items()]
        self.faults += [f"{scene}: {key} was never answered" for key in ledger.unanswered]
        took = time.monotonic() - begun
        asked = f"{took:4.0f} s {ledger.requests:6} requests, slowest {ledger.slowest:5.2f} s"
        print(f"{scene:28}{asked}, {dict(ledger.failed) or 'none'} failed", flush=True)

    def more(self, ledger: Ledger) -> None:
        """Until each has asked a few times more."""
        enough = ledger.requests + 3 * self.number_of_people
        until(lambda: ledger.requests >= enough)

    def status(self) -> set[str]:
        """What all nodes say of themselves."""
        return {ready(node)["status"] for node in self.cluster.nodes}

    def in_time(self, ledger: Ledger) -> None:
        self.must(ledger.slowest < MOST_WAIT, f"a request took {ledger.slowest:.1f} s")

    def must(self, holds: bool, what: str) -> None:
        if not holds:
            self.faults.append(what)


def ready(node: TodoChat) -> dict[str, str]:
    found: dict[str, str] = httpx2.get(f"{node.url}/health/ready/", timeout=30).json()
    return found


def token_of(node: TodoChat) -> dict[str, str]:
    """Made by it, for somebody who signs up there."""
    account = {"username": f"new{time.time_ns()}", "password": "a quiet long secret"}
    httpx2.post(f"{node.url}/api/auth/register/", json=account).raise_for_status()
    pair = httpx2.post(f"{node.url}/api/auth/token/", json=account).json()
    return {"Authorization": f"Bearer {pair['access']}"}


def a_node_is_killed(stage: Stage) -> None:
    """kill -9, one node after the other, before and after its turns have made their tasks."""
    end = time.monotonic() + stage.seconds
    with stage.people("a node is killed", *BROKEN_OFF) as ledger:
        for node in cycle(stage.cluster.nodes):
            with Waiters(stage, ledger) as waiters:
                node.kill()
                node.start()
                waiters.go_on()
            if time.monotonic() > end:
                break


def postgresql_is_away(stage: Stage) -> None:
    """It is shut down and started, then killed and started: nothing that was answered is lost."""
    postgres = stage.cluster.postgres
    for how, end in (("stopped", postgres.stop), ("killed", postgres.kill)):
        with stage.people(f"PostgreSQL is {how}", *AWAY) as ledger:
            end()
            told = ledger.requests
            time.sleep(stage.seconds / 4)
            stage.must(stage.status() == {"down"}, "nodes without a database do not say so")
            postgres.start()
            stage.must(ledger.requests > told, "nobody was told that the database is away")
            until(lambda: stage.status() == {"ok"})
        stage.in_time(ledger)


def valkey_is_away(stage: Stage) -> None:
    """It hangs, then it is stopped: all are served on, and nobody waits long."""
    valkey = stage.cluster.valkey
    hangs = partial(os.kill, valkey.pid, signal.SIGSTOP)
    goes_on = partial(os.kill, valkey.pid, signal.SIGCONT)
    for how, end, begin in (("hangs", hangs, goes_on), ("is stopped", valkey.stop, valkey.start)):
        with stage.people(f"Valkey {how}") as ledger:
            end()
            time.sleep(stage.seconds / 4)
            stage.more(ledger)
            stage.must(stage.status() == {"degraded"}, f"Valkey {how}: {stage.status()}")
            begin()
            until(lambda: stage.status() == {"ok"})
        stage.in_time(ledger)


def requests_are_half_sent(stage: Stage) -> None:
    """50 at the proxy, which leave a thread to everybody else."""
    with stage.people("50 half-sent requests"), ExitStack() as held:
        for number in range(50):
            address = (f"127.0.2.{number // 30 + 1}", 0)
            sending = socket.create_connection(("127.0.0.1", stage.cluster.proxy.port), 30, address)
            trust = stage.cluster.proxy.trust
            slow = held.enter_context(trust.wrap_socket(sending, server_hostname="localhost"))
            slow.sendall(HALF)
        time.sleep(stage.seconds / 4)


def a_clock_is_wrong(stage: Stage) -> None:
    """One node is 10 minutes ahead of its database. Tokens that it makes are good there alone."""
    nodes = ahead, _ = stage.cluster.nodes[:2]
    with TemporaryDirectory(prefix="todo-chat-clock-") as folder:
        Path(folder, "sitecustomize.py").write_text(TEN_MINUTES_AHEAD)
        ahead.stop()
        ahead.settings["PYTHONPATH"] = folder
        ahead.start()
        found = ready(ahead)
        stage.must((found["status"], found["clock"]) == ("degraded", "off"), f"{found}")
        with stage.people("a clock is 10 minutes ahead"):
            time.sleep(stage.seconds / 2)
        token = token_of(ahead)
        statuses = [
            httpx2.get(f"{node.url}/api/tasks/", headers=token).status_code for node in nodes
        ]
        stage.must(statuses == [200, 401], f"its token: {statuses}")
        del ahead.settings["PYTHONPATH"]
        ahead.stop()
        ahead.start()
        stage.must(ready(ahead)["clock"] == "ok", "its clock is still wrong")


def an_upgrade_and_back(stage: Stage) -> None:
    """Node by node, with a migration that adds; then the old code again, on the new tables."""
    _upgrade(stage, back=True)


def an_upgrade(stage: Stage) -> None:
    """For want of time: there alone."""
    _upgrade(stage, back=False)


def _upgrade(stage: Stage, *, back: bool) -> None:
    cluster = stage.cluster
    with TemporaryDirectory(prefix="todo-chat-next-") as folder:
        new = next_version(cluster, Path(folder))
        with stage.people("a rolling upgrade" + ", and back" * back) as ledger:
            cluster.manage("migrate", "--verbosity", "0", root=new)
            fit = [ready(node)["status"] for node in cluster.nodes]
            stage.must(fit == ["ok"] * len(fit), f"old nodes on new tables are {fit}")
            for root in (new, ROOT) if back else (new,):
                cluster.manage("collectstatic", "--no-input", "--verbosity", "0", root=root)
                for node in cluster.nodes:
                    roll(stage, ledger, node, root)
        with psycopg.connect(cluster.postgres.url) as rows:
            counted = rows.execute("SELECT effort, count(*) FROM todos_task GROUP BY 1").fetchall()
        stage.must({effort for effort, _ in counted} == {None, "small"}, f"efforts: {counted}")
        if back:
            cluster.manage("migrate", "todos", _before(new), "--verbosity", "0", root=new)


def _before(root: Path) -> str:
    """The migration that was the last one of the tasks before the next version's."""
    names = sorted(path.stem for path in (root / "todos/migrations").glob("0*.py"))
    return names[-2]


def roll(stage: Stage, ledger: Ledger, node: TodoChat, root: Path) -> None:
    """Stop a node while turns wait in all of them, and start it with that code."""
    with Waiters(stage, ledger) as waiters:
        stopping = waiters.threads.submit(node.stop)
        until(lambda: not listens(node))
        waiters.go_on()
        stopping.result()
    node.root = root
    node.start()
    until(lambda: ready(node)["status"] == "ok")
    time.sleep(FAIL_TIMEOUT)


def listens(node: TodoChat) -> bool:
    try:
        socket.create_connection(("127.0.0.1", node.port), timeout=1).close()
    except OSError:
        return False
    return True


class Waiters:
    """People whose turns and streams wait for the model until they may go on."""

    def __init__(self, stage: Stage, ledger: Ledger) -> None:
        self.threads, self._model = ThreadPoolExecutor(OPEN + 1), stage.model
        self._model.held.clear()
        self._model.go_on.clear()
        self._asking = []
        for number, person in enumerate(sign_in(stage.cluster.proxy, range(100, 100 + OPEN))):
            send = (person.say, person.stream)[number % 2]
            said = (BEFORE, BEHIND)[number // 2 % 2] + person.user.username
            stage.titles.add(said)
            self._asking.append(self.threads.submit(until_answered, ledger, send, said))

    def __enter__(self) -> Self:
        until(lambda: len(self._model.held) == OPEN)
        return self

    def __exit__(self, *_: object) -> None:
        self._model.go_on.set()
        self.threads.shutdown()

    def go_on(self) -> None:
        """Until each has the answer."""
        self._model.go_on.set()
        for each in self._asking:
            each.result()


SCENES = {
    "node": a_node_is_killed,
    "postgresql": postgresql_is_away,
    "valkey": valkey_is_away,
    "half": requests_are_half_sent,
    "clock": a_clock_is_wrong,
    "upgrade": an_upgrade_and_back,
    "there": an_upgrade,
}


def play(cluster: Cluster, port: int, seconds: float, people: int, names: list[str]) -> bool:
    """Whether all holds after the scenes of those names; tell what does not."""
    with Model(port) as model:
        stage = Stage(cluster, model, seconds, people)
        for name in names:
            SCENES[name](stage)
        faults = [*stage.faults, *model.refused, *settled(cluster, stage.titles)]
    for fault in faults[:40]:
        print(fault)
    return not faults


def settled(cluster: Cluster, titles: set[str]) -> list[str]:
    """When all turns have come to their end: the record, and the tasks that were promised."""
    until(lambda: not unfinished_turns())
    made = Counter(Task.objects.values_list("title", flat=True))
    lost = sorted(titles - made.keys())
    twice = [title for title, n in made.items() if n > 1]
    print(
        f"{turns()} turns, {made.total()} tasks, {len(lost)} lost, {len(twice)} twice", flush=True
    )
    return [
        *violations([]),
        *(f"lost: {title}" for title in lost),
        *(f"twice: {title}" for title in twice),
    ]
