"""Long lists, beside bare views that return the same JSON."""

import json
from functools import partial
from typing import Any

from benchmarks.bench import asks
from benchmarks.bench.driver import Ask, once
from benchmarks.bench.ground import Ground
from benchmarks.bench.rounds import Way, interleaved, middle, ratio
from benchmarks.bench.rows import Person, Rows, settle
from benchmarks.bench.told import Found
from tests.servers import TodoChat

AT_ONCE = 8
LATEST, LIST = "latest 50 of 10,000 messages", "first page of 10,000 conversations"
BARE = "bare: "


def reads(ground: Ground, rows: Rows, seconds: float) -> Found:
    person, conversation = rows.many()
    settle()
    latest = f"/api/conversations/{conversation}/"
    ways = []
    for name, path, bare in (
        (LATEST, latest, partial(bare_latest, conversation)),
        (LIST, "/api/conversations/", bare_list),
    ):
        ours = Ask(asks.get(path, person.token))
        shown = once(ground.server.port, ours).body
        theirs = Ask(bare(person, json.loads(shown)))
        if json.loads(shown) != json.loads(once(ground.floors.port, theirs).body):
            raise SystemExit(f"the bare view does not show what {path} shows")
        ways += [way(name, ground.server, ours), way(BARE + name, ground.floors, theirs)]
    measured = interleaved(ground, ways, AT_ONCE, seconds)
    head = ("at 8 at once", "a second", "× bare", "application ms", "database ms", "work × bare")
    found = Found("Reading beside bare views", head)
    for name, taken in measured.items():
        bare_one = measured[BARE + name.removeprefix(BARE)]
        rate, work = (ratio(taken, bare_one, what) for what in ("rate", "work"))
        parts = (f"{middle(taken, what):.1f}" for what in ("application", "database"))
        found.rows.append((name, f"{middle(taken, 'rate'):.0f}", str(rate), *parts, str(work)))
    for name in (LATEST, LIST):
        spread = ratio(measured[name], measured[BARE + name], "rate")
        found.at_least(name, spread, 0.6, of="a bare view")
    return found


def way(name: str, server: TodoChat, ask: Ask) -> Way:
    return Way(name, server, lambda *_: ask)


def bare_latest(conversation: str, person: Person, shown: Any) -> bytes:
    query = {"user": str(person.pk), "conversation": conversation}
    return asks.get("/latest/", **query, previous=shown["previous_messages"])


def bare_list(person: Person, shown: Any) -> bytes:
    query = {"user": str(person.pk), "limit": str(len(shown["results"]))}
    return asks.get("/conversations/", **query, next=shown["next"])
