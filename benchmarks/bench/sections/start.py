"""How soon a server is there, and its first turn as quick as later ones."""

import os
import subprocess
import time
from statistics import median

from benchmarks.bench import asks, processor
from benchmarks.bench.driver import once
from benchmarks.bench.ground import Ground
from benchmarks.bench.rounds import Spread
from benchmarks.bench.rows import Person, Rows, settle
from benchmarks.bench.told import Found
from tests.servers import ROOT, TodoChat

TIMES = 3


def start(ground: Ground, rows: Rows, seconds: float) -> Found:
    [person] = rows.people("who comes first", 1, TIMES * 10, 10)
    settle()
    ready, firsts, tenths = [], [], []
    for time_ in range(TIMES):
        begun = time.monotonic()
        server = ground.serve(WEB_CONCURRENCY="1")
        assert server.pid is not None
        ready.append((time.monotonic() - begun, processor.seconds(server.pid)))
        taken = [turn(server, person, 10 * time_ + place) for place in range(10)]
        firsts.append(taken[0])
        tenths.append(median(taken[5:]))
        server.kill()
    checks = [check(ground.python) for _ in range(TIMES)]
    found = Found("The start", ("", "s", "of the processor"))
    for name, taken in (("a server with one worker answers", ready), ("manage.py check", checks)):
        passed, worked = (median(each) for each in zip(*taken, strict=True))
        found.rows.append((name, f"{passed:.2f}", f"{worked:.2f}"))
    found.rows.append(("the first turn", f"{median(firsts):.3f}", ""))
    found.rows.append(("the tenth turn", f"{median(tenths):.3f}", ""))
    found.within("worker ready", median(each[0] for each in ready), 1.5, " s")
    found.within("manage.py check", median(each[0] for each in checks), 1, " s")
    times = [first / tenth for first, tenth in zip(firsts, tenths, strict=True)]
    found.at_most("first turn of a fresh server", Spread.of(times), 1.5, of="the tenth")
    return found


def turn(server: TodoChat, person: Person, number: int) -> float:
    return once(server.port, asks.plain(person, person.conversations[number])).seconds


def check(python: str) -> tuple[float, float]:
    """Seconds, and those of the processor."""
    begun = time.monotonic()
    command = [python, "manage.py", "check"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit("manage.py check has failed")
    return time.monotonic() - begun, usage.ru_utime + usage.ru_stime
