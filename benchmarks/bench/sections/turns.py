"""Plain turns and turns with a tool, sixteen at once, beside the floors."""

from benchmarks.bench import asks
from benchmarks.bench.ground import Ground
from benchmarks.bench.rounds import Measured, Way, interleaved, middle, ratio
from benchmarks.bench.rows import Person, Rows, make_floor, settle
from benchmarks.bench.told import Found

AT_ONCE = 16
SAID = 60  # messages of each conversation before: more than a model is told
F1, F2, F2S = "F1: 2 INSERTs, 1 SELECT", "F2: F1 and the model", "F2, streamed"
PLAIN, TOOL = "plain turn", "tool turn"


def turns(ground: Ground, rows: Rows, seconds: float) -> Found:
    people = rows.people("talkers", AT_ONCE, 1, SAID)
    make_floor(AT_ONCE)
    settle()
    ways = [
        Way(F1, ground.floors, lambda client, _: asks.floor("/f1/", client)),
        Way(F2, ground.floors, lambda client, _: asks.floor("/f2/", client)),
        Way(F2S, ground.floors, lambda client, _: asks.floor("/f2-streamed/", client)),
        Way(PLAIN, ground.server, lambda client, _: asks.plain(*at(people, client))),
        Way(TOOL, ground.server, lambda client, _: asks.tool(*at(people, client))),
    ]
    return tell(interleaved(ground, ways, AT_ONCE, seconds))


def at(people: list[Person], client: int) -> tuple[Person, str]:
    return people[client], people[client].conversations[0]


def tell(measured: Measured) -> Found:
    head = ("at 16 at once", "a second", "× F2", "application ms", "database ms", "work × F2")
    found = Found("Turns beside the floors", head)
    for name, taken in measured.items():
        rate, work = (ratio(taken, measured[F2], what) for what in ("rate", "work"))
        parts = (f"{middle(taken, what):.1f}" for what in ("application", "database"))
        found.rows.append((name, f"{middle(taken, 'rate'):.0f}", str(rate), *parts, str(work)))
    for name, bound in ((PLAIN, 0.85), (TOOL, 0.7)):
        for floor, called in ((F2, "F2"), (F2S, "F2, streamed")):
            spread = ratio(measured[name], measured[floor], "rate")
            found.at_least(f"{name} at 16", spread, bound, of=called)
    return found
