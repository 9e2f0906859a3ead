from typing import Any, TextIO, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from rich.console import Console

from chat.processes import how_many_live
from config.moving.move import move
from config.moving.places import check_source, close_both, open_both, without_password
from conversations.models import Turn


class Command(BaseCommand):
    help = (
        "Moves all rows to another database, PostgreSQL or SQLite, which must be empty: makes its "
        "tables, copies each row as it is, and compares. Stop the servers first. It may be killed, "
        "and run again to go on. The database that was moved stays as it is."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("database_url", help="as DATABASE_URL has it: postgres://host/name")

    def handle(self, *args: Any, **options: Any) -> None:
        address = options["database_url"]
        open_both(address)
        try:
            check_source()
            self._refuse_servers()
            rows = move(Console(file=cast(TextIO, self.stdout)))
        except DatabaseError as error:
            raise CommandError(f"The database cannot be reached or used: {error}") from None
        finally:
            close_both()
        self.stdout.write(
            f"{rows:,} rows are there, and are the same. Put this into DATABASE_URL and start the "
            f"servers:\n{without_password(address)}"
        )

    def _refuse_servers(self) -> None:
        if live := how_many_live():
            raise CommandError(f"Stop the server first: {live} processes of it serve on this host.")
        if open_turns := Turn.objects.live().count():
            raise CommandError(f"Stop the servers first: {open_turns} turns are open.")
