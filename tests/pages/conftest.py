from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from tests.fakes import ScriptedLLM

Plays = Callable[..., ScriptedLLM]


@pytest.fixture
def browser(user: User) -> Client:
    """Signed in by a session, as a browser is; it shows a crash as a server would."""
    browser = Client(raise_request_exception=False)
    browser.force_login(user)
    return browser


@pytest.fixture
def plays(monkeypatch: pytest.MonkeyPatch) -> Plays:
    """``plays(step, …)`` puts a scripted language model in the place of the chosen one."""

    def install(*steps: object) -> ScriptedLLM:
        llm = ScriptedLLM(*steps)
        monkeypatch.setattr("chat.pages.actions.chosen_llm", lambda: llm)
        return llm

    return install
