from typing import Any, TextIO, cast

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table as Drawn
from rich.text import Text

from chat.terminal.paper import safe, to_whoever_reads
from oversight import tables, usage
from oversight.window import NoWindow, Window

LONGEST_LINE = 10_000
KINDS = {"user": "users", "model": "models", "tool": "tools", "hour": "times"}


class Command(BaseCommand):
    requires_system_checks = ()
    help = (
        "Tells what was used, how long it took and what it cost (by MODEL_PRICES), as the admin's "
        "Activity does: in a terminal as a table, through a pipe as lines with tabs, seconds and "
        "money as plain numbers. Times are those of UTC."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--since",
            default="1d",
            metavar="TIME",
            help="12h, 1d, 2w, or a date or time such as 2026-11-21 (default: %(default)s)",
        )
        parser.add_argument(
            "--by",
            choices=KINDS,
            default="model",
            help="what the rows are of (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            window = Window.read(options["since"])
        except NoWindow as fault:
            raise CommandError(f"--since: {fault}") from None
        makers = tables.by_name(window, settings.MODEL_PRICES)
        table = makers[KINDS[options["by"]]]()
        with to_whoever_reads():
            if self.stdout.isatty():
                self._draw(window, table)
            else:
                for row in [table.titles, *table.raw]:
                    self.stdout.write("\t".join(map(_in_one_cell, row)))
                if table.note:
                    self.stderr.write(table.note)

    def _draw(self, window: Window, table: tables.Table) -> None:
        console = Console(file=cast(TextIO, self.stdout))
        total = usage.total(window)
        console.print(
            f"From {window.since:%Y-%m-%d %H:%M} to {window.until:%Y-%m-%d %H:%M} UTC. "
            f"Turns: {total['turns']:,}; ended badly: {total['failed']:,}; "
            f"users: {total['users']:,}.",
            highlight=False,
        )
        console.print(_drawn(table, console) if table.rows else "Nothing.")
        if table.note:
            console.print(Text(safe(table.note)), style="dim")


def _drawn(table: tables.Table, console: Console) -> Drawn:
    """With as many of the columns as there is room for."""
    told = list(table.columns)
    anywhere = console.options.update(max_width=LONGEST_LINE)
    while True:
        drawn = Drawn(title=table.title, box=SIMPLE)
        for column in told:
            drawn.add_column(
                column.title.replace(", ", ",\n"),
                justify="left" if column.kind == "words" else "right",
                no_wrap=True,
            )
        for row in table.rows:
            cells = (tables.shown(column.kind, column.of(row)) for column in told)
            drawn.add_row(*(Text(_in_one_cell(cell)) for cell in cells))
        least = max(told, key=lambda column: column.spare)
        width = console.measure(drawn, options=anywhere).maximum
        if not least.spare or width <= console.width:
            return drawn
        told.remove(least)


def _in_one_cell(words: str) -> str:
    return " ".join(safe(words).split())
