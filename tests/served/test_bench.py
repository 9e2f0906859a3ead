"""The benchmark, for a moment: every answer is right, and it is written where it belongs."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers import ROOT

PAGE = "Before.\n<!-- sqlite -->\nWhat was there.\n<!-- end of sqlite -->\nBehind.\n"


@pytest.mark.only_on("sqlite")
def test_turns_and_lists_are_told_beside_the_floors(tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(PAGE)
    options = ("--database", "sqlite", "--only", "turns,reads", "--rows", "2000")
    command = [sys.executable, "-m", "benchmarks.bench", *options]

    measured = subprocess.run(
        [*command, "--seconds", "1", "--into", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert measured.returncode == 0, f"{measured.stdout}\n{measured.stderr[-4000:]}"
    told = page.read_text()
    assert told.startswith("Before.\n<!-- sqlite -->\nMeasured on")
    assert told.endswith("<!-- end of sqlite -->\nBehind.\n")
    assert "What was there" not in told
    for name in ("plain turn at 16", "tool turn at 16", "latest 50 of 10,000 messages"):
        assert f"| {name} " in told
    assert (tmp_path / "performance-sqlite.svg").read_text().endswith("</svg>\n")
