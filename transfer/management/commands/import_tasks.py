from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import Progress

from accounts.models import User
from transfer.formats import FORMATS
from transfer.importing import MOST_TOLD, Plan, UnknownFormat, carry_out, plan
from transfer.incoming import FileBroken


class Command(BaseCommand):
    help = (
        "Makes tasks of a file that another program, or this one, has written: as one act, which "
        "its user can undo. What was imported before is not made again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--user", required=True, metavar="NAME", help="whose tasks they become")
        parser.add_argument("--format", choices=FORMATS, help="found out, if it is not said")
        parser.add_argument("--dry-run", action="store_true", help="only tell what would be made")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise CommandError(f"There is no user {options['user']}.")
        bar = Progress(console=Console(stderr=True), transient=True)
        with bar:
            made = _read(user, options["file"], options["format"], bar)
            act = None if options["dry_run"] else _make(user, made, bar)
        self._tell(made, dry=options["dry_run"])
        if act:
            self.stdout.write(f"Act: {act}")

    def _tell(self, made: Plan, *, dry: bool) -> None:
        for each in made.skipped[:MOST_TOLD]:
            self.stdout.write(f"line {each.line}: {each.why}")
        if more := len(made.skipped[MOST_TOLD:]):
            self.stdout.write(f"… and {more} more.")
        would = "would be " if dry else ""
        self.stdout.write(
            f"{made.format}: {len(made.to_make)} {would}made, {made.already} there already."
        )


def _read(user: User, path: Path, form: str | None, bar: Progress) -> Plan:
    try:
        with (
            path.open("rb") as file,
            bar.wrap_file(file, total=path.stat().st_size, description="Reading") as read,
        ):
            return plan(user, read, path.name, form)
    except OSError as error:
        raise CommandError(f"The file cannot be read: {error.strerror or error}.") from None
    except UnknownFormat as unknown:
        raise CommandError(str(unknown)) from None
    except FileBroken as broken:
        raise CommandError(f"Line {broken.line}: {broken.sentence}") from None


def _make(user: User, made: Plan, bar: Progress) -> Any:
    task = bar.add_task("Making tasks", total=len(made.to_make))
    return carry_out(user, made, lambda count: bar.advance(task, count))
