from collections.abc import Callable

import pytest

from tests.fakes import ScriptedLLM

Plays = Callable[..., ScriptedLLM]


@pytest.fixture
def plays(monkeypatch: pytest.MonkeyPatch) -> Plays:
    """``plays(step, …)`` puts a scripted language model in the place of the chosen one."""

    def install(*steps: object) -> ScriptedLLM:
        llm = ScriptedLLM(*steps)
        monkeypatch.setattr("chat.views.chosen_llm", lambda: llm)
        return llm

    return install
