"""What processes of this machine have used: seconds of the processor, and memory."""

import os
import time
from pathlib import Path

from tests.servers import children_of

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def seconds(parent: int) -> float:
    """Of the processor: what a process, its children and those that have ended have used."""
    spent = 0.0
    for pid in (parent, *children_of(parent)):
        try:
            # The clock of another process, as clock_getcpuclockid has it.
            spent += time.clock_gettime(~pid << 3 | 2) + _of_ended_children(pid)
        except OSError:
            continue  # it has just ended, and its parent has what it used
    return spent


def _of_ended_children(pid: int) -> float:
    after_name = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[13]) + int(after_name[14])) / TICKS


def megabytes(parent: int) -> float:
    """Of memory that the children of a process have, what they share counted for each."""
    return sum(map(_resident, children_of(parent)))


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * PAGE / 2**20
