"""What processes count goes on over their ends, and is there for whoever asks any of them."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Self

import pytest

from telemetry.counting import collected
from tests.servers import ROOT

pytestmark = pytest.mark.only_on("sqlite")

COUNTER = """
import sys
from pathlib import Path
from telemetry import metrics
metrics.count_in(Path(sys.argv[1]))
for line in sys.stdin:
    exec(line)
    print(flush=True)
"""


class Counting:
    """A process that counts as it is told."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", COUNTER, str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.kill()

    def does(self, line: str) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        assert self._process.stdout.readline() == "\n"

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "metrics" / "node"


@pytest.fixture
def processes(folder: Path) -> Iterator[list[Counting]]:
    with ExitStack() as running:
        yield [running.enter_context(Counting(folder)) for _ in range(2)]


def told(folder: Path) -> dict[str, float]:
    """As ``name label label``, without the buckets."""
    return {
        " ".join([sample.name.removeprefix("todo_chat_"), *sample.labels.values()]): sample.value
        for metric in collected(folder)
        for sample in metric.samples
        if "le" not in sample.labels
    }


def throttle(number: int) -> str:
    return "; ".join(["metrics.throttled('throttled', 'chat')"] * number)


def test_no_file_is_made_before_something_is_counted(
    folder: Path, processes: list[Counting]
) -> None:
    processes[0].does("pass")
    assert not folder.exists()
    assert told(folder) == {}

    processes[0].does(throttle(1))
    assert folder.stat().st_mode & 0o777 == 0o700


def test_what_was_counted_is_there_when_its_process_was_killed_and_goes_on_with_the_next(
    folder: Path, processes: list[Counting]
) -> None:
    one, other = processes
    one.does(throttle(3))
    other.does(throttle(4))
    one.kill()
    assert told(folder) == {"throttled_total throttled chat": 7}

    with Counting(folder) as third, Counting(folder) as fourth:
        third.does(throttle(5))
        fourth.does(throttle(6))
        assert told(folder) == {"throttled_total throttled chat": 18}
        assert sorted(file.name for file in folder.glob("counter*")) == [
            f"counter_{slot}.db" for slot in range(3)
        ]


def test_what_a_process_has_in_hand_ends_with_it(folder: Path, processes: list[Counting]) -> None:
    one, other = processes
    pool = {"pool_size": 3, "pool_available": 1, "pool_max": 10, "requests_waiting": 2}
    one.does(f"metrics.loaded(4, 7, {pool})")
    other.does("metrics.loaded(4, 1, {})")
    both = told(folder)
    assert (both["threads busy"], both["threads idle"], both["waiting thread"]) == (5, 3, 3)
    connections = [both[f"database_connections {state}"] for state in ("busy", "idle", "possible")]
    assert (connections, both["waiting connection"]) == ([2, 1, 7], 2)

    one.kill()
    left = told(folder)
    assert (left["threads busy"], left["threads idle"]) == (1, 3)
    assert "database_connections busy" not in left

    with Counting(folder) as third:
        third.does("metrics.throttled('throttled', 'chat')")
        assert told(folder)["threads busy"] == 1


def test_a_method_that_there_is_not_is_no_label(folder: Path, processes: list[Counting]) -> None:
    processes[0].does("metrics.requested('api/tasks/', 'BREW', 405, 0.1)")

    assert "requests_total other api/tasks/ 405" in told(folder)
    assert not any("BREW" in name for name in told(folder))


def test_a_file_that_a_crash_has_cut_is_left_out_and_made_anew(
    folder: Path, processes: list[Counting], caplog: pytest.LogCaptureFixture
) -> None:
    one, other = processes
    one.does(throttle(3))
    other.does(throttle(4))
    one.kill()
    damaged = folder / "counter_0.db"
    damaged.write_bytes(b"\x00\x10\x00\x00" + bytes(4) + b"\xff" * 4088)

    assert told(folder) == {"throttled_total throttled chat": 4}
    assert "counter_0.db" in caplog.text

    with Counting(folder) as third:
        third.does(throttle(1))
        assert told(folder) == {"throttled_total throttled chat": 5}


def test_a_slot_that_is_somebody_elses_is_left_alone(
    folder: Path, processes: list[Counting]
) -> None:
    (folder / "0.lock").mkdir(parents=True)
    processes[0].does(throttle(3))
    (folder / "gauge_livesum_7.db").write_bytes(bytes(4096))  # without a lock
    (folder / "counter_7.db").mkdir()

    assert told(folder) == {"throttled_total throttled chat": 3}
    assert {file.name for file in folder.glob("counter*")} == {"counter_1.db", "counter_7.db"}


def test_a_folder_that_cannot_be_written_fails_nobody(folder: Path) -> None:
    folder.parent.parent.joinpath("metrics").write_text("in the way")
    with Counting(folder) as process:
        process.does(throttle(2))
        process.does("metrics.requested('api/tasks/', 'GET', 200, 0.1)")
