"""How long after the model's first word it is at the client: streamed, word by word."""

from statistics import median, quantiles

from benchmarks.bench import asks
from benchmarks.bench.driver import Wrong, burst
from benchmarks.bench.ground import Ground
from benchmarks.bench.model import FIRST_WORD
from benchmarks.bench.rows import Rows, settle
from benchmarks.bench.told import Found

BOUNDS = {1: 15, 50: 40, 200: 100}  # milliseconds, by how many are at once


def words(ground: Ground, rows: Rows, seconds: float) -> Found:
    people = rows.crowd()
    settle()
    found = Found("The first word of a streamed answer", ("at once", "turns", "p50 ms", "p95 ms"))
    for number, bound in BOUNDS.items():

        def ask(client: int, _number: int) -> asks.Ask:
            person = people[client]
            return asks.plain(person, person.conversations[0], "words", stream=True)

        came = burst(
            ground.server.port, ask, number, seconds / len(BOUNDS), begun_over=2 * FIRST_WORD
        )
        late = [1000 * each.late for each in came.answers if each.late is not None]
        if len(late) < len(came.answers):
            raise Wrong(f"{len(came.answers) - len(late)} streams did not tell when they began")
        last = quantiles(late, n=100, method="inclusive")[94] if len(late) > 1 else late[0]
        found.rows.append((str(number), str(len(late)), f"{median(late):.1f}", f"{last:.1f}"))
        told = median(late) if number == 1 else last
        found.within(f"first word at {number}{', p95' * (number > 1)}", told, bound, " ms")
    return found
