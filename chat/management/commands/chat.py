import logging
import sys
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console

from accounts.models import User
from chat.terminal.paper import Plain, Screen, to_whoever_reads
from chat.terminal.talk import Talk
from chat.terminal.whose import user_named
from conversations.models import Conversation

INTERRUPTED = 130  # as shells tell of who was stopped by Ctrl+C


class Command(BaseCommand):
    help = (
        "Talks with the assistant for a user. Lines that come through a pipe are said one after "
        "the other, and answered as plain text; it ends with 1 where one could not be answered."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--user", required=True, metavar="NAME", help="who talks")
        parser.add_argument("--conversation", type=UUID, metavar="ID", help="which one goes on")

    def handle(self, *args: Any, **options: Any) -> None:
        user = user_named(options["user"])
        where = options["conversation"]
        if where and not Conversation.objects.for_user(user).filter(pk=where).exists():
            raise CommandError(f"{user.username} has no conversation {where}.")
        try:
            with to_whoever_reads():
                talk = _at_hand(user, where) if _is_terminal() else _through_a_pipe(user, where)
        except KeyboardInterrupt:
            sys.exit(INTERRUPTED)
        if talk.failed and not _is_terminal():
            sys.exit(1)


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _through_a_pipe(user: User, where: UUID | None) -> Talk:
    talk = Talk(user, Plain(sys.stdout, sys.stderr), where)
    for line in sys.stdin:
        if words := line.strip():
            talk.say(words)
    return talk


def _at_hand(user: User, where: UUID | None) -> Talk:
    import readline  # noqa: F401 - lines can be edited, and earlier ones called back

    logging.disable(
        logging.WARNING
    )  # who reads is told in a sentence; lines of a log are for others
    console = Console()
    talk = Talk(user, Screen(console), where)
    if where:
        talk.show_earlier()
    console.print("[dim]/help tells what else can be typed.[/dim]")
    left = False
    while True:
        try:
            line = input("yes or no › " if talk.asks else "› ")
        except EOFError:
            break
        except KeyboardInterrupt:
            if left:
                break
            left = True
            console.print("\n[dim]Once more leaves.[/dim]")
            continue
        left = False
        if line.strip():
            talk.obey(line)
    console.print()
    if talk.where:
        go_on = f"manage.py chat --user {user.username} --conversation {talk.where}"
        console.print(f"This goes on by: {go_on}", style="dim", markup=False, highlight=False)
    return talk
