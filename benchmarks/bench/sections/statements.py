"""How many statements come to PostgreSQL for each request, as it counts them itself."""

import time
from collections.abc import Callable

import psycopg

from benchmarks.bench import asks
from benchmarks.bench.driver import Ask, Wrong, once
from benchmarks.bench.ground import STATEMENTS, Ground
from benchmarks.bench.rows import Rows, settle
from benchmarks.bench.sections.reads import UNCHANGED, unchanged
from benchmarks.bench.told import Found

WARM = 20  # turns ahead, after which each connection has been used
TIMES = 5  # requests of each kind; the least counts, for other servers look after their turns
COUNT = f"""
    SELECT coalesce(sum(calls) FILTER (WHERE query NOT IN ('BEGIN', 'COMMIT')), 0)::int,
        coalesce(sum(calls) FILTER (WHERE query = 'BEGIN'), 0)::int
    FROM {STATEMENTS}
    WHERE query NOT LIKE '%{STATEMENTS}%' AND query !~ '^SELECT (1|\\$[0-9]+) FROM ONLY '
"""
"""Without what PostgreSQL asks itself for a foreign key."""
QUIET = {"REMIND": "0", "AGENT_FINISH_TURNS": "0"}  # nothing is asked beside the requests

Counts = tuple[float, float]  # statements of data, and transactions


def statements(ground: Ground, rows: Rows, seconds: float) -> Found:
    found = Found("Statements", ("a request", "of data", "transactions"))
    if ground.postgres is None:
        found.unknown("statements", "≤ 8 and 2", "PostgreSQL alone counts them")
        return found
    many, long = rows.many()
    [person] = rows.people("who is counted", 1, 2 * TIMES, 60)
    settle()
    server = ground.serve(**QUIET)
    talk, latest = person.conversations[0], f"/api/conversations/{long}/"
    requests: dict[str, Callable[[], Ask]] = {
        "plain turn": lambda: asks.plain(person, talk),
        "plain turn, streamed": lambda: asks.plain(person, talk, stream=True),
        "plain turn after 10,000 messages": lambda: asks.plain(many, long),
        "tool turn": lambda: asks.tool(person, talk),
        "tool turn with three calls": lambda: asks.tool(person, talk, "tools"),
        "latest 50 of 10,000 messages": lambda: Ask(asks.get(latest, many.token)),
        "first page of 10,000 conversations": lambda: Ask(
            asks.get("/api/conversations/", many.token)
        ),
    }
    if unchanged(server, many, latest):
        requests[UNCHANGED] = lambda: unchanged(server, many, latest)
    for _ in range(WARM):
        once(server.port, asks.plain(person, talk))
    ground.postgres.count("top")
    with psycopg.connect(ground.postgres.url, autocommit=True) as database:
        counts = {name: count(database, server.port, each) for name, each in requests.items()}
    ground.postgres.count("none")
    server.kill()
    found.rows += [(name, f"{data:g}", f"{begun:g}") for name, (data, begun) in counts.items()]
    tell(found, counts)
    return found


def tell(found: Found, counts: dict[str, Counts]) -> None:
    plain, tool, three = (
        counts[name] for name in ("plain turn", "tool turn", "tool turn with three calls")
    )
    found.within("plain turn: statements of data", plain[0], 8)
    found.within("plain turn: transactions", plain[1], 2)
    later = counts["plain turn after 10,000 messages"]
    found.at_all(
        "… as many after 10,000 messages", f"{later[0]:g} and {later[1]:g}", later == plain
    )
    found.within("a tool call: more statements of data", tool[0] - plain[0], 3)
    found.within("each further one", (three[0] - tool[0]) / 2, 3)
    for name in ("latest 50 of 10,000 messages", "first page of 10,000 conversations"):
        found.within(f"{name}: statements", counts[name][0], 3)
    if UNCHANGED in counts:
        found.within("304: statements", counts[UNCHANGED][0], 1)
    else:
        found.unknown("304: statements", "≤ 1", "there is no ETag")


def count(database: psycopg.Connection, port: int, request: Callable[[], Ask]) -> Counts:
    once(port, request())
    counted = []
    for _ in range(TIMES):
        ask = request()
        database.execute(f"SELECT {STATEMENTS}_reset()")
        once(port, ask)
        time.sleep(0.1)  # what follows an answer comes within it
        counted.append(database.execute(COUNT).fetchone())
    data, begun = zip(*counted, strict=True)
    if not all(data):
        raise Wrong("no statement was counted")
    return min(data), min(begun)
