"""Let reminders ring while workers are killed: ``python -m benchmarks.chaos_reminders``.

Very many are due within a minute. Three processes of ``manage.py remind --watch`` tell a mail
server, webhooks and a push service of them, which are slow, down and hostile at times, and are
killed with SIGKILL, one after the other, at moments that chance chooses. At the end what has come
and what the rows say must agree: it prints the figures, and fails where a reminder is lost, an id
came twice, or more than one in twenty was late.
"""

import argparse
import os
import random
import secrets
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any, Self

import django

from benchmarks.chaos_receivers import Receivers, Taken
from tests.servers import ROOT, Postgres

WORKERS, KILLS_A_MINUTE, REMINDERS_A_MINUTE = 3, 20, 5_000
MAIL_DOWN = (0.45, 0.5)  # part of the storm in which nobody listens at the mail server's port
PATIENCE = 60.0  # seconds after the storm, and again after the calm
SHORT = 20.0  # seconds of a storm after which leases are not waited for
LATE = 60.0  # seconds, of at most one in twenty that no receiver failed


@dataclass
class Workers:
    """They take the place of one another at once."""

    log: Path
    kills: int = 0
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __enter__(self) -> Self:
        self.running = [self._start() for _ in range(WORKERS)]
        return self

    def __exit__(self, *exception: object) -> None:
        for worker in self.running:
            worker.terminate()
        for worker in self.running:
            worker.wait()

    def kill_one(self) -> None:
        place = random.randrange(WORKERS)
        self.running[place].kill()
        self.running[place].wait()
        self.running[place] = self._start()
        self.kills += 1

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "remind", "--watch"]
        with self.log.open("ab") as log:
            return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)


def _rows() -> Any:
    """Can be imported once Django knows which database it is about."""
    from benchmarks import chaos_reminders_rows

    return chaos_reminders_rows


def blow(seconds: float, workers: Workers, receivers: Receivers) -> None:
    """The storm: kills spread over all of it, and a while without the mail server."""
    begun = time.monotonic()
    number = max(1, round(KILLS_A_MINUTE * seconds / 60))
    kills = sorted(random.uniform(0, seconds) for _ in range(number))
    down = [share * seconds for share in MAIL_DOWN]
    next_line = 5.0
    while (now := time.monotonic() - begun) < seconds:
        if kills and now > kills[0]:
            workers.kill_one()
            kills.pop(0)
        if down and now > down[0]:
            receivers.mail.open() if len(down) == 1 else receivers.mail.shut()
            down.pop(0)
        if now > next_line:
            print(f"{now:5.0f} s  {len(receivers.taken)} came, {workers.kills} kills", flush=True)
            next_line += 5.0
        time.sleep(0.02)


def run(seconds: float, receivers: Receivers, log: Path) -> bool:
    """Whether all holds, after so many seconds of storm."""
    rows = _rows()
    number = round(REMINDERS_A_MINUTE * seconds / 60)
    rows.prepare(number, seconds, receivers)
    with Workers(log) as workers:
        rows.wait_for_workers()
        rows.begin()
        blow(seconds, workers, receivers)
        late = rows.wait_for(rows.untold, PATIENCE) if seconds > SHORT else []
        receivers.calm.set()
        rows.end_leases()
        lost = rows.wait_for(rows.unsettled, PATIENCE)
    return judge(number, workers, receivers.taken, late, lost)


def judge(
    number: int, workers: Workers, taken: list[Taken], late: list[str], lost: list[str]
) -> bool:
    """Print the figures, and all that is wrong."""
    rows = _rows()
    ids = [each.id for each in taken]
    delays = sorted(rows.delays(taken))
    p95 = quantiles(delays, n=20)[-1]
    wrong = [
        *(f"not told: {each}" for each in late),
        *(f"not settled: {each}" for each in lost),
        *rows.untrue(taken),
    ]
    figures = {
        "reminders": number,
        "kills": workers.kills,
        "deliveries by status": rows.statuses(),
        "attempts, most of one": rows.most_attempts(),
        "came": len(taken),
        "came again, as another attempt": len(taken)
        - len({each[:2] for each in rows.rings(taken)}),
        "ids that came twice": len(ids) - len(set(ids)),
        "late, half of them": f"{delays[len(delays) // 2]:.1f} s",
        "late, 95 of 100": f"{p95:.1f} s",
        "late, the last": f"{delays[-1]:.1f} s",
        "violations": len(wrong),
    }
    for name, value in figures.items():
        print(f"{name:32}{value}")
    for fault in wrong[:40]:
        print(fault)
    return not wrong and len(ids) == len(set(ids)) and p95 <= LATE


def main() -> None:
    parser = argparse.ArgumentParser(prog="chaos_reminders", description=__doc__)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seconds", type=float, default=60)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="todo-chat-reminders-")))
        postgres = stack.enter_context(Postgres()) if options.database == "postgresql" else None
        receivers = stack.enter_context(Receivers())
        os.environ |= {
            "DATABASE_URL": postgres.url if postgres else f"sqlite:///{folder}/db.sqlite3",
            "DATA_DIR": str(folder),
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{receivers.mail.port}/?_default_from_email=a@example.org",
            "ENV_FILE": str(folder / "no.env"),
            "JWT_SIGNING_KEY": secrets.token_urlsafe(48),
            "OUTBOUND_PRIVATE_HOSTS": receivers.http.host,
            "SECRET_KEY": secrets.token_urlsafe(48),
        }
        django.setup()
        log = folder / "workers.log"
        holds = run(options.seconds, receivers, log)
        if not holds:
            faults = [line for line in log.read_text().splitlines() if not line.startswith("…")]
            print("\n".join(faults[-60:]))
    sys.exit(not holds)


if __name__ == "__main__":
    main()
