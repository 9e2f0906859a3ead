"""``manage.py evaluate`` as an operator runs it: a process, which talks to a model over HTTP."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers import ROOT

NOBODYS_DATABASE = "postgres://nobody:secret@127.0.0.1:1/nothing"
"""Whoever asked it for anything would fail."""

CASES = """\
about Only to try the command.

# Milk
zone Europe/Berlin
now 2026-11-21 12:10
task Buy milk
task Call Bob
> I bought the milk
done Buy milk

# Tea
zone America/New_York
now 2026-03-08 23:30
task Call Bob
> put tea on the list for tomorrow
new ~tea | 2026-03-09

# Thanks
now 2028-02-29 08:00
task Call Bob
> thank you
same
"""


@dataclass
class Ran:
    """A run of the command that has ended."""

    code: int
    out: str
    err: str
    scores: dict[str, Any]
    trials: list[dict[str, Any]]


class Run:
    """One contestant at a folder of cases, tried as often as it is started."""

    def __init__(self, folder: Path, cases: str = CASES) -> None:
        self.folder = folder
        self.results = folder / "results.jsonl"
        (folder / "cases").mkdir()
        (folder / "cases" / "few.txt").write_text(cases, encoding="utf-8")

    def start(self, *options: object, **environment: str) -> "subprocess.Popen[str]":
        arguments = ["--cases", self.folder / "cases", "--results", self.results]
        arguments += ["--json", self.folder / "scores.json", "--html", self.folder / "page.html"]
        return subprocess.Popen(
            [sys.executable, "manage.py", "evaluate", *map(str, [*arguments, *options])],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": NOBODYS_DATABASE, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *options: object, **environment: str) -> Ran:
        process = self.start(*options, **environment)
        out, err = process.communicate(timeout=120)
        return Ran(process.returncode, out, err, self._scores(), self.trials())

    def of(self, url: str, *options: object, **environment: str) -> Ran:
        return self.run("--model", "some-model", "--base-url", url, *options, **environment)

    def trials(self) -> list[dict[str, Any]]:
        lines = self.results.read_text().splitlines() if self.results.exists() else []
        return [json.loads(line) for line in lines]

    def _scores(self) -> dict[str, Any]:
        file = self.folder / "scores.json"
        scores: dict[str, Any] = json.loads(file.read_text()) if file.exists() else {}
        return scores
