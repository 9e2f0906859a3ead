import signal
from threading import Thread
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chat.finish import Finisher
from conversations.models import Turn


class Command(BaseCommand):
    help = (
        "Finishes turns whose process has died, as each serving process does by itself unless "
        "AGENT_FINISH_TURNS is 0. It may be stopped at any time, and run beside servers and "
        "beside itself."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--watch", action="store_true", help="go on until it is stopped")

    def handle(self, *args: Any, **options: Any) -> None:
        finisher = Finisher(self._tell)
        for sign in (signal.SIGINT, signal.SIGTERM):  # what is in hand comes to its end
            signal.signal(sign, lambda *_: finisher.stopping.set())
        if options["watch"]:
            watch = Thread(target=finisher.watch)
            watch.start()
            watch.join()
            finisher.wait()
        else:
            total = finisher.finish_all()
            self.stdout.write(f"{total} turn{'' if total == 1 else 's'} taken over.")

    def _tell(self, turn: Turn) -> None:
        """At once, also to a log file; without a word of what was said."""
        status = f"{turn.status} ({turn.error_code})" if turn.error_code else turn.status
        self.stdout.write(f"… turn {turn.pk}: {status}, attempt {turn.attempt}")
        self.stdout.flush()
