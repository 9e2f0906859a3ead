"""Ways of doing the same, measured in turn: a burst of each in every round, in any order.

So whatever else the machine does falls on all of them, and the ratio of two is that of one round.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median, quantiles

from benchmarks.bench.driver import Ask, burst
from benchmarks.bench.ground import Ground
from tests.servers import TodoChat

LONGEST, SHORTEST = 1.0, 0.1  # seconds of a burst
FEWEST = 3  # rounds
STILL = 0.05  # seconds in which a server comes to rest behind a burst

Asks = Callable[[int, int], Ask]


@dataclass(frozen=True)
class Way:
    name: str
    server: TodoChat
    asks: Asks


@dataclass(frozen=True)
class Taken:
    """A burst: answers a second, and milliseconds of each, of the application's processor in it,
    and of PostgreSQL's."""

    rate: float
    passed: float
    application: float
    database: float

    @property
    def work(self) -> float:
        return self.application + self.database


Measured = dict[str, list[Taken]]  # by the way, a burst of each round


def interleaved(ground: Ground, ways: list[Way], at_once: int, seconds: float) -> Measured:
    """After one round that is not counted."""
    number = max(FEWEST, round(seconds / len(ways) / LONGEST))
    each = max(SHORTEST, seconds / len(ways) / number)
    measured: Measured = {way.name: [] for way in ways}
    for way in ways:
        _take(ground, way, at_once, each)
    for _ in range(number):
        for way in random.sample(ways, len(ways)):
            measured[way.name].append(_take(ground, way, at_once, each))
    return measured


def _take(ground: Ground, way: Way, at_once: int, seconds: float) -> Taken:
    before = ground.work_of(way.server)
    came = burst(way.server.port, way.asks, at_once, seconds)
    time.sleep(STILL)
    work, number = ground.work_of(way.server) - before, len(came.answers)
    each = (1000 * work.application / number, 1000 * work.database / number)
    return Taken(came.rate, 1000 * median(came.times), *each)


@dataclass(frozen=True)
class Spread:
    """The quartiles of some figures."""

    low: float
    middle: float
    high: float

    @classmethod
    def of(cls, figures: list[float]) -> "Spread":
        return cls(*quantiles(figures, n=4, method="inclusive"))

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.low:.2f}–{self.high:.2f})"


def ratio(ours: list[Taken], theirs: list[Taken], what: str) -> Spread:
    """Of one field, in each round."""
    pairs = zip(ours, theirs, strict=True)
    return Spread.of([getattr(one, what) / getattr(other, what) for one, other in pairs])


def middle(taken: list[Taken], what: str) -> float:
    return median(getattr(each, what) for each in taken)
