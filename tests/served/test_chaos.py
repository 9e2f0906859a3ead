"""A short storm: turns, while workers are killed and PostgreSQL crashes."""

import subprocess
import sys

import pytest

from tests.databases import vendor
from tests.servers import ROOT


@pytest.mark.only_on("postgresql")  # `make chaos` has SQLite, too
def test_the_record_stays_true_while_processes_are_killed(request: pytest.FixtureRequest) -> None:
    database = vendor(request.config)
    command = [sys.executable, "-m", "benchmarks.chaos", "--seconds", "12", "--database", database]

    storm = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert storm.returncode == 0, f"{storm.stdout}\n{storm.stderr[-4000:]}"
