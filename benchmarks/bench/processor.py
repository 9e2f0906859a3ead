"""What processes of this machine have used: seconds of the processor, and memory."""

import os
import time
from pathlib import Path

from tests.servers import children_of

TICKS = os.sysconf("SC_CLK_TCK")


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
    """Of memory in all: of a process and its children, what they share counted once."""
    return sum(map(_own, (parent, *children_of(parent))))


def _own(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise ValueError(f"no memory of {pid}")
