"""What a process does first that serves."""

from typing import Any

import pytest
from django.db import connection

from accounts.compiled import DECLARED
from chat import processes
from conversations.models import told

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_compiles_ahead_what_a_turn_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in DECLARED:
        monkeypatch.setattr(each, "_statements", {})

    processes.begin()

    [history] = [each for each in DECLARED if each.name == f"{told.__name__}._between"]
    assert len(history._statements) == 1


@pytest.mark.only_on("postgresql")
def test_each_connection_of_its_pool_knows_the_tables_of_a_turn(settings: Any) -> None:
    database: Any = connection
    database.close()
    database.close_pool()
    database.pool.open()
    database.pool.wait()  # as it has all of them by the time that queries are compiled

    processes.begin()

    for _ in range(settings.DB_POOL_MIN):
        with database.cursor() as cursor:
            cursor.execute("SELECT ident FROM pg_backend_memory_contexts WHERE name = 'index info'")
            assert "turn_one_in_progress" in {ident for (ident,) in cursor.fetchall()}
        database.close()
