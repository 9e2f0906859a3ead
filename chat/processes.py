"""The processes of this machine that take turns, and the turns of those that have died.

Each holds a lock on a file of its own, named as it is in the rows, for as long as it lives: however
it ends, the kernel lets go of the lock. So a file that nobody holds tells of a process that is
gone. What has no file here runs elsewhere, and only the lease tells of it.
"""

import fcntl
import logging
import os
from dataclasses import asdict
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

from accounts.compiled import compile_ahead, plan_ahead
from agent.given import given
from conversations.models import Instructions, Turn
from web.connections import log_database_failure

logger = logging.getLogger(__name__)


@cache
def this_process() -> UUID | None:
    """The name under which it takes turns; ``None`` where its file cannot be made."""
    name = uuid4()
    draft = _folder() / f"{name}.new"
    try:
        draft.parent.mkdir(mode=0o700, exist_ok=True)
        held = os.open(draft, os.O_CREAT | os.O_WRONLY, 0o600)  # as long as the process lives
        fcntl.flock(held, fcntl.LOCK_EX)
        draft.rename(draft.with_suffix(""))  # only now, for nobody may find it without its lock
    except OSError as error:
        logger.warning("the leases alone will tell when this process dies: %s", error.strerror)
        return None
    return name


def close_turns_of_the_dead() -> int:
    """Settle the open turns of processes of this machine that have died; how many."""
    gone = {UUID(file.name): file for file in _folder().glob("*-*") if _is_free(file)}
    if not gone:
        return 0
    left = Turn.objects.of_processes(gone).in_progress()
    closed = sum(rows.interrupt() for _owner, rows in left.by_owner())
    for file in gone.values():
        file.unlink(missing_ok=True)
    return closed


def how_many_live() -> int:
    """Processes with the same DATA_DIR that serve, or finish turns."""
    return sum(not _is_free(file) for file in _folder().glob("*-*") if file.suffix != ".new")


def begin() -> None:
    """What a process does first that serves: those before it may have been killed.

    Not ahead of a fork: its name would be that of many, and so would the connection be.
    """
    this_process()
    try:
        if closed := close_turns_of_the_dead():
            logger.warning("turns closed whose process had died: %d", closed)
        keep_given()
        compile_ahead(per_day=settings.AGENT_DAILY_TURNS)
        for _ in range(settings.DB_POOL_MIN):  # the pool lends another one each time
            plan_ahead()
            connection.close()
    except DatabaseError as error:  # who meets such a turn later closes it, the next process keeps
        log_database_failure(error)
    finally:
        connection.close()


def keep_given() -> None:
    """What turns are taken with in this process; each row of them has the hash alone."""
    Instructions.objects.keep(**asdict(given()))


def where_is(name: UUID | None) -> str:
    """Of a process by its name: ``here``, ``died here``, or ``elsewhere``, as far as one sees."""
    file = _folder() / str(name)
    if not file.exists():
        return "elsewhere"
    return "died here" if _is_free(file) else "here"


def _is_free(file: Path) -> bool:
    try:
        with file.open() as opened:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:  # it is held, or another process has just removed it
        return False
    return file.suffix != ".new"


def _folder() -> Path:
    return Path(settings.DATA_DIR) / "processes"
