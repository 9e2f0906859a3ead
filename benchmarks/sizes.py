"""Bytes that a turn takes in PostgreSQL, with its indexes: ``python -m benchmarks.sizes``.

Turns of one kind are taken over the API, by the built-in assistant, twenty in a conversation; then
all tables are measured, as they are once PostgreSQL has tidied up. What a real model says more than
the built-in assistant comes on top, compressed from about 2 KB on.
"""

import argparse
import os
from contextlib import ExitStack
from tempfile import TemporaryDirectory

import django
from django.core.management import call_command
from django.test.utils import setup_test_environment

from tests.servers import Postgres

PER_CONVERSATION = 20
KINDS = {
    "a plain turn": ["hello", "thanks"],
    "one that makes a task": ["add call number {n} tomorrow at 5pm"],
    "one that lists tasks": ["show my tasks"],
}
SIZES = """
    SELECT relname, pg_total_relation_size(relid), pg_indexes_size(relid)
    FROM pg_stat_user_tables ORDER BY 1"""


def sizes() -> dict[str, tuple[int, int]]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(SIZES)
        return {table: (total, indexes) for table, total, indexes in cursor.fetchall()}


def take(words: list[str], count: int) -> None:
    from rest_framework.test import APIClient

    from tests.factories import ConversationFactory, UserFactory

    client, conversation = APIClient(), None
    for n in range(count):
        if n % PER_CONVERSATION == 0:
            user = UserFactory()
            client.force_authenticate(user)
            conversation = ConversationFactory(user=user)
        said = {"message": words[n % len(words)].format(n=n), "conversation_id": conversation.pk}
        answer = client.post("/api/chat/", said)
        if answer.status_code != 200:
            raise SystemExit(answer.content.decode())


def measure(count: int) -> None:
    for kind, words in KINDS.items():
        before = sizes()
        take(words, count)
        grown = {
            table: (total - before[table][0], indexes - before[table][1])
            for table, (total, indexes) in sizes().items()
            if total > before[table][0]
        }
        total = sum(each for each, _ in grown.values())
        of_indexes = sum(each for _, each in grown.values())
        print(f"{kind}: {total / count:.0f} bytes, of it indexes {of_indexes / count:.0f}")
        for table, (bytes_, _) in sorted(grown.items(), key=lambda item: -item[1][0]):
            print(f"    {bytes_ / count:7.0f}  {table}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="sizes", description=__doc__)
    parser.add_argument("--turns", type=int, default=2_000)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(TemporaryDirectory(prefix="todo-chat-sizes-"))
        os.environ |= {
            "DATABASE_URL": stack.enter_context(Postgres()).url,
            "DATA_DIR": folder,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ENV_FILE": f"{folder}/no.env",
            "CHAT_RATE": "1000000/m",
            "AGENT_DAILY_TURNS": "0",
            "LOG_LEVEL": "ERROR",
        }
        django.setup()
        setup_test_environment()
        call_command("migrate", verbosity=0)
        measure(options.turns)


if __name__ == "__main__":
    main()
