"""The rounds of the benchmark of the doors; Django must be set up before."""

import os
import secrets
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import httpx2

from tests.doors.rows.row import Row
from tests.doors.through import DOORS, EACH
from tests.served.processes import Mortal

OURS = EACH["api"]
MOST = 1.1
IN_A_ROUND = 20  # turns through each door; the kernel tells hundredths of a second
WARM_UP = 1  # rounds that are not counted
TICKS = os.sysconf("SC_CLK_TCK")

Way = tuple[str, bool]  # of a turn: the name of its door, and whether it is streamed
Round = dict[Way, tuple[float, float]]  # seconds of a turn, and of the processor in it


def processor_seconds(server: Mortal) -> float:
    """Of the processes that serve, since they started."""
    told = [Path(f"/proc/{process}/stat").read_text() for process in server.workers]
    fields = [each.rpartition(")")[2].split() for each in told]
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS


def say_some(door: Row, where: str, http: httpx2.Client, *, stream: bool) -> None:
    for number in range(IN_A_ROUND):
        words = f"word {number} through {door.name}"
        answer = door.said(words, where, stream=stream, id=secrets.token_hex(8)).over(http)
        if door.reply(answer) != f"You said: {words}.":
            raise SystemExit(f"{words!r} got the answer {answer.text!r}")


def measured(server: Mortal, token: str, rounds: int) -> Iterator[Round]:
    headers = {"Authorization": f"Bearer {token}"}
    http = httpx2.Client(base_url=server.url, headers=headers, timeout=60, verify=False)
    where = {
        (row.name, stream): str(http.post("/api/conversations/", json={}).json()["id"])
        for row in DOORS
        for stream in row.modes
    }
    for number in range(WARM_UP + rounds):
        taken = {}
        for (name, stream), conversation in where.items():
            worked, begun = processor_seconds(server), time.perf_counter()
            say_some(EACH[name], conversation, http, stream=stream)
            passed = time.perf_counter() - begun
            taken[name, stream] = (
                passed / IN_A_ROUND,
                (processor_seconds(server) - worked) / IN_A_ROUND,
            )
        if number >= WARM_UP:
            yield taken


def report(rounds: list[Round]) -> bool:
    """Print a line each way; whether all have at most MOST times the work."""
    print(f"{'door':20}{'':10}{'turn ms':>9}{'times':>7}{'work ms':>9}{'times':>7}")
    good = True
    for name, stream in rounds[0]:
        figures = defaultdict(list)
        for taken in rounds:
            for place, ours in enumerate(taken[OURS.name, stream]):
                figures[place].append(taken[name, stream][place] * 1000)
                figures[place + 2].append(taken[name, stream][place] / ours)
        turn, work, turn_times, work_times = (median(figures[place]) for place in range(4))
        mode = "streamed" if stream else "whole"
        print(f"{name:20}{mode:10}{turn:9.1f}{turn_times:7.2f}{work:9.1f}{work_times:7.2f}")
        good = good and work_times <= MOST
    return good
