"""The rounds of the benchmark of the doors; Django must be set up before."""

import random
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median

import httpx2

from tests.doors.through import DOORS, EACH
from tests.served.processes import Mortal

OURS = EACH["api"]
MOST = 1.1
WARM_UP = 10  # rounds that are not counted
STILL = 0.003  # seconds in which a server comes to rest behind an answer

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
    """Of the process that serves, since it started; by its clock, as clock_getcpuclockid has it."""
    [worker] = server.workers
    return time.clock_gettime(~worker << 3 | 2)


def take_one(way: Way, where: str, http: httpx2.Client, server: Mortal) -> tuple[float, float]:
    door, id = EACH[way.door], secrets.token_hex(8)
    words = f"word {id}"
    sent = door.said(words, where, stream=way.stream, id=id if way.keyed else "")
    worked, begun = processor_seconds(server), time.perf_counter()
    answer = sent.over(http)
    passed = time.perf_counter() - begun
    time.sleep(STILL)
    worked = processor_seconds(server) - worked
    if door.reply(answer) != f"You said: {words}.":
        raise SystemExit(f"{words!r} got the answer {answer.text!r}")
    return passed, worked


def measured(server: Mortal, token: str, rounds: int) -> Iterator[Round]:
    """In each round a turn in each way, in any order; one connection is kept for all."""
    headers = {"Authorization": f"Bearer {token}"}
    http = httpx2.Client(base_url=server.url, headers=headers, timeout=60, verify=False)
    theirs = [Way(row.name, mode, row.ids) for row in DOORS for mode in row.modes]
    ways = list(dict.fromkeys([*(way.ours for way in theirs), *theirs]))
    where = {way: str(http.post("/api/conversations/", json={}).json()["id"]) for way in ways}
    for number in range(WARM_UP + rounds):
        order = random.sample(ways, len(ways))
        taken = {way: take_one(way, where[way], http, server) for way in order}
        if number >= WARM_UP:
            yield taken


def report(rounds: list[Round]) -> bool:
    """Print the medians, a line each way; whether all have at most MOST times the work."""
    print(f"{'door':36}{'turn ms':>9}{'times':>7}{'work ms':>9}{'times':>7}")
    ways = sorted(rounds[0], key=lambda way: (way.door != OURS.name, str(way)))
    turns = {way: median(taken[way][0] * 1000 for taken in rounds) for way in ways}
    works = {way: median(taken[way][1] * 1000 for taken in rounds) for way in ways}
    for way in ways:
        turn, work = turns[way], works[way]
        times = turn / turns[way.ours], work / works[way.ours]
        print(f"{way}{turn:9.1f}{times[0]:7.2f}{work:9.1f}{times[1]:7.2f}")
    return all(works[way] <= MOST * works[way.ours] for way in ways)
