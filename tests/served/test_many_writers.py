"""SQLite has one writer at a time; the others wait for their turn and are not told off."""

import os
import subprocess
import sys

import pytest

from conversations.models import Conversation, ToolCall, Turn
from tests.conftest import database_url
from tests.factories import ConversationFactory, TaskFactory, UserFactory
from tests.servers import ROOT
from todos.models import Task, TaskChange

PROCESSES, ROUNDS = 24, 15  # of four transactions each


@pytest.mark.only_on("sqlite")
@pytest.mark.django_db(transaction=True)
def test_24_processes_of_60_transactions_each_lose_nothing() -> None:
    users = [UserFactory() for _ in range(PROCESSES)]
    for user in users:
        ConversationFactory(user=user)
    shared = TaskFactory(user=users[0], title="Everybody's")

    done = subprocess.run(
        [sys.executable, "-m", "tests.served.writers", str(ROUNDS)],
        cwd=ROOT,
        # They wait in line for one another, which is told as slow.
        env={**os.environ, "DATABASE_URL": database_url(), "SLOW_QUERY_SECONDS": "0"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr[-4000:]
    assert done.stderr == ""
    turns = PROCESSES * ROUNDS
    assert Turn.objects.filter(status=Turn.Status.COMPLETED).count() == turns
    assert ToolCall.objects.filter(status=ToolCall.Status.SUCCEEDED).count() == turns
    assert Task.objects.exclude(pk=shared.pk).count() == turns
    assert {each.message_count for each in Conversation.objects.all()} == {2 * ROUNDS}
    notes = ""
    for edit in TaskChange.objects.filter(task=shared, kind="updated").order_by("created_at", "pk"):
        assert edit.before == {"notes": notes}  # each has seen what the one before it wrote
        notes = edit.after["notes"]
    assert TaskChange.objects.filter(task=shared, kind="updated").count() == turns
    shared.refresh_from_db()
    assert shared.notes == notes
