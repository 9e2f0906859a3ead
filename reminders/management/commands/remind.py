import signal
from collections import Counter
from threading import Thread
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from reminders.rounds import Ringer


class Command(BaseCommand):
    requires_system_checks = ()  # they load all pages, and this may begin once a minute
    help = (
        "Lets reminders ring that are due, and delivers what waits by mail, push and webhooks, as "
        "each serving process does by itself unless REMIND is 0. It may be stopped at any time, "
        "and run beside servers and beside itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--watch", action="store_true", help="go on until it is stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        ringer = Ringer(self._tell if options["watch"] else None)
        for sign in (signal.SIGINT, signal.SIGTERM):  # what is in hand comes to its end
            signal.signal(sign, lambda *_: ringer.stopping.set())
        if options["watch"]:
            watch = Thread(target=ringer.watch)
            watch.start()
            watch.join()
        else:
            self.stdout.write(f"{_words(ringer.once())}.")

    def _tell(self, did: Counter[str]) -> None:
        """At once, also to a log file; without a word of what rang."""
        self.stdout.write(f"… {_words(did)}")
        self.stdout.flush()


def _words(did: Counter[str]) -> str:
    return (
        f"{did['rung']} rang, {did['sent']} sent, {did['waiting']} to be tried again, "
        f"{did['failed']} given up, {did['dropped']} not wanted any more"
    )
