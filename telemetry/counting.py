"""What all processes of a node count together, in files, so that it goes on over their restarts.

It is prometheus-client's mode for several processes, whose files are named by a slot here in place
of a process id: a process takes the lowest number whose lock it gets, and goes on from what stands
in its files. So there are never more files than there were processes at once.
"""

import fcntl
import logging
import os
import struct
from collections.abc import Callable, Iterable
from functools import wraps
from pathlib import Path
from threading import Lock
from typing import ParamSpec

from prometheus_client import Metric, values
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

logger = logging.getLogger(__name__)

P = ParamSpec("P")

GAUGE = "gauge_livesum"
SIZES = {"counter": 2**18, "histogram": 2**20, GAUGE: 2**14}
"""Bytes of a file. They are on the disk before they are used: to write to a page of memory that
finds no room there would end the process."""

MOST = 1_000  # processes of a node

FAULTY = (OSError, ValueError, RuntimeError, struct.error)
"""What a folder raises that cannot be written, and a file that a crash of the machine has cut."""


class Process:
    """This one. It counts nothing before it has a folder, and has no file before it counts."""

    def __init__(self) -> None:
        self.folder: Path | None = None
        self._slot: int | None = None
        self._lock = Lock()

    def take_slot(self, folder: Path) -> None:
        """Once, and in a process that is not forked any more, for as long as it lives."""
        if self._slot is None:
            with self._lock:
                if self._slot is None:
                    self._slot = _take(folder)

    def give_up(self, error: Exception) -> None:
        logger.warning("nothing is counted any more: %s", type(error).__name__)
        self.folder = None


process = Process()


def counted(tell: Callable[P, None]) -> Callable[P, None]:
    """``tell`` counts, where this is wanted; it never fails whoever tells."""

    @wraps(tell)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> None:
        if process.folder is None:
            return
        try:
            process.take_slot(process.folder)
            tell(*args, **kwargs)
        except FAULTY as error:
            process.give_up(error)

    return guarded


def collected(folder: Path) -> Iterable[Metric]:
    """What all processes have counted there; the gauges only of those that live."""
    files = [file for file in folder.glob("*.db") if not (_is_gauge(file) and _is_free(file))]
    try:
        return _merged(files)
    except FAULTY:
        return _merged(filter(_is_whole, files))


def _merged(files: Iterable[Path]) -> Iterable[Metric]:
    metrics: Iterable[Metric] = MultiProcessCollector.merge(list(map(str, files)))  # type: ignore[no-untyped-call]
    return metrics


def _take(folder: Path) -> int:
    """The lowest slot that is free. The kernel lets go of its lock however the process ends."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    slot = next((slot for slot in range(MOST) if _locked(folder, slot)), MOST)
    if slot == MOST:
        raise RuntimeError("no slot is free")
    for kind, size in SIZES.items():
        _make(folder / f"{kind}_{slot}.db", size)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
    values.ValueClass = values.MultiProcessValue(lambda: slot)  # type: ignore[no-untyped-call]
    return slot


def _locked(folder: Path, slot: int) -> bool:
    """``False`` as well where somebody else, such as root, has made the file."""
    try:
        held = os.open(_lock_of(folder, slot), os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(held)
        return False
    return True


def _make(file: Path, size: int) -> None:
    """What was counted before stays; what the process before us had in hand does not."""
    if _is_gauge(file) or not _is_whole(file):
        file.unlink(missing_ok=True)
    with file.open("ab") as opened:
        opened.write(bytes(max(0, size - opened.tell())))


def _is_whole(file: Path) -> bool:
    try:
        if file.exists():
            list(MmapedDict.read_all_values_from_file(file))  # type: ignore[no-untyped-call]
    except FAULTY:
        logger.warning("what %s has counted cannot be read, and is left out", file.name)
        return False
    return True


def _is_gauge(file: Path) -> bool:
    return file.name.startswith(GAUGE)


def _is_free(file: Path) -> bool:
    """Whether the process whose slot the file is of has died; also where that cannot be told."""
    slot = int(file.stem.rpartition("_")[2])
    try:
        with _lock_of(file.parent, slot).open("rb") as opened:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:
        return not isinstance(error, BlockingIOError)
    return True


def _lock_of(folder: Path, slot: int) -> Path:
    return folder / f"{slot}.lock"
