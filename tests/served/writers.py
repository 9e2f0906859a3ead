"""Many processes that write to one database at once: ``python -m tests.served.writers 15``.

One for each user that is there. Each takes so many turns, which are three transactions, and after
each one edits the task that all of them edit. It fails if any of them meets an error.
"""

import os
import sys
from multiprocessing import get_context

import django
from django.db import connection, transaction


def write(number: int, rounds: int) -> None:
    from accounts.models import User
    from conversations.models import Conversation, Turn
    from tests.factories import LEASE, record_call
    from todos.models import Origin, Task

    user = User.objects.order_by("pk")[number]
    conversation = Conversation.objects.get(user=user)
    shared = Task.objects.get(title="Everybody's")
    for each in range(rounds):
        title = f"{user.username} {each}"
        turn = conversation.begin_turn(title, LEASE)
        with transaction.atomic():  # the call is recorded where its task is made
            Task.add(user, Origin("chat"), title=title)
            record_call(turn)
        turn.finish(Turn.Status.COMPLETED, "Done.")
        conversation.refresh_from_db()
        shared.edit(Origin("api"), notes=title)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from accounts.models import User

    rounds = int(sys.argv[1])
    users = User.objects.count()
    connection.close()
    context = get_context("fork")  # so that it is imported once, not once for each
    writers = [context.Process(target=write, args=(each, rounds)) for each in range(users)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    sys.exit(any(writer.exitcode for writer in writers))


if __name__ == "__main__":
    main()
