"""The benchmark of what a turn costs, for a moment: every answer it gets is right."""

import subprocess
import sys

import pytest

from tests.databases import vendor
from tests.servers import ROOT


@pytest.mark.only_on("sqlite")
def test_the_cost_of_a_turn_is_told_beside_that_of_the_model(
    request: pytest.FixtureRequest,
) -> None:
    database = vendor(request.config)
    command = [sys.executable, "-m", "benchmarks.overhead", "--turns", "2", "--database", database]

    measured = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert measured.returncode == 0, f"{measured.stdout}\n{measured.stderr[-4000:]}"
    lines = measured.stdout.splitlines()
    assert lines[0].split() == [database, "turn", "model", "beyond", "times"]
    assert [line.split()[-5] for line in lines[1:-2]] == ["p50", "p95"] * 3
    assert [line.split()[-2] for line in lines[-2:]] == ["p50", "p95"]
