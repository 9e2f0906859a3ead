"""What a process does first that serves."""

import pytest

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
