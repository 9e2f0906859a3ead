from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.ownership import rows_of


class Command(BaseCommand):
    help = "Erases an account and all that belongs to it, for ever."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = User.objects.get_by_natural_key(options["username"])
        except User.DoesNotExist:
            raise CommandError(f"There is no account named {options['username']}.") from None
        self.stdout.write(f"{user.username} (account {user.pk}) and")
        for name, rows in rows_of(user):
            self.stdout.write(f"  {rows.count()} {name}")
        if not (options["yes"] or self._confirmed(user)):
            raise CommandError("Nothing was erased.")
        user.erase()
        self.stdout.write("are erased.")

    def _confirmed(self, user: User) -> bool:
        try:
            name = input("will be erased for ever. Type the name to go on: ")
        except EOFError:  # nobody is there to answer
            return False
        return name == user.username
