"""A short storm: reminders, while those who let them ring are killed."""

import subprocess
import sys

import pytest

from tests.databases import vendor
from tests.servers import ROOT


@pytest.mark.only_on("postgresql")  # `make chaos-reminders` has SQLite, too
def test_no_reminder_is_lost_and_none_is_told_twice_alike(request: pytest.FixtureRequest) -> None:
    database = vendor(request.config)
    command = [sys.executable, "-m", "benchmarks.chaos_reminders", "--seconds", "4"]

    storm = subprocess.run(
        [*command, "--database", database], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert storm.returncode == 0, f"{storm.stdout}\n{storm.stderr[-4000:]}"
