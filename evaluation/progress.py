"""How far a run has come: a bar on a terminal, and now and then a line elsewhere."""

from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TextIO

from evaluation.results import Trial

WIDTH = 24
LINES = 20  # of a whole run, where there is no terminal


def shown(trials: Iterable[Trial], total: int, stream: TextIO) -> Iterator[Trial]:
    """The same trials; ``stream`` shows how many there are of ``total``, and how they went."""
    progress = _Progress(total, stream)
    try:
        for trial in trials:
            progress.add(trial)
            yield trial
    finally:
        progress.end()


class _Progress:
    def __init__(self, total: int, stream: TextIO) -> None:
        self._total = total
        self._stream = stream
        self._began = monotonic()
        self._done = self._passed = self._wrong = self._errors = 0

    def add(self, trial: Trial) -> None:
        self._done += 1
        self._passed += trial["passed"]
        self._wrong += trial["wrong_write"]
        self._errors += bool(trial["error"])
        if self._stream.isatty():
            self._write(f"\r{self._bar()} {self._words()}\x1b[K")
        elif self._done == self._total or self._done % max(1, self._total // LINES) == 0:
            self._write(f"{self._words()}\n")

    def end(self) -> None:
        if self._done and self._stream.isatty():
            self._write("\n")

    def _bar(self) -> str:
        full = WIDTH * self._done // self._total
        return f"[{'#' * full}{'.' * (WIDTH - full)}]"

    def _words(self) -> str:
        left = (monotonic() - self._began) / self._done * (self._total - self._done)
        minutes, seconds = divmod(round(left), 60)
        return (
            f"{self._done} of {self._total} trials: {self._passed} right, "
            f"{self._wrong} wrong writes, {self._errors} errors; {minutes}:{seconds:02} left"
        )

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()
