"""How far a move has come: a bar on a terminal, a line for each table elsewhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from config.moving.rows import Table


class Told:
    """``total``: the rows of all tables; each is copied, and compared."""

    def __init__(self, console: Console, total: int) -> None:
        self._console, self._total, self._done = console, 2 * total, 0
        what = TextColumn("{task.description}")
        columns = (what, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True)
        self._task = self._bar.add_task("", total=self._total)

    @contextmanager
    def shown(self) -> Iterator[None]:
        if not self._console.is_terminal:
            yield
            return
        with self._bar:
            yield

    def now(self, act: str, model: Table) -> None:
        self._bar.update(self._task, description=f"{act} {model._meta.label}")

    def add(self, rows: int) -> None:
        self._done += rows
        self._bar.update(self._task, completed=min(self._done, self._total))

    def ended(self, model: Table, rows: int) -> None:
        """All of a table are there, and the same."""
        if rows:
            share = 100 * self._done // max(1, self._total)
            self._console.print(
                f"{share:3} %  {rows:,} rows of {model._meta.label}", highlight=False
            )
