"""Long lists, beside bare views that return the same JSON; and a page of fifty messages."""

import json
import re
from typing import Any

from benchmarks.bench import asks
from benchmarks.bench.driver import Ask, Wrong, once
from benchmarks.bench.ground import Ground
from benchmarks.bench.rounds import Measured, Way, interleaved, middle, ratio
from benchmarks.bench.rows import Person, Rows, session_of, settle
from benchmarks.bench.told import Found
from tests.servers import TodoChat

AT_ONCE = 8
LATEST, LIST = "latest 50 of 10,000 messages", "first page of 10,000 conversations"
BARE = "bare: "
UNCHANGED, PAGE = "latest 50, unchanged: 304", "the page with 50 messages"
ETAG = re.compile(rb"(?i)\r\netag: *([^\r]+)")


def reads(ground: Ground, rows: Rows, seconds: float) -> Found:
    person, long = rows.many()
    cookie = session_of(person)
    settle()
    latest, page = (
        f"/api/conversations/{long}/",
        asks.get(f"/c/{long}/", headers={"Cookie": cookie}),
    )
    ways = [
        *beside(ground, LATEST, person, latest, bare_latest(person, long)),
        *beside(ground, LIST, person, "/api/conversations/", bare_list(person)),
        way(PAGE, ground.server, Ask(page, (b"</html>",))),
    ]
    if not_modified := unchanged(ground.server, person, latest):
        ways.append(way(UNCHANGED, ground.server, not_modified))
    return tell(interleaved(ground, ways, AT_ONCE, seconds))


def beside(ground: Ground, name: str, person: Person, path: str, bare: Any) -> list[Way]:
    """Our way and the bare one, which show the same."""
    ours = Ask(asks.get(path, person.token))
    shown = json.loads(once(ground.server.port, ours).body)
    theirs = Ask(bare(shown))
    if shown != json.loads(once(ground.floors.port, theirs).body):
        raise Wrong(f"the bare view does not show what {path} shows")
    return [way(name, ground.server, ours), way(BARE + name, ground.floors, theirs)]


def way(name: str, server: TodoChat, ask: Ask) -> Way:
    return Way(name, server, lambda *_: ask)


def bare_latest(person: Person, conversation: str) -> Any:
    query = {"user": str(person.pk), "conversation": conversation}
    return lambda shown: asks.get("/latest/", **query, previous=shown["previous_messages"])


def bare_list(person: Person) -> Any:
    query = {"user": str(person.pk), "limit": "20"}
    return lambda shown: asks.get("/conversations/", **query, next=shown["next"])


def unchanged(server: TodoChat, person: Person, path: str) -> Ask | None:
    """For what has not changed since it was read; None where nothing says so."""
    etag = ETAG.search(once(server.port, Ask(asks.get(path, person.token))).head)
    if etag is None:
        return None
    headers = {"If-None-Match": etag[1].decode()}
    return Ask(asks.get(path, person.token, headers), status=304)


def tell(measured: Measured) -> Found:
    head = ("at 8 at once", "a second", "× bare", "application ms", "database ms", "work × bare")
    found = Found("Reading beside bare views", head)
    for name, taken in measured.items():
        figures = [f"{middle(taken, what):.1f}" for what in ("application", "database")]
        bare = measured.get(BARE + name, taken)
        rate, work = (str(ratio(taken, bare, what)) for what in ("rate", "work"))
        if bare is taken:
            rate = work = ""
        found.rows.append((name, f"{middle(taken, 'rate'):.0f}", rate, *figures, work))
    for name in (LATEST, LIST):
        spread = ratio(measured[name], measured[BARE + name], "rate")
        found.at_least(name, spread, 0.6, of="a bare view")
    page = middle(measured[PAGE], "application")
    found.within(f"{PAGE}: processor of the application", page, 12, " ms")
    if UNCHANGED not in measured:
        found.unknown(UNCHANGED, "304", "there is no ETag")
    return found
