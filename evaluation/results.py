"""The trials so far, a line of JSON each, so that a run that was stopped can go on."""

import json
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any

from evaluation.cases import Case
from evaluation.workers import Contestant, Job

Trial = dict[str, Any]
"""As ``evaluation.trial.Trial`` tells it."""


class Results:
    """A file to which each trial is added as soon as it is made.

    A line that was cut short, one of a case that has changed since, and an error of the endpoint
    count for nothing: those trials are made again.
    """

    def __init__(self, file: Path) -> None:
        self.file = file
        self.trials = list(_read(file))

    def of(self, cases: Iterable[Case]) -> list[Trial]:
        digests = {case.name: case.digest for case in cases}
        return [trial for trial in self.trials if digests.get(trial["case"]) == trial["digest"]]

    def missing(self, cases: list[Case], k: int) -> list[Job]:
        """First all cases once, then all of them again; what came to no answer is the last."""
        there = {(trial["case"], trial["number"]) for trial in judged(self.of(cases))}
        jobs = [Job(case.name, number) for number in range(1, k + 1) for case in cases]
        missing = [job for job in jobs if (job.case, job.number) not in there]
        in_vain = {(trial["case"], trial["number"]) for trial in self.of(cases) if trial["error"]}
        return sorted(missing, key=lambda job: (job.case, job.number) in in_vain)

    def add(self, trial: Trial) -> None:
        self.trials.append(trial)
        with self.file.open("a", encoding="utf-8") as lines:
            lines.write(json.dumps(trial) + "\n")


def judged(trials: Iterable[Trial]) -> list[Trial]:
    """Those without an error, each once."""
    return list({(t["case"], t["number"]): t for t in trials if not t["error"]}.values())


def failed_to_answer(trials: list[Trial]) -> list[Trial]:
    """Those with an error that no later try has mended, each once."""
    latest = {(trial["case"], trial["number"]): trial for trial in trials if trial["error"]}
    mended = {(trial["case"], trial["number"]) for trial in judged(trials)}
    return [trial for key, trial in latest.items() if key not in mended]


def file_of(contestant: Contestant, folder: Path) -> Path:
    """Where the trials of this contestant are kept."""
    name = "".join(letter if letter.isalnum() else "-" for letter in contestant.model)[:60]
    whose = f"{contestant.model}\n{contestant.base_url}".encode()
    return folder / f"{name}-{blake2b(whose, digest_size=4).hexdigest()}.jsonl"


def _read(file: Path) -> Iterator[Trial]:
    if not file.exists():
        return
    text = file.read_text(encoding="utf-8")
    if text and not text.endswith("\n"):  # cut short by the end of its process
        file.write_text(text[: text.rfind("\n") + 1], encoding="utf-8")
    for line in text.splitlines():
        try:
            trial = json.loads(line)
        except ValueError:
            continue
        if isinstance(trial, dict) and {"case", "number", "digest", "error"} <= trial.keys():
            yield trial
