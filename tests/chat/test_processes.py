"""What a process does first that serves."""

from typing import Any

import pytest

from accounts.compiled import DECLARED
from chat import processes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("length", [1, 2, 50])
def test_it_compiles_ahead_whatever_the_length_of_a_history(
    settings: Any, monkeypatch: pytest.MonkeyPatch, length: int
) -> None:
    for each in DECLARED:
        monkeypatch.setattr(each, "_statements", {})
    settings.AGENT_HISTORY_MESSAGES = length

    processes.begin()

    [earlier] = [each for each in DECLARED if each.name == "conversations.models.turn._earlier"]
    [(_, _, constants)] = earlier._statements
    assert dict(constants) == {"limit": max(4, length) - 2}
