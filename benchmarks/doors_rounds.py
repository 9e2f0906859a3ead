"""The rounds of the benchmark of the doors; Django must be set up before."""

import os
import secrets
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import httpx2

from tests.doors.through import DOORS, EACH
from tests.served.processes import Mortal

OURS = EACH["api"]
MOST = 1.1
IN_A_ROUND = 20  # turns through each door; the kernel tells hundredths of a second
WARM_UP = 1  # rounds that are not counted
TICKS = os.sysconf("SC_CLK_TCK")

Round = dict["Way", tuple[float, float]]  # seconds of a turn, and of the processor in it


@dataclass(frozen=True)
class Way:
    """How words go through a door; ``keyed``: their message is known again by an id."""

    door: str
    stream: bool
    keyed: bool

    @property
    def ours(self) -> "Way":
        return replace(self, door=OURS.name)

    def __str__(self) -> str:
        mode = "streamed" if self.stream else "whole"
        return f"{self.door:14}{mode:10}{'with an id' if self.keyed else '':12}"


def processor_seconds(server: Mortal) -> float:
    """Of the processes that serve, since they started."""
    told = [Path(f"/proc/{process}/stat").read_text() for process in server.workers]
    fields = [each.rpartition(")")[2].split() for each in told]
    return sum(int(each[11]) + int(each[12]) for each in fields) / TICKS


def say_some(way: Way, where: str, http: httpx2.Client) -> None:
    door = EACH[way.door]
    for number in range(IN_A_ROUND):
        words = f"word {number} through {door.name}"
        id = secrets.token_hex(8) if way.keyed else ""
        answer = door.said(words, where, stream=way.stream, id=id).over(http)
        if door.reply(answer) != f"You said: {words}.":
            raise SystemExit(f"{words!r} got the answer {answer.text!r}")


def measured(server: Mortal, token: str, rounds: int) -> Iterator[Round]:
    headers = {"Authorization": f"Bearer {token}"}
    http = httpx2.Client(base_url=server.url, headers=headers, timeout=60, verify=False)
    theirs = [Way(row.name, mode, row.ids) for row in DOORS for mode in row.modes]
    ways = dict.fromkeys([*(way.ours for way in theirs), *theirs])
    where = {way: str(http.post("/api/conversations/", json={}).json()["id"]) for way in ways}
    for number in range(WARM_UP + rounds):
        taken = {}
        for way in ways:
            worked, begun = processor_seconds(server), time.perf_counter()
            say_some(way, where[way], http)
            passed = time.perf_counter() - begun
            worked = processor_seconds(server) - worked
            taken[way] = (passed / IN_A_ROUND, worked / IN_A_ROUND)
        if number >= WARM_UP:
            yield taken


def report(rounds: list[Round]) -> bool:
    """Print a line each way; whether all have at most MOST times the work."""
    print(f"{'door':36}{'turn ms':>9}{'times':>7}{'work ms':>9}{'times':>7}")
    good = True
    for way in rounds[0]:
        figures = defaultdict(list)
        for taken in rounds:
            for place, ours in enumerate(taken[way.ours]):
                figures[place].append(taken[way][place] * 1000)
                figures[place + 2].append(taken[way][place] / ours)
        turn, work, turn_times, work_times = (median(figures[place]) for place in range(4))
        print(f"{way}{turn:9.1f}{turn_times:7.2f}{work:9.1f}{work_times:7.2f}")
        good = good and work_times <= MOST
    return good
