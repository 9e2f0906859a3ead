"""What grows with the rows that are there: with messages, conversations and tasks; one at once."""

import json
from collections.abc import Callable

from benchmarks.bench import asks
from benchmarks.bench.driver import Ask, once
from benchmarks.bench.ground import Ground
from benchmarks.bench.rounds import Measured, Way, interleaved, middle, ratio
from benchmarks.bench.rows import CALLS_EACH, EACH, Person, Rows, give_tasks, settle
from benchmarks.bench.told import Found

FEW = 20  # conversations of the other, and as many of theirs are gone on with
MOST = 1.1


def growth(ground: Ground, rows: Rows, seconds: float) -> Found:
    many, long = rows.many()
    [few] = rows.people("few", 1, FEW, EACH, CALLS_EACH)
    [short] = rows.people("short ones", 1, 500, 10)
    [busy] = rows.people("who has tasks", 1, FEW, EACH, CALLS_EACH)
    give_tasks(busy, rows.of(10_000))
    settle()
    found = Found("What grows", ("one at once", "ms", "times", "work ms", "times"))
    pairs = {
        "a turn after 10 and 10,000 messages": (
            going_on(ground, short, short.conversations),
            going_on(ground, many, [long]),
        ),
        "a turn with 20 and 10,000 conversations": (
            going_on(ground, few, few.conversations),
            going_on(ground, many, many.conversations[-FEW:]),
        ),
        "a tool turn with few and 10,000 tasks": (
            lambda _client, number: asks.tool(few, few.conversations[number % FEW]),
            lambda _client, number: asks.tool(busy, busy.conversations[number % FEW]),
        ),
        "the list of 20 and of 10,000 conversations": (
            page(few, "/api/conversations/"),
            page(many, "/api/conversations/"),
        ),
        "the first and last page of conversations": (
            page(many, "/api/conversations/"),
            page(many, last_page(ground, many, "/api/conversations/")),
        ),
        "the first and last page of messages": (
            page(many, f"/api/conversations/{long}/messages/"),
            page(many, last_page(ground, many, f"/api/conversations/{long}/messages/")),
        ),
    }
    for name, (few_asks, many_asks) in pairs.items():
        ways = [Way("few", ground.server, few_asks), Way("many", ground.server, many_asks)]
        tell(found, name, interleaved(ground, ways, 1, seconds / len(pairs) * 2))
    return found


def tell(found: Found, name: str, measured: Measured) -> None:
    few, many = measured["few"], measured["many"]
    passed, work = (ratio(many, few, what) for what in ("passed", "work"))
    told = [f"{middle(few, what):.1f} → {middle(many, what):.1f}" for what in ("passed", "work")]
    found.rows.append((name, told[0], str(passed), told[1], str(work)))
    found.at_most(f"{name}: p50", passed, MOST, of="few")
    found.at_most(f"{name}: processor", work, MOST, of="few")


def going_on(
    ground: Ground, person: Person, conversations: tuple[str, ...] | list[str]
) -> Callable[[int, int], Ask]:
    """In one conversation after the other, also from burst to burst."""
    begun = iter(range(10**9))
    return lambda *_: asks.plain(person, conversations[next(begun) % len(conversations)])


def page(person: Person, path: str) -> Callable[[int, int], Ask]:
    ask = Ask(asks.get(path, person.token))
    return lambda *_: ask


def last_page(ground: Ground, person: Person, path: str) -> str:
    """Its address: a whole page, which ends where the list does."""
    walked, rows = f"{path}?limit=100", []
    while walked:
        shown = json.loads(once(ground.server.port, Ask(asks.get(walked, person.token))).body)
        rows.append(len(shown["results"]))
        before, walked = walked, (shown["next"] or "").partition("127.0.0.1")[2]
    return before.replace("limit=100", f"limit={min(20, rows[-1])}")
