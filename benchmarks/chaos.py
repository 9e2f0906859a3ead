"""Take turns while workers are killed: ``python -m benchmarks.chaos --database postgresql``.

Client processes send messages with keys of a pool, and send them again until they are answered,
to real workers, which ask a real server for the scripted words of a language model. Meanwhile
workers are killed with SIGKILL, one after the other, at moments that chance chooses; PostgreSQL
crashes and recovers as well. At the end what the clients were told, what the model was asked and
what the rows say must agree: it prints the figures, and fails on any violation of the invariants.
"""

import argparse
import os
import random
import secrets
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django

from benchmarks.chaos_client import Client, Plan, Send
from benchmarks.chaos_processes import Clients, Model, StormyTodoChat
from tests.servers import Postgres

CLIENTS, THREADS, CONVERSATIONS, WORKERS = 6, 4, 6, 6
LEASE, CALL_DEADLINE = 1.6, 1.3
PATIENCE = 10.0  # seconds after the end of its lease in which a turn is finished by itself
BETWEEN_KILLS = (0.25, 1.05)  # seconds
BETWEEN_RESTARTS = 7.0
BETWEEN_LINES = 5.0
SETTINGS = {
    "AGENT_LEASE": str(LEASE),
    "AGENT_CALL_DEADLINE": str(CALL_DEADLINE),
    "AGENT_FIRST_BYTE_DEADLINE": str(CALL_DEADLINE),
    "AGENT_IDLE_DEADLINE": str(CALL_DEADLINE),
    "AGENT_HISTORY_MESSAGES": "20",
    "AGENT_MAX_OPEN_TURNS": "12",
    "AGENT_DAILY_TURNS": "0",
    "CHAT_RATE": "100000/s",
    "WEB_CONCURRENCY": str(WORKERS),
    "WEB_THREADS": "16",
    "DB_POOL_MIN": "1",
}


@dataclass
class Storm:
    """``kills`` and ``restarts`` are those that were done."""

    server: StormyTodoChat
    postgres: Postgres | None
    kills: int = 0
    restarts: int = 0

    def blow(self, seconds: float) -> None:
        begun = time.monotonic()
        next_kill, next_restart, next_line = 0.0, BETWEEN_RESTARTS, BETWEEN_LINES
        while (now := time.monotonic() - begun) < seconds:
            if now > next_kill:
                self.kills += self.server.kill_one()
                next_kill = now + random.uniform(*BETWEEN_KILLS)
            if self.postgres and now > next_restart:
                self.postgres.restart("immediate")
                self.restarts += 1
                next_restart += BETWEEN_RESTARTS
            if now > next_line:
                print(f"{now:5.0f} s  {_rows().turns()} turns, {self}", flush=True)
                next_line += BETWEEN_LINES
            time.sleep(0.02)

    def __str__(self) -> str:
        return f"{self.kills} kills, {self.restarts} restarts"


def _rows() -> Any:
    """Can be imported once Django knows which database it is about."""
    from benchmarks import chaos_rows

    return chaos_rows


def run(seconds: float, postgres: Postgres | None, model: Model, server: StormyTodoChat) -> bool:
    """Whether all holds, after so many seconds of storm."""
    tokens, conversations = _rows().prepare(CONVERSATIONS, seconds)
    plan = Plan(server.port, tokens, conversations, seconds, CLIENTS * THREADS)
    storm = Storm(server, postgres)
    with server, ExitStack() as stack:
        clients = Clients(plan, CLIENTS)
        stack.callback(clients.stop)
        storm.blow(seconds)
        seen = clients.seen()
        faults = seen.pop("faults") + settle(plan)
    model.stop()
    return judge(storm, seen, faults, model.notes)


def settle(plan: Plan) -> list[str]:
    """Nobody asks for what was broken off, and it is finished; tell what is not."""
    begun = time.monotonic()
    while (left := _rows().unfinished_turns()) and time.monotonic() - begun < LEASE + PATIENCE:
        time.sleep(0.2)
    print(f"all turns finished {time.monotonic() - begun:.1f} s after the storm", flush=True)
    last = Client(plan, 0)
    for number, conversation in enumerate(plan.conversations):
        last.until_answered(Send(f"c{number}.last.0", number, conversation))
    return [f"I6 turn {turn} was not finished" for turn in left] + last.seen.faults


def judge(storm: Storm, seen: dict[str, Any], faults: list[str], notes: dict[str, Any]) -> bool:
    """Print the figures, and all that is wrong."""
    from benchmarks.invariants import overlaps, violations

    rows = _rows()
    answers, stops = seen.pop("answers"), seen.pop("stops")
    overlapping = overlaps(notes["calls"])
    wrong = [*violations(stops), *rows.untrue(answers), *faults, *notes["refused"]]
    figures = {
        "turns": rows.turns(),
        **rows.figures(),
        "kills": storm.kills,
        "restarts": storm.restarts,
        **seen,
        "statuses": dict(seen["statuses"]),
        "cancelled or deleted midway": len(stops),
        "calls of the model": notes["hits"],
        "prompts refused": len(notes["refused"]),
        "overlaps": len(overlapping),
        "violations": len(wrong),
    }
    for name, value in figures.items():
        print(f"{name:28}{value}")
    for fault in [*overlapping, *wrong][:40]:
        print(fault)
    return not overlapping and not wrong


def main() -> None:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="todo-chat-chaos-")))
        model = Model()
        stack.callback(model.stop)
        postgres = stack.enter_context(Postgres()) if options.database == "postgresql" else None
        os.environ |= SETTINGS | {
            "DATABASE_URL": postgres.url if postgres else f"sqlite:///{folder}/db.sqlite3",
            "DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ENV_FILE": str(folder / "no.env"),
            "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
            "OPENAI_BASE_URL": model.url,
            "SECRET_KEY": secrets.token_urlsafe(48),
        }
        django.setup()
        server = StormyTodoChat(os.environ["DATABASE_URL"])
        holds = run(options.seconds, postgres, model, server)
    sys.exit(not holds)


if __name__ == "__main__":
    main()
